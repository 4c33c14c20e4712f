import { expectAllClosed, figure } from '../fixtures/check';
import { call, leave } from '../fixtures/calls';
import { button, visit } from '../fixtures/page';
import { expect, test } from '../fixtures/test';

test('without a relay the check passes and says so in plain words', async ({ enrolled }) => {
  const { page } = await enrolled();
  await visit(page, '/settings/devices');
  await button(page, 'Check my connection').click();
  await expect(button(page, 'Stop checking')).toBeFocused();
  await expect(page.getByText(/^Measuring/)).toBeVisible({ timeout: 20_000 });
  const said = page.getByRole('status').filter({ hasText: 'Good for video calls' });
  await expect(said).toBeVisible({ timeout: 20_000 });
  await expect(said).toContainText('This installation has no relay');
  await expect(said).toContainText('those of your device alone');
  await expect(button(page, 'Check my connection')).toBeFocused();
  await expectAllClosed(page);

  await page.getByText('Details', { exact: true }).click();
  await expect(figure(page, 'Server')).toHaveText(/^Answers in \d+ ms$/);
  await expect(figure(page, 'Relay (TURN)')).toHaveText('Not part of this installation');
  await expect(figure(page, 'There and back')).toHaveText(/^\d+ ms$/);
  await expect(figure(page, 'Lost on the way')).toHaveText(/^\d+\.\d %$/);
  await expect(figure(page, 'Gets through')).toHaveText(/^(7\d\d|[89]\d\d|[12]\d\d\d) kbit\/s$/);
});

test('the check can be stopped at any time, and leaves nothing open', async ({ enrolled }) => {
  const { page } = await enrolled();
  await visit(page, '/settings/devices');
  await button(page, 'Check my connection').click();
  await expect(page.getByText(/^Measuring/)).toBeVisible({ timeout: 20_000 });
  await button(page, 'Stop checking').click();
  await expect(button(page, 'Check my connection')).toBeFocused();
  await expect(page.getByText(/^Measuring/)).toBeHidden();
  await expectAllClosed(page);

  await button(page, 'Check my connection').click();
  await expect(page.getByText(/^Measuring/)).toBeVisible({ timeout: 20_000 });
  await page.getByRole('link', { name: 'Appearance' }).click();
  await expect(page).toHaveURL(/appearance$/);
  await expectAllClosed(page);
});

test('the preview has the check too', async ({ paired }) => {
  const [caller, callee] = await paired();
  await call(caller, callee);
  const room = new URL(caller.page.url()).pathname;
  await leave(caller.page);

  const { page } = caller;
  await visit(page, room);
  await button(page, 'Check my connection').click();
  await expect(page.getByText(/^Good for video calls/)).toBeVisible({ timeout: 30_000 });
  await expectAllClosed(page);
});

test('a server that does not answer, and a browser without calls, are told apart', async ({ enrolled }) => {
  const { page } = await enrolled();
  await page.routeWebSocket(/\/ws/, () => {
    // Opened, and silent for ever.
  });
  await visit(page, '/settings/devices');
  await button(page, 'Check my connection').click();
  await expect(page.getByText(/cannot get through here: the server does not answer/)).toBeVisible({ timeout: 20_000 });
  await expect(page.getByText(/try without it, or on another network/)).toBeVisible();

  await page.addInitScript(() => {
    Object.defineProperty(window, 'RTCPeerConnection', { value: undefined });
  });
  await visit(page, '/settings/devices');
  await button(page, 'Check my connection').click();
  await expect(page.getByText(/this browser does not open connections/)).toBeVisible({ timeout: 20_000 });
});
