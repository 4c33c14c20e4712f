import { expectAllClosed, figure } from '../fixtures/check';
import { fakeMedia } from '../fixtures/chromium';
import { button, visit } from '../fixtures/page';
import { test } from '../fixtures/relayed';
import { expect } from '../fixtures/test';

test('each way to the relay is tried, and the call of the page with itself goes through it', async ({ enrolled, launch, turn }) => {
  // A certificate that nobody has signed, trusted by its key.
  const browser = await launch([...fakeMedia, `--ignore-certificate-errors-spki-list=${turn.fingerprint}`]);
  const { page } = await enrolled({ as: { in: browser } });
  await visit(page, '/settings/devices');
  await button(page, 'Check my connection').click();
  const said = page.getByRole('status').filter({ hasText: 'Good for video calls' });
  await expect(said).toBeVisible({ timeout: 40_000 });
  await expect(said, 'it was measured on the way of a call').not.toContainText('those of your device alone');
  await expectAllClosed(page);
  await page.getByText('Details', { exact: true }).click();
  for (const way of ['Relay over UDP', 'Relay over TCP', 'Relay over TLS']) {
    await expect(figure(page, way)).toHaveText('Works');
  }
  await expect(figure(page, 'There and back')).toHaveText(/^\d+ ms$/);
});

test('where only TLS comes through, that is said', async ({ enrolled, launch, turn, lines }) => {
  lines.udp.set({ blackHole: true });
  lines.tcp.set({ blackHole: true });
  const browser = await launch([...fakeMedia, `--ignore-certificate-errors-spki-list=${turn.fingerprint}`]);
  const { page } = await enrolled({ as: { in: browser } });
  await visit(page, '/settings/devices');
  await button(page, 'Check my connection').click();
  await expect(page.getByText(/^Only the slower way to the relay is open/)).toBeVisible({ timeout: 40_000 });
  await page.getByText('Details', { exact: true }).click();
  await expect(figure(page, 'Relay over UDP')).toHaveText('Does not work');
  await expect(figure(page, 'Relay over TCP')).toHaveText('Does not work');
  await expect(figure(page, 'Relay over TLS')).toHaveText('Works');
  await expectAllClosed(page);
});

test('a relay that is not reached is no end of calls where they may go directly', async ({ enrolled, lines }) => {
  for (const line of Object.values(lines)) {
    line.set({ blackHole: true });
  }
  const { page } = await enrolled();
  await visit(page, '/settings/devices');
  await button(page, 'Check my connection').click();
  const said = page.getByRole('status').filter({ hasText: 'Good for video calls, as far as can be told from here' });
  await expect(said).toBeVisible({ timeout: 40_000 });
  await expect(said).toContainText('The relay does not answer from here');
  await expectAllClosed(page);
});
