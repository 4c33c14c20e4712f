import type { BrowserContext, Locator, Page, Request } from '@playwright/test';
import { incoming, ring } from '../fixtures/calls';
import { installClock } from '../fixtures/clock';
import { ask, pairUp } from '../fixtures/http';
import { bell, expectUnread, shown, watchShown } from '../fixtures/notifications';
import { accountMenu, article, button, field, visit } from '../fixtures/page';
import { expect, test } from '../fixtures/test';

/** What a test does to the sockets of a browser, and what it sees of them. */
interface Line {
  /** How many were opened. */
  opened: number;
  /** How often the page has asked whether they live, and how often that was answered. */
  asked: number;
  alive: number;
  /** Nothing passes any more on those that are open, in neither direction, and nobody says so. */
  deafen: () => void;
  /** All are closed, and new ones at once, until it is mended. */
  cut: () => Promise<void>;
  mend: () => void;
}

async function lineOf(context: BrowserContext): Promise<Line> {
  let isCut = false;
  const current: { deafen: () => void; close: () => Promise<void> }[] = [];
  const line: Line = {
    opened: 0,
    asked: 0,
    alive: 0,
    deafen: () => current.splice(0).forEach((socket) => socket.deafen()),
    cut: async () => {
      isCut = true;
      await Promise.all(current.splice(0).map((socket) => socket.close()));
    },
    mend: () => {
      isCut = false;
    },
  };
  await context.routeWebSocket(/\/ws(\?|$)/, (socket) => {
    line.opened += 1;
    if (isCut) {
      void socket.close({ code: 1011 });
      return;
    }
    const server = socket.connectToServer();
    let isDeaf = false;
    current.push({
      deafen: () => {
        isDeaf = true;
      },
      close: async () => {
        await server.close({ code: 1011 });
        await socket.close({ code: 1011 });
      },
    });
    socket.onMessage((message) => {
      if (!isDeaf) {
        line.asked += String(message).includes('"probe"') ? 1 : 0;
        server.send(message);
      }
    });
    server.onMessage((message) => {
      if (!isDeaf) {
        line.alive += String(message).includes('"alive"') ? 1 : 0;
        socket.send(message);
      }
    });
    socket.onClose(() => void server.close());
    server.onClose((code, reason) => {
      if (!isDeaf) {
        void socket.close({ code, reason });
      }
    });
  });
  return line;
}

/** Waits until the server has answered the page on its socket, and nothing is asked any more. */
async function expectAlive(page: Page, line: Line): Promise<void> {
  const before = line.alive;
  await expect(async () => {
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    expect(line.alive).toBeGreaterThan(before);
  }).toPass();
  await expect.poll(() => line.asked - line.alive).toBe(0);
}

const english = { speaks: 'English', learns: 'Spanish' };

for (const [what, wake] of [
  ['the network is back', (page) => page.evaluate(() => window.dispatchEvent(new Event('online')))],
  [
    'the page comes back from the back-forward cache',
    (page) => page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))),
  ],
  [
    'the tab is seen again',
    (page) => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))),
  ],
  ['the tab is no longer frozen', (page) => page.evaluate(() => document.dispatchEvent(new Event('resume')))],
  ['the window is looked at', (page) => page.evaluate(() => window.dispatchEvent(new Event('focus')))],
  ['the machine has slept', (page) => page.clock.fastForward('01:00')],
] as [string, (page: Page) => Promise<unknown>][]) {
  test(`another socket for one that only looks open, within two seconds after ${what}`, async ({ enrolled }) => {
    const me = await enrolled();
    const line = await lineOf(me.context);
    if (what === 'the machine has slept') {
      await me.context.clock.install();
    }
    await visit(me.page, '/partners');
    await expectAlive(me.page, line);
    const before = line.opened;
    line.deafen();
    const woken = Date.now();
    await wake(me.page);
    await expect.poll(() => line.opened, { intervals: [50] }).toBe(before + 1);
    // With half a second for two busy cores.
    expect(Date.now() - woken).toBeLessThan(2_500);
    await expectAlive(me.page, line);
    expect(line.opened, 'one is enough').toBe(before + 1);
  });
}

test('another socket for one that only looks open, within two heartbeats, though nothing tells of it @long', async ({ enrolled }) => {
  const me = await enrolled();
  const other = await enrolled(english);
  const line = await lineOf(me.context);
  await visit(me.page, '/partners');
  await expectAlive(me.page, line);
  const before = line.opened;
  line.deafen();
  const deaf = Date.now();
  await expect.poll(() => line.opened, { intervals: [200], timeout: 40_000 }).toBe(before + 1);
  // Two heartbeats of 15 s from the last one heard, a look, and half a second for two busy cores.
  expect(Date.now() - deaf).toBeLessThan(31_000 + 500);
  await ask(other, me);
  await expectUnread([me.page], 1);
});

test('the connection: nothing for two seconds, then a word, then for how long, which nobody has to hear', async ({ enrolled }) => {
  const me = await enrolled();
  const line = await lineOf(me.context);
  const { page } = me;
  await visit(page, '/partners');
  await expectAlive(page, line);
  const status = page.getByRole('status').filter({ hasText: 'Reconnecting…' });
  await installClock(page);
  await page.clock.pauseAt(Date.now() + 1_000);
  await line.cut();
  /** How many milliseconds it takes, by the clock of the page, until something is seen. */
  const until = async (sign: Locator) => {
    for (let waited = 0; waited <= 20_000; waited += 250) {
      if (await sign.isVisible()) {
        return waited;
      }
      await page.clock.runFor(250);
    }
    throw new Error('it is not seen');
  };
  expect(await until(status)).toBeGreaterThanOrEqual(2_000);
  await expect(status).toHaveText('Reconnecting…');
  expect(await until(page.getByText(/^1\d s$/))).toBeGreaterThanOrEqual(7_000);
  await expect(status).toHaveText('Reconnecting…');
});

test('without a network: a calm word; back again, everything that was missed comes once', async ({ enrolled, quiet }) => {
  quiet.allowOutage();
  const me = await enrolled();
  const others = [await enrolled(english), await enrolled(english)];
  const line = await lineOf(me.context);
  await watchShown(me.context);
  await visit(me.page, '/partners');
  await expectAlive(me.page, line);
  await expectUnread([me.page], 0);

  const word = me.page.getByRole('status').filter({ hasText: 'Reconnecting…' });
  await expect(word).toHaveCount(0);
  await me.context.setOffline(true);
  await line.cut();
  await expect(word).toBeVisible({ timeout: 5_000 });
  for (const other of others) {
    await ask(other, me);
  }
  await expect(bell(me.page, 0)).toBeVisible();

  line.mend();
  await me.context.setOffline(false);
  await expectUnread([me.page], 2);
  await expect(word).toHaveCount(0);
  const toasts = others.map((other) => `${other.name} would like to be your partner`).sort();
  await expect.poll(async () => (await shown(me.page)).toasts.sort()).toEqual(toasts);
  // What comes later on the same socket is not told with what came before.
  const third = await enrolled(english);
  await ask(third, me);
  await expectUnread([me.page], 3);
  toasts.push(`${third.name} would like to be your partner`);
  await expect.poll(async () => (await shown(me.page)).toasts.sort()).toEqual(toasts.sort());
});

test('what could not be loaded comes by itself when the connection is back', async ({ enrolled, quiet }) => {
  quiet.allowOutage();
  const me = await enrolled();
  const line = await lineOf(me.context);
  const { page } = me;
  await visit(page, '/partners');
  await expectAlive(page, line);
  const [people, profile] = ['**/api/find_partners*', '**/api/own_profile*'];
  for (const api of [people, profile]) {
    await page.route(api, (route) => route.abort());
  }
  const asked: string[] = [];
  page.on('request', (request: Request) => asked.push(new URL(request.url()).pathname));
  const times = (name: string) => asked.filter((path) => path === `/api/${name}`).length;
  const failure = page.getByRole('alert').filter({ hasText: 'We could not reach the server' });

  // A socket that was away has opened.
  await line.cut();
  await page.getByRole('link', { name: 'Find partners', exact: true }).first().click();
  await expect(failure).toBeVisible();
  await page.unroute(people);
  const before = times('find_partners');
  line.mend();
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect(failure).toHaveCount(0);
  expect(times('find_partners'), 'once').toBe(before + 1);

  // The browser says so, and the socket has lived on.
  await expectAlive(page, line);
  await accountMenu(page);
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await expect(failure).toBeVisible();
  await expect(button(page, 'Try again')).toBeVisible();
  await page.unroute(profile);
  const earlier = times('own_profile');
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await expect(field(page, 'Display name')).toHaveValue(me.name);
  await expect(failure).toHaveCount(0);
  expect(times('own_profile'), 'once').toBe(earlier + 1);
});

test('where no socket ever opens, a person is here all the same: partners see them, and calls ring', async ({ join, enrolled }) => {
  const me = await enrolled();
  const ben = await join(english);
  await pairUp(me, ben);
  await me.context.routeWebSocket(/\/ws(\?|$)/, () => {});
  await visit(ben.page, '/partners');
  await expect(article(ben.page, me.name).getByText(/^(Offline|Last seen)/)).toBeVisible();
  await visit(me.page, '/calls');
  await expect(article(ben.page, me.name).getByText('Online', { exact: true })).toBeVisible({ timeout: 15_000 });

  await ring(ben, me.name, 'Are you there?');
  await expect(incoming(me.page, ben.name)).toBeVisible({ timeout: 20_000 });
  await expect(incoming(me.page, ben.name)).toContainText('Are you there?');
  await button(incoming(me.page, ben.name), 'Decline').click();
  await expect(ben.page.getByRole('dialog', { name: `${me.name} declined`, exact: true })).toBeVisible();
});
