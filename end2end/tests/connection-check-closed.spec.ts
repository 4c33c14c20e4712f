import { expectAllClosed, figure } from '../fixtures/check';
import { button, visit } from '../fixtures/page';
import { expect, test } from '../fixtures/test';

// Nothing listens there: a refusal comes at once over TCP and never over UDP.
test.use({
  serverSettings: {
    TURN_URLS: 'turn:127.0.0.1:9?transport=tcp',
    TURN_SECRET: 'quiet-harbour-of-the-tests',
    ICE_RELAY_ONLY: 'true',
  },
});

test('with a relay that nobody reaches and no other way, calls cannot get through, and it says what helps', async ({ enrolled }) => {
  const { page } = await enrolled();
  await visit(page, '/settings/devices');
  await button(page, 'Check my connection').click();
  await expect(page.getByText(/cannot get through here: your network lets no call out/)).toBeVisible({ timeout: 40_000 });
  await expect(page.getByText(/try another Wi-Fi/)).toBeVisible();
  await page.getByText('Details', { exact: true }).click();
  await expect(figure(page, 'Relay over TCP')).toHaveText('Does not work');
  await expectAllClosed(page);
});
