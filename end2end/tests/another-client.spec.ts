import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AnotherClient } from '../fixtures/another-client-page';
import { arrive, expectEnded, incoming, leave, partnerGone, ring } from '../fixtures/calls';
import { chatLog, expectAllKept, expectLog, kept, openChat, write } from '../fixtures/chat';
import { get, pairUp } from '../fixtures/http';
import { expectBothReceiving } from '../fixtures/media';
import { article, button, visit } from '../fixtures/page';
import type { Person } from '../fixtures/people';
import { connections, expectOtherSession, session } from '../fixtures/recovery';
import { readWords } from '../fixtures/security';
import { expect, type JoinOptions, test } from '../fixtures/test';

// docs/protocol.md says that a client of another make can be written from it. Here is one, in calls with the project's own page.

type Enrolled = (options?: JoinOptions) => Promise<Person>;

/** Ana has the project's page, Ben the other client; who is enrolled first is polite. */
async function pair(enrolled: Enrolled, polite: 'page' | 'client'): Promise<[Person, Person]> {
  const page = () => enrolled();
  const client = () => enrolled({ speaks: 'English', learns: 'Spanish', as: { bypassCSP: true } });
  if (polite === 'page') {
    const ana = await page();
    const ben = await client();
    await pairUp(ana, ben);
    return [ana, ben];
  }
  const ben = await client();
  const ana = await page();
  await pairUp(ben, ana);
  return [ana, ben];
}

/** The page calls, the client accepts, and both see and hear each other. */
async function callClient(ana: Person, ben: Person): Promise<AnotherClient> {
  const client = await AnotherClient.open(ben.page);
  await ring(ana, ben.name);
  await client.accept(ana.name);
  await arrive(ana.page, ben.name);
  await expectBothReceiving(ana.page, client.page);
  return client;
}

/** What docs/protocol.md says the bytes of a digest are called. */
function wordsOf(bytes: unknown): string[] {
  const text = readFileSync(join(__dirname, '../../docs/protocol.md'), 'utf8');
  const list = /```text words\n([a-z\s]+)```/.exec(text)?.[1]?.trim().split(/\s+/) ?? [];
  expect(list).toHaveLength(256);
  return Array.isArray(bytes) ? bytes.map((byte: number) => list[byte] ?? '') : [];
}

/** The same four words stand in the page and follow from what the client has computed. */
async function expectSameWords(ana: Person, client: AnotherClient): Promise<void> {
  const hers = await readWords(ana.page);
  await client.expectSeen(({ words }) => wordsOf(words), hers, 'both have the same words');
}

/** Each writes a line, which the other one hears of in both ways, under one name. */
async function expectChat(ana: Person, client: AnotherClient): Promise<void> {
  await openChat(ana.page);
  await write(ana.page, 'From the page');
  await client.expectLine('From the page', ['channel', 'server']);
  await client.page.evaluate(() => window.__another.write('From another client'));
  await client.expectLine('From another client', ['own', 'server']);
  await expectLog(ana.page, ['From the page', 'From another client']);
  await expectAllKept(ana.page);
  await expect(chatLog(ana.page).locator('.chat-text')).toHaveCount(2);
  const room = new URL(ana.page.url()).pathname.split('/').at(-1) ?? '';
  expect((await kept(ana.context, room)).map(({ text }) => text)).toEqual(['From the page', 'From another client']);
}

/** One of the two looks for new paths; it is the same connection. */
async function expectRestart(ana: Person, client: AnotherClient, restart: () => Promise<void>): Promise<void> {
  const [hers, his] = await Promise.all([session(ana.page), session(client.page)]);
  await restart();
  await expectOtherSession(ana.page, hers);
  await expectOtherSession(client.page, his);
  await expectBothReceiving(ana.page, client.page);
  expect(await connections(ana.page)).toEqual({ built: 1, open: 1 });
  expect(await connections(client.page)).toEqual({ built: 1, open: 1 });
}

const otherNetwork = ({ page }: Person) => page.evaluate(() => void window.dispatchEvent(new Event('online')));

/** Both ask for new paths in the same moment, so that their offers may meet. */
async function bothAtOnce(ana: Person, client: AnotherClient): Promise<void> {
  await Promise.all([ana.page, client.page].map((page) => page.evaluate(() => window.__pcs.at(-1)?.restartIce())));
}

/** The client has heard how the call ended, without having done anything that was refused, and both histories tell of one call. */
async function expectOneCall(ana: Person, ben: Person, client: AnotherClient, end: { reason: string; by_me: boolean }): Promise<void> {
  await client.expectSeen(({ ends }) => ends, [{ call: expect.any(String), ...end }], 'it hears of the end');
  const { ends, refused, failures } = await client.seen();
  expect({ refused, failures }).toEqual({ refused: [], failures: [] });
  const { items } = await get<{ items: { id: string }[] }>(ben.context, 'call_history');
  expect(items.map(({ id }) => id)).toEqual(ends.map(({ call }) => call));
  await visit(ana.page, '/calls');
  await expect(article(ana.page, ben.name), 'it was one call').toHaveCount(1);
}

test("the project's page calls a client of another make, which offers: they talk, write, and find new paths, and the page leaves", async ({
  enrolled,
}) => {
  const [ana, ben] = await pair(enrolled, 'page');
  const client = await callClient(ana, ben);
  expect(await client.seen()).toMatchObject({ isPolite: false, generation: 0, partner: 'here', partnerMedia: { microphone: true, camera: true } });
  await expectSameWords(ana, client);
  await expectChat(ana, client);
  await expectRestart(ana, client, () => otherNetwork(ana));
  await expectRestart(ana, client, () => bothAtOnce(ana, client));

  await leave(ana.page);
  await expectOneCall(ana, ben, client, { reason: 'hung_up', by_me: false });
});

test("a client of another make calls the project's page, which offers: they talk, write, and find new paths, and the client leaves", async ({
  enrolled,
}) => {
  const [ana, ben] = await pair(enrolled, 'client');
  const client = await AnotherClient.open(ben.page);
  await visit(ana.page, '/partners');
  await client.page.evaluate((name) => window.__another.call(name), ana.name);
  await button(incoming(ana.page, ben.name), 'Accept').click();
  await arrive(ana.page, ben.name);
  await expectBothReceiving(ana.page, client.page);
  expect(await client.seen()).toMatchObject({ isPolite: true, generation: 0, partner: 'here' });
  await expectSameWords(ana, client);
  await expectChat(ana, client);
  await expectRestart(ana, client, () => otherNetwork(ana));
  await expectRestart(ana, client, () => client.page.evaluate(() => window.__another.restart()));
  await expectRestart(ana, client, () => bothAtOnce(ana, client));

  await client.page.evaluate(() => window.__another.leave());
  await expectEnded(ana.page);
  await expectOneCall(ana, ben, client, { reason: 'hung_up', by_me: true });
});

test("a client of another make goes on when the project's page is loaded anew and when the server is, and is missed when it goes", async ({
  enrolled,
  server,
  quiet,
}) => {
  const [ana, ben] = await pair(enrolled, 'page');
  const client = await callClient(ana, ben);

  // A new seat: the client builds another connection.
  await ana.page.reload();
  await arrive(ana.page, ben.name);
  await client.expectSeen(({ generation }) => generation, 1, 'another connection');
  await expectBothReceiving(ana.page, client.page);
  expect(await connections(client.page)).toEqual({ built: 2, open: 1 });
  await expectSameWords(ana, client);

  // A server that knows no seats any more: the same connection goes on.
  quiet.allowOutage();
  await server.kill();
  await expect(ana.page.getByText('Reconnecting…')).toBeVisible();
  await server.start();
  await expect(ana.page.getByText('Reconnecting…')).toBeHidden({ timeout: 30_000 });
  await client.expectSeen(({ partner }) => partner, 'here', 'it sits in the call again');
  await button(ana.page, 'Turn camera off').click();
  await client.expectSeen(({ partnerMedia }) => partnerMedia?.camera, false, 'it is told again');
  await button(ana.page, 'Turn camera on').click();
  await expectBothReceiving(ana.page, client.page);
  expect(await connections(client.page)).toEqual({ built: 2, open: 1 });
  const { refused, failures } = await client.seen();
  expect({ refused, failures }).toEqual({ refused: [], failures: [] });

  await client.page.close();
  await expect(partnerGone(ana.page, ben.name)).toBeVisible();
  await expectEnded(ana.page, 20_000);
  await visit(ana.page, '/calls');
  await expect(article(ana.page, ben.name), 'it was one call').toHaveCount(1);
});
