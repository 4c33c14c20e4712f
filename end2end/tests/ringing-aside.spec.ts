import { incoming, ring } from '../fixtures/calls';
import { pairUp } from '../fixtures/http';
import { button, visit } from '../fixtures/page';
import { expect, test } from '../fixtures/test';

test.use({ serverSettings: { RING_SECONDS: '12' } });

const english = { speaks: 'English', learns: 'Spanish' };

test('Escape puts a call aside and answers nothing', async ({ enrolled }) => {
  const [caller, callee] = await Promise.all([enrolled(), enrolled(english)]);
  await pairUp(caller, callee);
  await visit(callee.page, '/partners');
  const waiting = await ring(caller, callee.name);
  const dialog = incoming(callee.page, caller.name);
  await expect(dialog).toBeVisible();

  await callee.page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  const note = callee.page.getByRole('status').filter({ hasText: `${caller.name} is calling you` });
  await expect(note).toBeVisible();
  await expect(waiting, 'the caller is told nothing').toContainText(`Calling ${callee.name}…`);

  await button(note, 'Answer or decline').click();
  await expect(dialog).toBeVisible();
  await expect(note).toBeHidden();
  await button(dialog, 'Decline').click();
  await expect(waiting).toContainText(`${callee.name} declined`);
  await expect(button(caller.page, 'Call again'), 'who said no is not asked again at once').toBeHidden();
  await button(caller.page, 'Close').click();

  await test.step('the next call shows its dialog again', async () => {
    await ring(caller, callee.name);
    await expect(dialog).toBeVisible();
    await button(caller.page, 'Cancel call').click();
    await expect(dialog).toBeHidden();
  });
});

test('a call that is put aside ends like any other, and the caller may try again', async ({ enrolled }) => {
  const [caller, callee] = await Promise.all([enrolled(), enrolled(english)]);
  await pairUp(caller, callee);
  await visit(callee.page, '/partners');
  const waiting = await ring(caller, callee.name);
  await expect(incoming(callee.page, caller.name)).toBeVisible();
  await callee.page.keyboard.press('Escape');
  const note = callee.page.getByText(`${caller.name} is calling you`);
  await expect(note).toBeVisible();
  await expect(waiting).toContainText(`${callee.name} did not answer`, { timeout: 30_000 });
  await expect(note).toBeHidden();

  await button(caller.page, 'Call again').click();
  const dialog = caller.page.getByRole('dialog', { name: `Call ${callee.name}`, exact: true });
  await button(dialog, 'Start call').click();
  await expect(incoming(callee.page, caller.name)).toBeVisible();
});

test('a press beside the dialog does not take a call back, Escape does', async ({ enrolled }) => {
  const [caller, callee] = await Promise.all([enrolled(), enrolled(english)]);
  await pairUp(caller, callee);
  await visit(callee.page, '/partners');
  const waiting = await ring(caller, callee.name);
  await expect(waiting).toContainText(`Calling ${callee.name}…`);
  const dialog = incoming(callee.page, caller.name);
  await expect(dialog).toBeVisible();
  await caller.page.mouse.click(5, 5);
  await callee.page.mouse.click(5, 5);
  await expect(waiting).toContainText(`Calling ${callee.name}…`);
  await expect(dialog).toBeVisible();
  await caller.page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(waiting).toBeHidden();
});

test('who is offline can be called again from where that is said', async ({ enrolled }) => {
  const [caller, callee] = await Promise.all([enrolled(), enrolled(english)]);
  await pairUp(caller, callee);
  const dialog = await ring(caller, callee.name);
  await expect(dialog).toContainText(`${callee.name} is offline`);
  await expect(button(dialog, 'Close')).toBeFocused();
  await visit(callee.page, '/partners');
  await button(dialog, 'Call again').click();
  await button(caller.page.getByRole('dialog', { name: `Call ${callee.name}`, exact: true }), 'Start call').click();
  await expect(incoming(callee.page, caller.name)).toBeVisible();
});
