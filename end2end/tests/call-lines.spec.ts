import type { BrowserContext, Page } from '@playwright/test';
import { attention, watchAttention } from '../fixtures/attention';
import { call, expectEnded, leave, partnerGone, summaryAddress } from '../fixtures/calls';
import { pairUp } from '../fixtures/http';
import { held, keepAccount } from '../fixtures/leaks';
import { expectBothReceiving } from '../fixtures/media';
import { article, button, visit } from '../fixtures/page';
import type { Person } from '../fixtures/people';
import { announced, connections, expectOtherSession, keepWords, session, steps, watchRecovery, words } from '../fixtures/recovery';
import { test } from '../fixtures/relayed';
import { expect, type JoinOptions } from '../fixtures/test';
import { watch } from '../fixtures/watching';

// The lines between the browsers and the TURN server are ours: all media of a first call go over them.
test.use({ ways: ['udp'] });

async function partners(
  enrolled: (options?: JoinOptions) => Promise<Person>,
  prepare?: (context: BrowserContext) => Promise<unknown>,
): Promise<[Person, Person]> {
  const one = await enrolled();
  const other = await enrolled({ speaks: 'English', learns: 'Spanish' });
  await pairUp(one, other);
  for (const { context } of [one, other]) {
    await context.addInitScript(watchRecovery);
    await prepare?.(context);
  }
  await visit(other.page, '/partners');
  return [one, other];
}

const accounted = (context: BrowserContext) => context.addInitScript(keepAccount);

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

test('credentials are renewed at half their life, again and again, and the call does not notice', async ({ enrolled }) => {
  const [one, other] = await partners(enrolled);
  // Ten minutes, which are twelve seconds for this page.
  const lives: number[] = [];
  await one.page.route(/\/api\/(room|fresh_ice)\?/, async (route) => {
    const response = await route.fetch();
    const answer = await response.json();
    const ice = answer.ice ?? answer;
    lives.push(ice.valid_seconds);
    ice.valid_seconds = 12;
    await route.fulfill({ response, json: answer });
  });
  await call(one, other);
  await expectBothReceiving(one.page, other.page);
  await keepWords(one.page);
  const [name, was, before] = await Promise.all([nameAtTurn(one.page), session(one.page), steps(one.page)]);
  const names = [name];
  const another = async () => {
    const isKnown = async () => names.includes(await nameAtTurn(one.page));
    await expect.poll(isKnown, { message: 'under a name that it had before', timeout: 20_000 }).toBe(false);
    names.push(await nameAtTurn(one.page));
  };
  const renewedTwice = async () => {
    await another();
    await another();
  };
  const [, ...seen] = await Promise.all([renewedTwice(), watch(one.page, 10), watch(other.page, 10)]);
  expect(names, 'each good for something').not.toContain('');

  for (const { sounding, moving } of seen) {
    expect([sounding, moving], 'seconds with sound, and with a picture').toEqual([10, 10]);
  }
  expect(new Set(lives), 'seconds for which the server gives them').toEqual(new Set([600]));
  const all = (await steps(one.page)).map(({ what }) => what);
  expect(all.filter((what) => what === 'asked').length, 'once for each').toBeGreaterThanOrEqual(2);
  const rest = all.slice(before.length).filter((what) => !/asked|answered/.test(what));
  expect(rest, 'nothing else happened to the connection').toEqual([]);
  expect([await session(one.page), await connections(one.page)]).toEqual([was, { built: 1, open: 1 }]);
  expect((await words(one.page)).filter((text) => /falters|lost/.test(text))).toEqual([]);
});

test('30 s without a network on one side: it is said and heard on both sides, and it is the same call', async ({ enrolled, lines, quiet }) => {
  test.setTimeout(180_000);
  const [one, other] = await partners(enrolled, watchAttention);
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

  await Promise.all([keepWords(one.page), keepWords(other.page)]);
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
  for (const [{ page }, { name }] of [
    [one, other],
    [other, one],
  ] as const) {
    const news = [`The connection to ${name} is lost. Reconnecting…`, `The connection to ${name} is back`];
    const silent = `${name}'s connection is lost. Waiting for them to come back…`;
    const said = async () => (await words(page)).filter((text) => /is lost|is back/.test(text) && text !== silent);
    await expect.poll(said, 'first the one, then the other').toEqual(news);
    const told = await announced(page);
    const [lost, restored] = news.map((text) => told.findIndex((words) => words.endsWith(text)));
    expect(lost, `announced: ${told.join(' | ')}`).toBeGreaterThanOrEqual(0);
    expect(restored, `announced after that: ${told.join(' | ')}`).toBeGreaterThan(lost ?? 0);
    expect((await attention(page)).begun, 'a sound for each').toMatchObject({ lost: 1, restored: 1 });
  }
  expect(await announced(other.page), 'who is away').toContain(`${one.name}'s connection is lost. Waiting for them to come back…`);
  await leave(one.page);
  await expectEnded(other.page);
  const summary = new URL(one.page.url()).pathname;
  await visit(other.page, '/calls');
  await expect(article(other.page, one.name), 'it was one call').toHaveCount(1);

  await test.step('the summary counts it, for each of the two', async () => {
    for (const { page } of [one, other]) {
      // What the other measured last is on its way when the call is over.
      await expect(async () => {
        await visit(page, summary);
        await expect(page.getByText(/^The connection was lost and found again (once|\d+ times)$/)).toBeVisible({ timeout: 1_000 });
      }).toPass({ timeout: 15_000 });
    }
  });
});

test('nothing comes through any more: "Leave call" ends it all the same, at once and for both', async ({ enrolled, lines }) => {
  const [one, other] = await partners(enrolled, accounted);
  await call(one, other);
  await expectBothReceiving(one.page, other.page);
  lines.udp.set({ blackHole: true });
  await expect(one.page.getByText(/is lost|falters/i).first()).toBeVisible({ timeout: 20_000 });
  await leave(one.page);
  await expectEnded(other.page);
  await expect(one.page.getByText('You ended the call')).toBeVisible();
  for (const { page } of [one, other]) {
    await expect.poll(() => held(page)).toMatchObject({ connections: 0, tracks: 0 });
  }
});

test('with no network at all "Leave call" leaves at once; when there is one again the other hears of it, and the summary is there', async ({
  enrolled,
  lines,
}) => {
  const [one, other] = await partners(enrolled, accounted);
  // What is sent waits, and nobody is told, as on a line that has died without a word.
  let isDead = false;
  let heal = () => {};
  const healed = new Promise<void>((done) => {
    heal = () => {
      isDead = false;
      done();
    };
  });
  const pass = async (send: () => void) => {
    if (isDead) {
      await healed;
    }
    send();
  };
  await one.context.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => void pass(() => server.send(message)));
    server.onMessage((message) => void pass(() => socket.send(message)));
  });
  await call(one, other);
  await expectBothReceiving(one.page, other.page);
  await one.context.route('**/*', (route) => pass(() => void route.continue()));
  isDead = true;
  lines.udp.set({ blackHole: true });
  await expect(partnerGone(other.page, one.name)).toBeVisible({ timeout: 15_000 });

  await button(one.page, 'Leave call').click();
  await expect(button(one.page, 'Leave call')).toBeHidden();
  await expect(one.page).toHaveURL(summaryAddress);
  await expect(one.page.getByRole('status').filter({ hasText: 'Loading the summary…' })).toBeVisible();
  // The way back would have come before these words.
  await expect(one.page.getByText(/^In a call with/), 'nobody is led back whom the server has not heard leave').toHaveCount(0);
  await expect.poll(() => held(one.page)).toMatchObject({ connections: 0, tracks: 0 });
  heal();
  await expect(one.page.getByText('You ended the call')).toBeVisible({ timeout: 20_000 });
  await expectEnded(other.page);
});
