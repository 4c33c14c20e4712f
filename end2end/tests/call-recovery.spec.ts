import type { BrowserContext, Page } from '@playwright/test';
import { arrive, call, expectEnded, incoming, leave, ring } from '../fixtures/calls';
import { pairUp } from '../fixtures/http';
import { expectGivenBack, held, keepAccount } from '../fixtures/leaks';
import { expectBothReceiving, expectReceiving } from '../fixtures/media';
import { article, button, field, visit } from '../fixtures/page';
import type { Person } from '../fixtures/people';
import { connections, expectOtherSession, keepWords, session, watchRecovery, words } from '../fixtures/recovery';
import { expect, type JoinOptions, test } from '../fixtures/test';

// The figure of design.md, with a second for two busy cores.
const REJOINED = 5_000 + 1_000;

type Enrolling = (options?: JoinOptions) => Promise<Person>;

declare global {
  interface Window {
    /** The browser is on a network of that kind now, and says so. */
    __network: (type: string) => void;
  }
}

/** Two in a call, whose browsers were prepared before they opened the pages that lead to it. */
async function inCall(enrolled: Enrolling, ...prepare: ((context: BrowserContext) => Promise<unknown>)[]): Promise<[Person, Person]> {
  const one = await enrolled();
  const other = await enrolled({ speaks: 'English', learns: 'Spanish' });
  for (const { context } of [one, other]) {
    for (const work of prepare) {
      await work(context);
    }
  }
  await pairUp(one, other);
  await visit(other.page, '/partners');
  await call(one, other);
  await expectBothReceiving(one.page, other.page);
  return [one, other];
}

const watched = (context: BrowserContext) => context.addInitScript(watchRecovery);
const accounted = (context: BrowserContext) => context.addInitScript(keepAccount);

/** How often a person's history tells of a partner. */
async function callsWith(page: Page, name: string): Promise<number> {
  await visit(page, '/calls');
  return article(page, name).count();
}

/** The clock of the call, in seconds. */
async function clock(page: Page): Promise<number> {
  const parts = ((await page.getByRole('timer').textContent()) ?? '').split(':');
  return parts.reduce((seconds, part) => seconds * 60 + Number(part), 0);
}

/** Waits until the call has gone on for so many seconds more. */
async function callGoesOn(page: Page, seconds: number): Promise<void> {
  const from = await clock(page);
  await expect
    .poll(() => clock(page), { message: 'the clock of the call goes on', timeout: (seconds + 20) * 1_000 })
    .toBeGreaterThanOrEqual(from + seconds);
}

const cameraOff = (page: Page, name: string) => page.getByText(new RegExp(`${name}.*camera.* off`, 'i')).first();

/** What a page says of a call that is in another tab or on another device, and that it has given everything back. */
async function expectElsewhere(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: 'This call continues in another tab' })).toBeVisible();
  await expect(button(page, 'Leave call')).toBeHidden();
  await expect.poll(() => held(page)).toMatchObject({ connections: 0, tracks: 0 });
}

test('the server is killed and started again: media never stop, nobody is shown as lost, and both can agree again', async ({
  enrolled,
  server,
  quiet,
}) => {
  const [one, other] = await inCall(enrolled, watched);
  quiet.allowOutage();
  await Promise.all([keepWords(one.page), keepWords(other.page)]);
  const before = await Promise.all([one, other].map(({ page }) => connections(page)));

  await server.kill();
  await expect(one.page.getByText('Reconnecting…')).toBeVisible();
  await expectBothReceiving(one.page, other.page);
  await server.start();
  await expect(one.page.getByText('Reconnecting…')).toBeHidden({ timeout: 30_000 });
  await expectBothReceiving(one.page, other.page);

  await button(one.page, 'Turn camera off').click();
  await expect(cameraOff(other.page, one.name)).toBeVisible({ timeout: 30_000 });
  await button(one.page, 'Turn camera on').click();
  await expect(cameraOff(other.page, one.name)).toBeHidden();
  await expectBothReceiving(one.page, other.page);
  for (const [{ page }, partner] of [
    [one, other],
    [other, one],
  ] as const) {
    const covered = (await words(page)).filter((text) => /lost|left|waiting/i.test(text));
    expect(covered, `${partner.name} was there all the time`).toEqual([]);
  }
  expect(await Promise.all([one, other].map(({ page }) => connections(page))), 'the same connection').toEqual(before);

  // What the two browsers agree on goes over the new server.
  const was = await session(one.page);
  await one.page.evaluate(() => window.dispatchEvent(new Event('online')));
  await expectOtherSession(one.page, was);
  await expectBothReceiving(one.page, other.page);
  await leave(one.page);
  await expectEnded(other.page);
  expect(await callsWith(one.page, other.name), 'it was one call').toBe(1);
  expect(await callsWith(other.page, one.name), 'on both sides').toBe(1);
});

test('a socket is away for longer than a departure takes: the call goes on, and nobody is shown as lost', async ({ enrolled, quiet }) => {
  const cuts: (() => Promise<unknown>)[] = [];
  let isAway = false;
  const one = await enrolled();
  const other = await enrolled({ speaks: 'English', learns: 'Spanish' });
  await one.context.routeWebSocket(/\/ws$/, async (socket) => {
    if (isAway) {
      await socket.close({ code: 1011 });
      return;
    }
    const server = socket.connectToServer();
    cuts.push(() => Promise.all([server.close({ code: 1011 }), socket.close({ code: 1011 })]));
  });
  await pairUp(one, other);
  await visit(other.page, '/partners');
  await call(one, other);
  await expectBothReceiving(one.page, other.page);
  quiet.allowOutage();
  await Promise.all([keepWords(one.page), keepWords(other.page)]);

  isAway = true;
  await Promise.all(cuts.map((cut) => cut()));
  await expect(one.page.getByText('Reconnecting…')).toBeVisible();
  // Told after 5 s without a word, over after 10 s without a return: neither is true here.
  await callGoesOn(other.page, 12);
  await expectBothReceiving(one.page, other.page);
  await button(one.page, 'Turn camera off').click();
  isAway = false;
  await expect(cameraOff(other.page, one.name), 'what was switched meanwhile is told').toBeVisible({ timeout: 30_000 });
  for (const { page } of [one, other]) {
    expect((await words(page)).filter((text) => /lost|left|waiting/i.test(text))).toEqual([]);
  }
  await leave(other.page);
  await expectEnded(one.page);
  expect(await callsWith(one.page, other.name), 'it was one call').toBe(1);
});

test('a reload is back in the same call within 5 s, and leaves no ghost', async ({ enrolled }) => {
  const [one, other] = await inCall(enrolled);
  await one.page.reload({ waitUntil: 'commit' });
  await expect(button(one.page, 'Leave call')).toBeVisible({ timeout: REJOINED });
  await expect(button(one.page, 'Join call')).toBeHidden();
  await expectBothReceiving(one.page, other.page);

  for (const { page } of [one, other]) {
    expect((await connections(page)).open, 'one connection').toBe(1);
    await expect(page.locator('video[aria-label="Your video"]')).toHaveCount(1);
  }
  await expect(other.page.getByLabel(`${one.name}'s video`, { exact: true })).toHaveCount(1);
  await leave(one.page);
  await expectEnded(other.page);
  expect(await callsWith(one.page, other.name), 'it was one call').toBe(1);
});

test('a copy of the tab leaves the call where it is, until it is moved', async ({ enrolled }) => {
  const [one, other] = await inCall(enrolled, accounted);
  const before = (await connections(one.page)).built;

  // What "Duplicate" does: the copy has what the tab remembers.
  const [copy] = await Promise.all([
    one.context.waitForEvent('page'),
    one.page.evaluate(() => void window.open(location.href, '_blank')),
  ]);
  await expect.poll(() => copy.evaluate(() => sessionStorage.length)).toBeGreaterThan(0);
  await expectElsewhere(copy);
  await expect(button(one.page, 'Leave call')).toBeVisible();
  await expectBothReceiving(one.page, other.page);
  expect((await connections(one.page)).built, 'nothing happened to the call').toBe(before);

  await button(copy, 'Move the call here').click();
  await arrive(copy, other.name);
  await expectBothReceiving(copy, other.page);
  await expectElsewhere(one.page);

  await button(one.page, 'Move the call here').click();
  await arrive(one.page, other.name);
  await expectBothReceiving(one.page, other.page);
  await expectElsewhere(copy);

  // Who has given the call away does not take it back by a reload, and its end is no news to a tab that is not in it.
  await copy.reload();
  await expect(button(copy, 'Join call')).toBeVisible();
  await expectBothReceiving(one.page, other.page);
  await copy.close();
  await leave(one.page);
  await expectEnded(other.page);
  expect(await callsWith(one.page, other.name), 'it was one call').toBe(1);
});

test('the call is moved to another device and back', async ({ enrolled, deviceOf }) => {
  const [one, other] = await inCall(enrolled, accounted);
  const phone = await deviceOf(one, { viewport: { width: 390, height: 844 } });
  await accounted(phone.context);
  await visit(phone.page, new URL(one.page.url()).pathname);
  await button(phone.page, 'Join call').click();
  await expectBothReceiving(phone.page, other.page);
  await expectElsewhere(one.page);

  await button(one.page, 'Move the call here').click();
  await arrive(one.page, other.name);
  await expectBothReceiving(one.page, other.page);
  await expectElsewhere(phone.page);
  await leave(other.page);
  await expectEnded(one.page);
  await expectEnded(phone.page);
});

test('another network, told of five times, is one restart in mid-call', async ({ enrolled }) => {
  const [one, other] = await inCall(enrolled, watched);
  const [mine, theirs] = await Promise.all([session(one.page), session(other.page)]);
  await one.page.evaluate(() => {
    for (let times = 0; times < 5; times += 1) {
      window.dispatchEvent(new Event('online'));
    }
  });
  await expectOtherSession(one.page, mine);
  await expectOtherSession(other.page, theirs);
  await expectBothReceiving(one.page, other.page);
  await callGoesOn(one.page, 8);
  expect(await one.page.evaluate(() => window.__restarts)).toBe(1);
  expect((await connections(one.page)).built, 'and no other connection').toBe(1);
  await expectBothReceiving(one.page, other.page);
});

/** Runs in the page before its own scripts, as in a browser that tells which kind of network it is on (Network Information). */
function tellNetwork(): void {
  const network = Object.assign(new EventTarget(), { type: 'wifi' });
  Object.defineProperty(Navigator.prototype, 'connection', { configurable: true, get: () => network });
  window.__network = (type) => {
    network.type = type;
    network.dispatchEvent(new Event('change'));
  };
}

test('another kind of network, as the browser tells of it, is one restart in mid-call, and a new estimate of the same none', async ({ enrolled }) => {
  const [one, other] = await inCall(enrolled, watched, (context) => context.addInitScript(tellNetwork));
  const [mine, theirs] = await Promise.all([session(one.page), session(other.page)]);
  const restarts = () => one.page.evaluate(() => window.__restarts);
  await one.page.evaluate(() => ['wifi', 'wifi', 'wifi'].forEach(window.__network));
  // A restart waits a second for further news.
  await callGoesOn(one.page, 4);
  expect([await restarts(), await session(one.page)], 'it is the network that it was').toEqual([0, mine]);

  await one.page.evaluate(() => ['cellular', 'cellular', 'cellular'].forEach(window.__network));
  await expectOtherSession(one.page, mine);
  await expectOtherSession(other.page, theirs);
  await expectBothReceiving(one.page, other.page);
  await callGoesOn(one.page, 8);
  expect(await restarts()).toBe(1);
  expect((await connections(one.page)).built, 'and no other connection').toBe(1);
  await expectBothReceiving(one.page, other.page);
});

test('a computer that wakes looks for new paths at once', async ({ enrolled, quiet }) => {
  const [one, other] = await inCall(enrolled, watched);
  // The socket is tried, and may be replaced.
  quiet.allow(/WebSocket is closed before the connection is established/);
  const was = await session(one.page);
  await one.page.evaluate(() => window.__sleep(30_000));
  await expectOtherSession(one.page, was);
  await expectBothReceiving(one.page, other.page);
  expect((await connections(one.page)).built, 'the same connection').toBe(1);
  await button(other.page, 'Turn camera off').click();
  await expect(cameraOff(one.page, other.name)).toBeVisible();
});

test('a connection that breaks beyond repair is built anew, and it is the same call', async ({ enrolled }) => {
  const [one, other] = await inCall(enrolled, watched);
  // No event tells this page that its own connection is closed.
  await other.page.evaluate(() => window.__pcs.at(-1)?.close());
  await expect.poll(() => connections(one.page), { timeout: 60_000 }).toEqual({ built: 2, open: 1 });
  await expectBothReceiving(one.page, other.page);
  for (const { page } of [one, other]) {
    expect((await connections(page)).open, 'one connection').toBe(1);
  }
  await expect(one.page.getByText(/falters|is lost/i).first()).toBeHidden();
  await leave(one.page);
  await expectEnded(other.page);
  expect(await callsWith(one.page, other.name), 'it was one call').toBe(1);
});

test('a voice that does not come although the connection stands is missed, and brought back by another connection', async ({ enrolled }) => {
  const [one, other] = await inCall(enrolled, watched);
  // A sender that has nothing to send, and nobody who was told of it.
  await other.page.evaluate(async () => {
    const senders = window.__pcs.at(-1)?.getSenders() ?? [];
    await senders.find(({ track }) => track?.kind === 'audio')?.replaceTrack(null);
  });
  const missed = one.page.getByText(`No sound is coming from ${other.name}`).first();
  await expect(missed).toBeVisible({ timeout: 20_000 });
  await expect.poll(() => connections(one.page), { timeout: 30_000 }).toEqual({ built: 2, open: 1 });
  expect(await one.page.evaluate(() => window.__restarts), 'the picture came: the paths were good').toBe(0);
  await expectBothReceiving(one.page, other.page);
  await expect(missed).toBeHidden();
  expect(await connections(other.page), 'one for each').toEqual({ built: 2, open: 1 });
});

/** One more call between two who stand on the summary of the last: no page is loaded anew. */
async function callAgain(caller: Person, callee: Person): Promise<void> {
  await button(caller.page, 'Call again').click();
  const dialog = caller.page.getByRole('dialog', { name: `Call ${callee.name}`, exact: true });
  await field(dialog, 'Message (optional)').fill('');
  await button(dialog, 'Start call').click();
  await button(incoming(callee.page, caller.name), 'Accept').click();
  await Promise.all([arrive(caller.page, callee.name), arrive(callee.page, caller.name)]);
  await Promise.all([expectReceiving(caller.page, ['frames']), expectReceiving(callee.page, ['frames'])]);
}

for (const [times, tag] of [
  [6, ''],
  [100, ' @long'],
] as const) {
  test(`${times} calls one after another leave nothing behind${tag}`, async ({ enrolled }) => {
    test.setTimeout(60_000 + times * 15_000);
    const [one, other] = await inCall(enrolled, accounted);
    for (const { page } of [one, other]) {
      await page.evaluate(() => Object.assign(window, { __same: true }));
    }
    await leave(one.page);
    await expectEnded(other.page);
    // The second call has loaded whatever a first one loads for good.
    await callAgain(one, other);
    await leave(one.page);
    await expectEnded(other.page);
    for (const { page } of [one, other]) {
      await expect.poll(() => held(page)).toMatchObject({ connections: 0, tracks: 0 });
    }
    const before = await Promise.all([held(one.page), held(other.page)]);

    for (let round = 2; round < times; round += 1) {
      const [caller, callee] = round % 2 === 0 ? [one, other] : [other, one];
      await callAgain(caller, callee);
      await leave(round % 3 === 0 ? caller.page : callee.page);
      await expectEnded(round % 3 === 0 ? callee.page : caller.page);
      await expectGivenBack(one.page, before[0]!);
      await expectGivenBack(other.page, before[1]!);
    }
    for (const { page } of [one, other]) {
      expect(await page.evaluate(() => '__same' in window), 'all on one page').toBe(true);
      expect((await connections(page)).built, 'a connection each').toBe(times);
    }
  });
}

test('a reload while the partner is still on the way leads into the same call', async ({ paired }) => {
  const [one, other] = await paired();
  await ring(one, other.name);
  await button(incoming(other.page, one.name), 'Accept').click();
  await arrive(one.page, other.name);
  await one.page.reload();
  await Promise.all([arrive(one.page, other.name), arrive(other.page, one.name)]);
  await expectBothReceiving(one.page, other.page);
  await leave(other.page);
  await expectEnded(one.page);
  expect(await callsWith(one.page, other.name), 'it was one call').toBe(1);
});
