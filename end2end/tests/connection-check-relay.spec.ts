import { expectAllClosed, figure } from '../fixtures/check';
import { fakeMedia } from '../fixtures/chromium';
import { button, visit } from '../fixtures/page';
import { FaultProxy } from '../fixtures/faults';
import { test as base } from '../fixtures/relayed';
import { expect } from '../fixtures/test';

/** With a STUN server too, behind a line of its own. */
const test = base.extend<{ stunHealed: void }, { stun: FaultProxy }>({
  stun: [
    async ({ turn }, use) => {
      const line = await FaultProxy.before(turn.port);
      await use(line);
      await line.close();
    },
    { scope: 'worker' },
  ],

  serverSettings: [
    async ({ serverSettings, stun }, use) => {
      await use({ ...serverSettings, STUN_URLS: `stun:127.0.0.1:${stun.port}` });
    },
    { scope: 'worker' },
  ],

  stunHealed: [
    async ({ stun }, use) => {
      await use();
      stun.heal();
    },
    { auto: true },
  ],
});

const ownAddress = 'Finding your own address (STUN)';

test('each way to the relay is tried, and the call of the page with itself goes through it', async ({ enrolled, launch, turn, stun }) => {
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
  await expect(figure(page, ownAddress)).toHaveText('Works');
  expect(stun.taken, 'it was asked for').toBeGreaterThan(0);
  await expect(figure(page, 'There and back')).toHaveText(/^\d+ ms$/);
});

test('where only TLS comes through, that is said', async ({ enrolled, launch, turn, lines, stun }) => {
  stun.set({ blackHole: true });
  lines.udp.set({ blackHole: true });
  lines.tcp.set({ blackHole: true });
  const browser = await launch([...fakeMedia, `--ignore-certificate-errors-spki-list=${turn.fingerprint}`]);
  const { page } = await enrolled({ as: { in: browser } });
  await visit(page, '/settings/devices');
  await button(page, 'Check my connection').click();
  await expect(page.getByText(/^Only the slower way to the relay is open/)).toBeVisible({ timeout: 40_000 });
  await expect(page.getByText(/^Calls will go through a relay/)).toBeVisible();
  await page.getByText('Details', { exact: true }).click();
  await expect(figure(page, ownAddress)).toHaveText('Does not work');
  await expect(figure(page, 'Relay over UDP')).toHaveText('Does not work');
  await expect(figure(page, 'Relay over TCP')).toHaveText('Does not work');
  await expect(figure(page, 'Relay over TLS')).toHaveText('Works');
  await expectAllClosed(page);
});

for (const [line, faults, words] of [
  ['narrow', { rate: 300 }, 'Good for sound, video may stutter'],
  ['lossy', { loss: 3 }, 'Good for sound, video may stutter'],
  ['all but shut', { rate: 60 }, 'Weak: even sound may break up'],
] as const) {
  test(`a line that is ${line} is said to be so`, async ({ enrolled, lines }) => {
    const { page } = await enrolled();
    await visit(page, '/settings/devices');
    lines.udp.set(faults);
    await button(page, 'Check my connection').click();
    await expect(page.getByRole('status').filter({ hasText: /Good|Weak/ })).toContainText(words, { timeout: 40_000 });
    await page.getByText('Details', { exact: true }).click();
    await expect(figure(page, 'Relay over UDP'), 'it was measured over that line').toHaveText('Works');
    await expectAllClosed(page);
  });
}

test('a relay that is not reached is no end of calls where they may go directly', async ({ enrolled, lines, stun }) => {
  for (const line of Object.values(lines)) {
    line.set({ blackHole: true });
  }
  const { page } = await enrolled();
  await visit(page, '/settings/devices');
  await button(page, 'Check my connection').click();
  const said = page.getByRole('status').filter({ hasText: 'Good for video calls, as far as can be told from here' });
  await expect(said).toBeVisible({ timeout: 40_000 });
  await expect(said).toContainText('The relay does not answer from here');
  await expect(said).not.toContainText('Calls will go through a relay');
  await expectAllClosed(page);

  await test.step('where they may not, it is', async () => {
    stun.set({ blackHole: true });
    await button(page, 'Check my connection').click();
    await expect(page.getByText(/cannot get through here: your network lets no call out/)).toBeVisible({ timeout: 40_000 });
    await expectAllClosed(page);
  });
});
