import type { Page } from '@playwright/test';
import { attention, press, ringingPages } from '../fixtures/attention';
import { incoming, ring } from '../fixtures/calls';
import { expectUnreadEverywhere, line, shown, toast } from '../fixtures/notifications';
import { button, field, heading, visit } from '../fixtures/page';
import { partners, screensOf } from '../fixtures/screens';
import { expect, test } from '../fixtures/test';

const RING_SECONDS = 6;
test.use({ serverSettings: { RING_SECONDS: String(RING_SECONDS) } });

const RUNG_OUT = { timeout: (RING_SECONDS + 5) * 1_000 };

test('nobody answers: a missed call on every tab and device, with the words that were sent along', async ({ enrolled, deviceOf }) => {
  const making = { enrolled, deviceOf };
  const [caller, callee] = await partners(making);
  const screens = await screensOf(callee, making);
  const [, tab, , device] = screens;
  // What was read so far belongs to becoming partners.
  await expectUnreadEverywhere(screens, 0);
  const dialog = await ring(caller, callee.name, 'I have found your umbrella');
  await Promise.all(screens.map((screen) => expect(incoming(screen, caller.name)).toBeVisible()));
  await expect(dialog).toContainText(`${callee.name} did not answer`, RUNG_OUT);
  await Promise.all(screens.map((screen) => expect(incoming(screen, caller.name)).toBeHidden()));
  const missed = `Missed call from ${caller.name}`;
  await expect(toast(tab, missed)).toContainText('I have found your umbrella');
  await expectUnreadEverywhere(screens, 1);

  await visit(device, '/notifications');
  await expect(line(device, missed)).toHaveCount(1);
  await expect(line(device, missed)).toContainText('I have found your umbrella');
  await button(device, missed).click();
  await expect(heading(device, caller.name)).toBeVisible();
  await expectUnreadEverywhere(screens, 0);
});

test('nobody is there: the caller is told, and the words wait as a missed call', async ({ enrolled, deviceOf }) => {
  const making = { enrolled, deviceOf };
  const [caller, callee] = await partners(making);
  const dialog = await ring(caller, callee.name, 'I have found your umbrella');
  await expect(dialog).toContainText(`${callee.name} is offline`);
  await button(dialog, 'Close').click();
  await expect(dialog).toBeHidden();

  const screens = await screensOf(callee, making);
  const [tab] = screens;
  await expectUnreadEverywhere(screens, 1);
  for (const screen of screens) {
    expect((await shown(screen)).dialogs, 'nothing rings any more').toEqual([]);
  }
  await visit(tab, '/notifications');
  await expect(line(tab, `Missed call from ${caller.name}`)).toContainText('I have found your umbrella');
});

/** The time of day on a wall there, some hours from now. */
function clockIn(timeZone: string, hours: number): string {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return format.format(Date.now() + hours * 3_600_000);
}

async function keepQuietAround(page: Page, timeZone: string): Promise<void> {
  await visit(page, '/settings/notifications');
  await field(page, 'Keep quiet hours every day').check();
  await field(page, 'From').fill(clockIn(timeZone, -1));
  await field(page, 'Until').fill(clockIn(timeZone, 1));
  await button(page, 'Save').click();
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
}

test('quiet hours go by the person’s own zone: then nothing rings, and it was missed', async ({ enrolled, deviceOf }) => {
  const making = { enrolled, deviceOf };
  const [caller, callee] = await partners(making);
  const screens = await screensOf(callee, making);
  const [tab, , , device] = screens;
  await visit(tab, '/settings/profile');
  await field(tab, 'Time zone').selectOption('Asia/Tokyo');
  await button(tab, 'Save profile').click();
  await expect(tab.getByRole('status').getByText('Profile saved')).toBeVisible();

  // The browsers are in Madrid, and so is nobody's quiet.
  await keepQuietAround(tab, 'Europe/Madrid');
  for (const screen of screens) {
    await press(screen);
  }
  let dialog = await ring(caller, callee.name);
  await Promise.all(screens.map((screen) => expect(incoming(screen, caller.name)).toBeVisible()));
  await expect.poll(async () => (await ringingPages(screens)).length).toBeGreaterThan(0);
  await button(dialog, 'Cancel call').click();
  await Promise.all(screens.map((screen) => expect(incoming(screen, caller.name)).toBeHidden()));
  await expectUnreadEverywhere(screens, 1);

  await keepQuietAround(tab, 'Asia/Tokyo');
  await press(tab);
  const noise = async () => {
    const all = await Promise.all(screens.map(async (screen) => [(await shown(screen)).dialogs, (await attention(screen)).begun]));
    return all;
  };
  const before = await noise();
  dialog = await ring(caller, callee.name, 'Tea when you are up?');
  await expect(dialog).toContainText(`Calling ${callee.name}…`);
  await expect(dialog).toContainText(`${callee.name} did not answer`, RUNG_OUT);
  await expectUnreadEverywhere(screens, 2);
  expect(await noise(), 'no dialog and no sound, on any of them').toEqual(before);
  await visit(device, '/notifications');
  await expect(line(device, `Missed call from ${caller.name}`)).toContainText('Tea when you are up?');
});
