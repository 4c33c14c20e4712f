import { attention, press, watchAttention } from '../fixtures/attention';
import { arrive, call, expectEnded, incoming, ring } from '../fixtures/calls';
import { expectReceiving } from '../fixtures/media';
import { pairUp } from '../fixtures/http';
import { article, button, field, visit } from '../fixtures/page';
import { becomePartners } from '../fixtures/partners';
import { expect, test } from '../fixtures/test';

const RING_SECONDS = 8;
test.use({ serverSettings: { RING_SECONDS: String(RING_SECONDS) } });

test('a second call is quiet, and accepting it ends the first', async ({ join }) => {
  const first = await join();
  const callee = await join({ speaks: 'English', learns: 'Spanish' });
  const second = await join();
  await becomePartners(first, callee);
  await becomePartners(second, callee);
  await watchAttention(callee.context);
  await visit(callee.page, '/partners');
  await press(callee.page);
  await call(first, callee);
  await Promise.all([expectReceiving(first.page), expectReceiving(callee.page)]);
  const title = await callee.page.title();

  const before = (await attention(callee.page)).begun;
  const declined = await ring(second, callee.name, 'Only a word');
  const dialog = incoming(callee.page, second.name);
  await expect(dialog).toContainText('Only a word');
  await expect(button(dialog, 'Accept')).toHaveCount(0);
  await callee.page.waitForTimeout(2_500);
  const heard = await attention(callee.page);
  expect(heard.sounding).not.toContain('ringtone');
  expect(heard.begun.ringtone ?? 0).toBe(before.ringtone ?? 0);
  expect((heard.begun.message ?? 0) - (before.message ?? 0), 'one short tone').toBe(1);
  expect((await callee.page.title()).replace(/^\(\d+\) /, '')).toBe(title.replace(/^\(\d+\) /, ''));
  await button(dialog, 'Decline').click();
  await expect(declined).toContainText(`${callee.name} declined`);
  await button(declined, 'Close').click();
  await Promise.all([expectReceiving(first.page), expectReceiving(callee.page)]);

  await ring(second, callee.name);
  await button(dialog, 'End and accept').click();
  await expectEnded(first.page);
  await Promise.all([arrive(second.page, callee.name), arrive(callee.page, second.name)]);
  await Promise.all([expectReceiving(second.page), expectReceiving(callee.page)]);

  const other = await callee.context.newPage();
  await visit(other, '/calls');
  await article(other, first.name).getByRole('link', { name: 'Summary', exact: true }).click();
  await expect(other.getByText('You ended the call').first()).toBeVisible();
});

test('a second call can be accepted from a tab beside the call', async ({ join }) => {
  const first = await join();
  const callee = await join({ speaks: 'English', learns: 'Spanish' });
  const second = await join();
  await becomePartners(first, callee);
  await becomePartners(second, callee);
  await call(first, callee);
  const beside = await callee.context.newPage();
  await visit(beside, '/partners');
  await ring(second, callee.name);
  await button(incoming(beside, second.name), 'End and accept').click();
  await arrive(beside, second.name);
  await Promise.all([expectEnded(callee.page), expectEnded(first.page)]);
});

test('a second call is quiet on every tab and device, and declining it on one takes it from all', async ({ enrolled, deviceOf }) => {
  const [first, callee, second] = await Promise.all([enrolled(), enrolled({ speaks: 'English', learns: 'Spanish' }), enrolled()]);
  await pairUp(first, callee);
  await pairUp(second, callee);
  await visit(callee.page, '/partners');
  await call(first, callee);
  const beside = await callee.context.newPage();
  const device = await deviceOf(callee);
  await Promise.all([visit(beside, '/calls'), visit(device.page, '/partners')]);
  const screens = [callee.page, beside, device.page];
  const told = await ring(second, callee.name, 'Only a word');
  for (const screen of screens) {
    const dialog = incoming(screen, second.name);
    await expect(button(dialog, 'End and accept')).toBeVisible();
    await expect(button(dialog, 'Accept')).toHaveCount(0);
    await expect(dialog).toContainText('Only a word');
  }
  await button(incoming(device.page, second.name), 'Decline').click();
  await Promise.all(screens.map((screen) => expect(incoming(screen, second.name)).toBeHidden({ timeout: 1_000 })));
  await expect(told).toContainText(`${callee.name} declined`);
  await Promise.all([first.page, callee.page].map((page) => expect(button(page, 'Leave call')).toBeVisible()));
  await expectReceiving(callee.page);
});

test('in quiet hours it rings for the caller only, and is a missed call afterwards', async ({ join }) => {
  const caller = await join();
  const callee = await join({ speaks: 'English', learns: 'Spanish' });
  await becomePartners(caller, callee);
  await visit(callee.page, '/settings/notifications');
  await field(callee.page, 'Keep quiet hours every day').check();
  // The same twice is the whole day.
  await field(callee.page, 'From').fill('00:00');
  await field(callee.page, 'Until').fill('00:00');
  await button(callee.page, 'Save').click();
  await expect(callee.page.getByText('Saved', { exact: true })).toBeVisible();

  const dialog = await ring(caller, callee.name, 'Tea?');
  await expect(dialog).toContainText(`Calling ${callee.name}…`);
  await visit(callee.page, '/partners');
  await callee.page.waitForTimeout(2_000);
  await expect(incoming(callee.page, caller.name)).toBeHidden();
  await expect(dialog).toContainText(`${callee.name} did not answer`, { timeout: (RING_SECONDS + 5) * 1_000 });
  await visit(callee.page, '/notifications');
  await expect(callee.page.getByText('Tea?').first()).toBeVisible();
});
