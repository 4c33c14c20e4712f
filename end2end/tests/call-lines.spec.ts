import type { Page } from '@playwright/test';
import { attention, watchAttention } from '../fixtures/attention';
import { call, expectEnded, leave, partnerGone } from '../fixtures/calls';
import { pairUp } from '../fixtures/http';
import { expectBothReceiving } from '../fixtures/media';
import { article, visit } from '../fixtures/page';
import type { Person } from '../fixtures/people';
import { expectOtherSession, keepWords, session, watchRecovery, words } from '../fixtures/recovery';
import { test } from '../fixtures/relayed';
import { expect, type JoinOptions } from '../fixtures/test';

// The lines between the browsers and the TURN server are ours: all media of a first call go over them.
test.use({ ways: ['udp'] });

async function partners(enrolled: (options?: JoinOptions) => Promise<Person>): Promise<[Person, Person]> {
  const one = await enrolled();
  const other = await enrolled({ speaks: 'English', learns: 'Spanish' });
  await pairUp(one, other);
  for (const { context } of [one, other]) {
    await context.addInitScript(watchRecovery);
  }
  await visit(other.page, '/partners');
  return [one, other];
}

/** The name under which a page's connection asks the TURN server. */
function nameAtTurn(page: Page): Promise<string> {
  return page.evaluate(() => {
    const connection = window.__pcs.find((pc) => pc.connectionState === 'connected');
    const servers = connection?.getConfiguration().iceServers ?? [];
    return servers.map(({ username }) => username ?? '').join(' ').trim();
  });
}

test('new paths are looked for with credentials of that moment', async ({ enrolled }) => {
  const [one, other] = await partners(enrolled);
  await call(one, other);
  await expectBothReceiving(one.page, other.page);
  const [name, was] = await Promise.all([nameAtTurn(one.page), session(one.page)]);
  expect(name).not.toBe('');

  const asked = one.page.waitForRequest(/\/api\/fresh_ice/);
  await one.page.evaluate(() => window.dispatchEvent(new Event('online')));
  await asked;
  await expectOtherSession(one.page, was);
  await expectBothReceiving(one.page, other.page);
  expect(await nameAtTurn(one.page)).not.toBe(name);
});

test('without an answer from the server new paths are looked for all the same', async ({ enrolled, quiet }) => {
  const [one, other] = await partners(enrolled);
  await call(one, other);
  await expectBothReceiving(one.page, other.page);
  quiet.allowOutage();
  // Asked, and never answered.
  await one.page.route(/\/api\/fresh_ice/, () => {});
  const was = await session(one.page);
  await one.page.evaluate(() => window.dispatchEvent(new Event('online')));
  await expectOtherSession(one.page, was);
  await expectBothReceiving(one.page, other.page);
});

test('30 s without a network on one side: it is said and heard on both sides, and it is the same call', async ({ enrolled, lines, quiet }) => {
  test.setTimeout(180_000);
  const [one, other] = await partners(enrolled);
  await watchAttention(one.context);
  quiet.allowOutage();
  const cuts: (() => Promise<unknown>)[] = [];
  let isAway = false;
  await one.context.routeWebSocket(/\/ws$/, async (socket) => {
    if (isAway) {
      await socket.close({ code: 1011 });
      return;
    }
    const server = socket.connectToServer();
    cuts.push(() => Promise.all([server.close({ code: 1011 }), socket.close({ code: 1011 })]));
  });
  await call(one, other);
  await expectBothReceiving(one.page, other.page);

  await keepWords(one.page);
  isAway = true;
  lines.udp.set({ blackHole: true });
  await one.context.setOffline(true);
  await Promise.all(cuts.map((cut) => cut()));
  const lost = Date.now();
  await expect(partnerGone(other.page, one.name)).toBeVisible({ timeout: 10_000 });
  await expect(one.page.getByText(/is lost|falters/i).first()).toBeVisible({ timeout: 30_000 });
  await expect.poll(() => Date.now() - lost, { timeout: 40_000 }).toBeGreaterThan(30_000);

  isAway = false;
  lines.udp.heal();
  await one.context.setOffline(false);
  await expectBothReceiving(one.page, other.page);
  await expect(partnerGone(other.page, one.name)).toBeHidden({ timeout: 15_000 });
  const said = async () => (await words(one.page)).filter((text) => /is lost|is back/.test(text));
  await expect.poll(said, 'first the one, then the other').toEqual([
    `The connection to ${other.name} is lost. Reconnecting…`,
    `The connection to ${other.name} is back`,
  ]);
  expect((await attention(one.page)).begun, 'a sound for each').toMatchObject({ lost: 1, restored: 1 });
  await leave(one.page);
  await expectEnded(other.page);
  await visit(other.page, '/calls');
  await expect(article(other.page, one.name), 'it was one call').toHaveCount(1);
});
