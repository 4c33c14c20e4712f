import type { Locator, Page } from '@playwright/test';
import { attention, press, ringingPages, setHidden, turns } from '../fixtures/attention';
import { incoming, ring } from '../fixtures/calls';
import { button, field, visit } from '../fixtures/page';
import { partners, screensOf } from '../fixtures/screens';
import { keepQuietAround, moveTo, save } from '../fixtures/settings';
import { expect, test } from '../fixtures/test';

/** What each kind is called, and where it is told to somebody who has chosen nothing. */
const KINDS: Record<string, string[]> = {
  'Somebody calls you': ['In-app', 'Desktop', 'Sound'],
  'Your call is answered': ['In-app'],
  'Your call is declined': ['In-app'],
  'A caller hangs up before you answer': ['In-app', 'Desktop'],
  'You miss a call': ['In-app', 'Desktop'],
  'Somebody asks to be your partner': ['In-app', 'Desktop'],
  'Your request is accepted': ['In-app', 'Desktop'],
  'A partner ends the partnership': ['In-app', 'Desktop'],
  'A new device signs in to your account': ['In-app', 'Desktop', 'E-mail'],
};

const CHANNELS = ['In-app', 'Desktop', 'Sound', 'E-mail'];

function box(page: Page, kind: string, channel: string): Locator {
  return field(page.getByRole('group', { name: kind, exact: true }), channel);
}

/** Which boxes of all are ticked. */
async function ticked(page: Page): Promise<Record<string, string[]>> {
  const all: Record<string, string[]> = {};
  for (const kind of Object.keys(KINDS)) {
    const states = await Promise.all(CHANNELS.map((channel) => box(page, kind, channel).isChecked()));
    all[kind] = CHANNELS.filter((_, place) => states[place]);
  }
  return all;
}

test('each kind in each channel is kept, for every device and without JavaScript', async ({ enrolled, deviceOf }) => {
  const me = await enrolled();
  const { page } = me;
  await visit(page, '/settings/notifications');
  expect(await ticked(page)).toEqual(KINDS);
  for (const kind of Object.keys(KINDS)) {
    for (const channel of CHANNELS) {
      await box(page, kind, channel).setChecked(!KINDS[kind]?.includes(channel));
    }
  }
  await save(page);
  const turned = Object.fromEntries(
    Object.entries(KINDS).map(([kind, on]) => [kind, CHANNELS.filter((channel) => !on.includes(channel))]),
  );
  expect(await ticked(page)).toEqual(turned);

  const device = await deviceOf(me);
  await visit(device.page, '/settings/notifications');
  expect(await ticked(device.page)).toEqual(turned);

  const plain = await deviceOf(me, { javaScriptEnabled: false });
  await plain.page.goto('/settings/notifications');
  expect(await ticked(plain.page)).toEqual(turned);
  await box(plain.page, 'You miss a call', 'Desktop').check();
  await button(plain.page, 'Save').click();
  await expect(plain.page.getByText('Saved', { exact: true })).toBeVisible();
  await page.reload();
  expect(await ticked(page)).toEqual({ ...turned, 'You miss a call': ['Desktop', 'Sound', 'E-mail'] });
});

test('a call is shown by the system and heard as was chosen, on every tab and device', async ({ enrolled, deviceOf }) => {
  const making = { enrolled, deviceOf };
  const [caller, callee] = await partners(making);
  const screens = await screensOf(callee, making);
  const [tab, second, third, device] = screens;
  const calls = 'Somebody calls you';
  const choose = async (channels: string[]) => {
    await visit(tab, '/settings/notifications');
    for (const channel of ['Desktop', 'Sound']) {
      await box(tab, calls, channel).setChecked(channels.includes(channel));
    }
    await save(tab);
    for (const screen of screens) {
      await press(screen);
      await setHidden(screen, true);
    }
  };
  const heard = async (pages: Page[]) =>
    (await Promise.all(pages.map((page) => attention(page)))).map(({ begun }) => begun.ringtone ?? 0);
  const seen = async (pages: Page[]) =>
    (await Promise.all(pages.map((page) => attention(page))))
      .flatMap(({ history }) => history)
      .filter((title) => title === `Incoming call from ${caller.name}`);

  await choose([]);
  let dialog = await ring(caller, callee.name);
  await Promise.all(screens.map((screen) => expect(incoming(screen, caller.name)).toBeVisible()));
  await Promise.all(screens.map((screen) => turns(screen)));
  expect(await heard(screens), 'no sound').toEqual([0, 0, 0, 0]);
  expect(await seen(screens), 'nothing of the system').toEqual([]);
  await button(dialog, 'Cancel call').click();

  await choose(['Desktop']);
  dialog = await ring(caller, callee.name);
  // Once for each browser, by the one tab that speaks for it.
  await expect.poll(() => seen([tab, second, third])).toHaveLength(1);
  await expect.poll(() => seen([device])).toHaveLength(1);
  expect(await heard(screens), 'still no sound').toEqual([0, 0, 0, 0]);
  await button(dialog, 'Cancel call').click();

  await choose(['Desktop', 'Sound']);
  dialog = await ring(caller, callee.name);
  await expect.poll(async () => (await heard([tab, second, third])).filter((times) => times > 0)).toHaveLength(1);
  await expect.poll(async () => (await heard([device])).filter((times) => times > 0)).toHaveLength(1);
  await button(dialog, 'Cancel call').click();
  await expect(dialog).toBeHidden();
});

test('quiet hours of another zone are not the person’s: it rings', async ({ enrolled, deviceOf }) => {
  const making = { enrolled, deviceOf };
  const [caller, callee] = await partners(making);
  const screens = await screensOf(callee, making);
  await moveTo(screens[0], 'Asia/Tokyo');
  // Where the browsers are.
  await keepQuietAround(screens[0], 'Europe/Madrid');
  for (const screen of screens) {
    await press(screen);
  }
  const dialog = await ring(caller, callee.name);
  await Promise.all(screens.map((screen) => expect(incoming(screen, caller.name)).toBeVisible()));
  await expect.poll(async () => (await ringingPages(screens)).length, { message: 'once in each browser' }).toBe(2);
  await button(dialog, 'Cancel call').click();
  await Promise.all(screens.map((screen) => expect(incoming(screen, caller.name)).toBeHidden()));
});
