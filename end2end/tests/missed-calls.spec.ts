import { attention, press, setHidden, watchAttention } from '../fixtures/attention';
import { incoming, ring } from '../fixtures/calls';
import { expectUnreadEverywhere, line, shown, toast } from '../fixtures/notifications';
import { button, heading, visit } from '../fixtures/page';
import { partners, screensOf } from '../fixtures/screens';
import { keepQuietAround, moveTo } from '../fixtures/settings';
import { expect, test } from '../fixtures/test';

// Short enough to wait for: whatever answers in time is tested elsewhere.
const RING_SECONDS = 8;
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
  await expect(dialog).toContainText(`${callee.name} did not answer`, RUNG_OUT);
  const missed = `Missed call from ${caller.name}`;
  await expect(toast(tab, missed)).toContainText('I have found your umbrella');
  for (const screen of screens) {
    await expect(incoming(screen, caller.name)).toBeHidden();
    expect((await shown(screen)).dialogs, 'it rang there').toEqual([`Incoming call from ${caller.name}`]);
  }
  await button(dialog, 'Close').click();
  await expect(dialog).toBeHidden();
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

test('quiet hours go by the person’s own zone: nothing rings, also not on a page that is loaded meanwhile, and it was missed', async ({
  enrolled,
  deviceOf,
}) => {
  const making = { enrolled, deviceOf };
  const [caller, callee] = await partners(making);
  const screens = await screensOf(callee, making);
  const [tab, other, , device] = screens;
  // The browsers are in Madrid.
  await moveTo(tab, 'Asia/Tokyo');
  await keepQuietAround(tab, 'Asia/Tokyo');
  for (const screen of screens) {
    await press(screen);
  }
  const noise = () =>
    Promise.all(screens.map(async (screen) => ({ dialogs: (await shown(screen)).dialogs, begun: (await attention(screen)).begun })));
  const dialog = await ring(caller, callee.name, 'Tea when you are up?');
  await other.reload();
  await expect(dialog).toContainText(`${callee.name} did not answer`, RUNG_OUT);
  await expectUnreadEverywhere(screens, 1);
  expect(await noise(), 'no dialog and no sound, on any of them').toEqual(screens.map(() => ({ dialogs: [], begun: {} })));
  await visit(device, '/notifications');
  await expect(line(device, `Missed call from ${caller.name}`)).toContainText('Tea when you are up?');
});

test('on hidden pages the system tells who calls, and in the same place that it was missed', async ({ enrolled, deviceOf }) => {
  const [caller, callee] = await partners({ enrolled, deviceOf });
  const { page } = callee;
  await watchAttention(callee.context);
  await visit(page, '/partners');
  await setHidden(page, true);
  await ring(caller, callee.name, 'Tea?');
  const missed = `Missed call from ${caller.name}`;
  await expect.poll(async () => Object.values((await attention(page)).shown), RUNG_OUT).toEqual([{ title: missed, body: 'Tea?' }]);
  expect((await attention(page)).history).toEqual([`Incoming call from ${caller.name}`, missed]);
});
