import type { Locator, Page } from '@playwright/test';
import { press, ringingPages } from '../fixtures/attention';
import { arrive, incoming, ring, roomAddress } from '../fixtures/calls';
import { get } from '../fixtures/http';
import { expectUnread, shown, watchShown } from '../fixtures/notifications';
import { article, button, visit } from '../fixtures/page';
import type { Person } from '../fixtures/people';
import { type Making, partners, type Screens, screensOf } from '../fixtures/screens';
import { expect, test } from '../fixtures/test';

/** Silence has spread within this many milliseconds after the server has taken what silences. */
const SILENT = 1_000;
/** Who sounds, and who sounds next, is known within this many. */
const MOVES = 2_000;
/** What two busy cores may take beyond that. */
const BUSY = 500;

interface Scene {
  caller: Person;
  callee: Person;
  tabs: Page[];
  device: Page;
  /** All of them. */
  screens: Screens;
}

/** A person at three tabs of one browser and at one of another, all of which may sound, and a partner who is about to call. */
async function scene(making: Making): Promise<Scene> {
  const [caller, callee] = await partners(making);
  const screens = await screensOf(callee, making);
  for (const screen of screens) {
    await press(screen);
  }
  return { caller, callee, tabs: screens.slice(0, 3), device: screens[3], screens };
}

/** It rings on all screens, and sounds in one tab of each browser; answers in which of the tabs. */
async function expectRings({ caller, tabs, device, screens }: Scene): Promise<number> {
  await Promise.all(screens.map((screen) => expect(incoming(screen, caller.name)).toBeVisible()));
  await expect.poll(async () => (await ringingPages(tabs)).length, { message: 'one tab sounds', timeout: 5_000 }).toBe(1);
  await expect.poll(() => ringingPages([device]), { message: 'the other device sounds', timeout: 5_000 }).toEqual([0]);
  return (await ringingPages(tabs))[0] as number;
}

/** Watches a page from now on; answers with when it showed and sounded no call any more, by the clock of the machine. */
async function untilSilent(page: Page, caller: Person): Promise<() => Promise<number>> {
  const watched = await page.evaluateHandle((title) => {
    const silent = { at: 0 };
    const look = setInterval(() => {
      const isShown = [...document.querySelectorAll('dialog[open] .dialog-title')].some((heading) => heading.textContent === title);
      const isHeard = [...window.__attention.playing].some((media) => media.src.includes('/ringtone.'));
      if (!isShown && !isHeard) {
        silent.at = Date.now();
        clearInterval(look);
      }
    }, 25);
    return silent;
  }, `Incoming call from ${caller.name}`);
  return async () => {
    const at = () => watched.evaluate((silent) => silent.at);
    await expect.poll(at, { message: `silence on ${page.url()}` }).toBeGreaterThan(0);
    return at();
  };
}

/** An answer, pressed somewhere, silences all of these within a second after the server has taken it. */
async function expectSilences(answer: Locator, sends: 'accept' | 'decline' | 'cancel', screens: Page[], caller: Person): Promise<void> {
  const silent = await Promise.all(screens.map((screen) => untilSilent(screen, caller)));
  const taken = answer.page().waitForResponse((response) => response.url().endsWith(`/api/${sends}_call`));
  const [since] = await Promise.all([taken.then(() => Date.now()), answer.click()]);
  for (const [place, at] of silent.entries()) {
    expect((await at()) - since, screens[place]?.url()).toBeLessThan(SILENT);
  }
  expect(await ringingPages(screens), 'what still sounds').toEqual([]);
}

test('it rings on three tabs and another device, and an answer on any of them silences all', async ({ enrolled, deviceOf }) => {
  const here = await scene({ enrolled, deviceOf });
  const { caller, callee, device, screens } = here;
  const [first, second, third] = screens;

  let dialog = await ring(caller, callee.name, 'Tea and irregular verbs?');
  await expectRings(here);
  for (const screen of screens) {
    const words = incoming(screen, caller.name);
    await expect(words).toContainText('Tea and irregular verbs?');
    await expect(words).toContainText('Spanish');
    await expect(words).toContainText('English');
    await expect(words).toContainText('B1');
  }
  await expectSilences(button(incoming(device, caller.name), 'Decline'), 'decline', screens, caller);
  await expect(dialog).toContainText(`${callee.name} declined`);
  await button(dialog, 'Close').click();

  dialog = await ring(caller, callee.name);
  await expectRings(here);
  await expectSilences(button(dialog, 'Cancel call'), 'cancel', screens, caller);

  await ring(caller, callee.name);
  await expectRings(here);
  const others = [first, second, device];
  const addresses = others.map((screen) => screen.url());
  await expectSilences(button(incoming(third, caller.name), 'Accept'), 'accept', others, caller);
  await Promise.all([arrive(caller.page, callee.name), arrive(third, caller.name)]);
  expect(others.map((screen) => screen.url()), 'only the tab that accepted goes there').toEqual(addresses);
});

test('it rings on through a reload and other pages, on either side, in one tab of three', async ({ enrolled, deviceOf }) => {
  const here = await scene({ enrolled, deviceOf });
  const { caller, callee, tabs, screens } = here;
  await ring(caller, callee.name);
  const one = await expectRings(here);
  await (tabs[one] as Page).reload();
  const next = await expectRings(here);
  await (tabs[next] as Page).goto('/settings/notifications');
  await expectRings(here);

  await caller.page.reload();
  const calling = caller.page.getByRole('dialog', { name: `Calling ${callee.name}…`, exact: true });
  await expect(calling).toBeVisible();
  await expectRings(here);
  await expectSilences(button(calling, 'Cancel call'), 'cancel', screens, caller);
  await expect(calling).toBeHidden();
});

test('it rings on every page, once on each', async ({ enrolled, deviceOf }) => {
  const [caller, callee] = await partners({ enrolled, deviceOf });
  await watchShown(callee.context);
  const { page } = callee;
  await visit(page, '/');
  await ring(caller, callee.name);
  const paths = [
    '/',
    '/partners',
    '/partners/find',
    `/partners/${caller.name}`,
    `/people/${caller.name}`,
    '/requests',
    '/calls',
    '/notifications',
    '/settings/profile',
    '/settings/privacy',
    '/settings/appearance',
    '/settings/devices',
    '/settings/notifications',
  ];
  for (const path of paths) {
    await page.goto(path);
    await expect(incoming(page, caller.name), path).toBeVisible();
    await expectUnread([page], 1);
    expect((await shown(page)).dialogs, path).toEqual([`Incoming call from ${caller.name}`]);
  }
  await button(incoming(page, caller.name), 'Decline').click();
  await expect(incoming(page, caller.name)).toBeHidden();
  await expectUnread([page], 0);
});

test('a tab that stops without a word while it rings is replaced', async ({ enrolled, deviceOf }) => {
  const here = await scene({ enrolled, deviceOf });
  const { caller, callee, tabs } = here;
  await ring(caller, callee.name);
  const one = await expectRings(here);
  const stopped = tabs[one] as Page;
  const rest = tabs.filter((tab) => tab !== stopped);
  // As a system does that takes the processor away from a page: it keeps what it holds, and nothing in it runs, not even an answer.
  const debug = await stopped.context().newCDPSession(stopped);
  await debug.send('Debugger.enable');
  const paused = new Promise((done) => debug.once('Debugger.paused', done));
  await debug.send('Debugger.pause');
  await paused;
  await expect.poll(async () => (await ringingPages(rest)).length, { timeout: MOVES + BUSY, intervals: [100] }).toBe(1);
  await debug.send('Debugger.resume');
  await debug.detach();
  // Back, it learns that another has its place.
  await expect.poll(async () => (await ringingPages(tabs)).length, { timeout: MOVES }).toBe(1);
  expect(await ringingPages([stopped])).toEqual([]);
});

test('both call each other at once, each from one of their tabs: one call', async ({ enrolled, deviceOf }) => {
  const [one, other] = await partners({ enrolled, deviceOf });
  const [beside, apart] = [await one.context.newPage(), await other.context.newPage()];
  await Promise.all([one.page, beside, other.page, apart].map((page) => visit(page, '/partners')));
  await Promise.all([
    button(article(beside, other.name), 'Call').click(),
    button(article(other.page, one.name), 'Call').click(),
  ]);
  await Promise.all([button(beside, 'Start call').click(), button(other.page, 'Start call').click()]);
  await Promise.all([arrive(beside, other.name), arrive(other.page, one.name)]);
  expect(new URL(beside.url()).pathname).toBe(new URL(other.page.url()).pathname);
  for (const page of [one.page, apart]) {
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(page).not.toHaveURL(roomAddress);
  }
  for (const { context } of [one, other]) {
    expect((await get<{ items: unknown[] }>(context, 'call_history')).items, 'calls').toHaveLength(1);
    expect(await get(context, 'ringing')).toMatchObject({ incoming: [], outgoing: [] });
  }
});

test('pressed in two tabs at once it rings once, and taking it back in one closes both', async ({ enrolled, deviceOf }) => {
  const [caller, callee] = await partners({ enrolled, deviceOf });
  await watchShown(callee.context);
  const beside = await caller.context.newPage();
  await visit(callee.page, '/calls');
  await Promise.all([visit(caller.page, '/partners'), visit(beside, '/partners')]);
  const both = [caller.page, beside];
  await Promise.all(both.map((page) => button(article(page, callee.name), 'Call').click()));
  await Promise.all(both.map((page) => button(page, 'Start call').click()));
  const calling = both.map((page) => page.getByRole('dialog', { name: `Calling ${callee.name}…`, exact: true }));
  await Promise.all(calling.map((dialog) => expect(dialog).toBeVisible()));
  await expect(incoming(callee.page, caller.name)).toBeVisible();
  await expectUnread([callee.page], 1);
  await button(beside, 'Cancel call').click();
  await Promise.all([...calling, incoming(callee.page, caller.name)].map((dialog) => expect(dialog).toBeHidden()));
  await expectUnread([callee.page], 1);
  expect((await shown(callee.page)).dialogs).toEqual([`Incoming call from ${caller.name}`]);
});

test('the server is killed while it rings: it rings on, and one answer counts on every screen', async ({
  enrolled,
  deviceOf,
  server,
  quiet,
}) => {
  quiet.allowOutage();
  const { caller, callee, device, screens } = await scene({ enrolled, deviceOf });
  const [, tab] = screens;
  const dialog = await ring(caller, callee.name, 'Still there?');
  await Promise.all(screens.map((screen) => expect(incoming(screen, caller.name)).toBeVisible()));
  await server.kill();
  await server.start();
  // Loaded anew, it has this from the server alone.
  await visit(tab, '/partners');
  await expect(incoming(tab, caller.name)).toContainText('Still there?');
  await button(incoming(tab, caller.name), 'Decline').click();
  // The others hear of it as soon as their sockets are back.
  await Promise.all(screens.map((screen) => expect(incoming(screen, caller.name)).toBeHidden({ timeout: 20_000 })));
  await expect(dialog).toContainText(`${callee.name} declined`, { timeout: 20_000 });
  await expectUnread(screens, 0);
  expect((await shown(device)).dialogs, 'it came up once').toEqual([`Incoming call from ${caller.name}`]);
  expect((await shown(device)).toasts).toEqual([]);
});
