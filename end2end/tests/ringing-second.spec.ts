import { attention, press, watchAttention } from '../fixtures/attention';
import { arrive, call, expectEnded, incoming, ring } from '../fixtures/calls';
import { expectReceiving } from '../fixtures/media';
import { pairUp } from '../fixtures/http';
import { article, button, visit } from '../fixtures/page';
import { expect, test } from '../fixtures/test';

test('a second call is quiet, and accepting it ends the first', async ({ paired, enrolled }) => {
  const [first, callee] = await paired();
  const second = await enrolled();
  await pairUp(second, callee);
  await watchAttention(callee.context);
  await visit(callee.page, '/partners');
  await press(callee.page);
  await call(first, callee);
  await Promise.all([expectReceiving(first.page), expectReceiving(callee.page)]);
  const title = await callee.page.title();

  const begun = async () => (await attention(callee.page)).begun;
  const before = await begun();
  const declined = await ring(second, callee.name, 'Only a word');
  const dialog = incoming(callee.page, second.name);
  await expect(dialog).toContainText('Only a word');
  await expect(button(dialog, 'Accept')).toHaveCount(0);
  // What may sound the short tone may ring as well, so by then it would.
  await expect.poll(begun, { message: 'one short tone' }).toEqual({ ...before, message: (before.message ?? 0) + 1 });
  expect((await attention(callee.page)).sounding).not.toContain('ringtone');
  expect((await callee.page.title()).replace(/^\(\d+\) /, '')).toBe(title.replace(/^\(\d+\) /, ''));
  await button(dialog, 'Decline').click();
  await expect(declined).toContainText(`${callee.name} declined`);
  expect(await begun(), 'and nothing else').toEqual({ ...before, message: (before.message ?? 0) + 1 });
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

test('a second call can be accepted from a tab beside the call', async ({ paired, enrolled }) => {
  const [first, callee] = await paired();
  const second = await enrolled();
  await pairUp(second, callee);
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
