import { fakeMedia } from '../fixtures/chromium';
import { back, inRelayedCall, said } from '../fixtures/bad-lines';
import { note } from '../fixtures/figures';
import { expectRelayed, test } from '../fixtures/relayed';
import { expect } from '../fixtures/test';

// Where packets do not come through, media go over a connection to the TURN server, and connections break.
test.use({ relayOnly: true });

for (const over of ['tcp', 'tls'] as const) {
  const line = `connections to the relay break, over ${over.toUpperCase()}`;

  test(`the table: ${line}`, async ({ enrolled, launch, lines, turn }) => {
    lines.udp.set({ blackHole: true });
    lines.tcp.set({ blackHole: over === 'tls' });
    // A certificate that nobody has signed, trusted by its key.
    const browser = await launch([...fakeMedia, `--ignore-certificate-errors-spki-list=${turn.fingerprint}`]);
    const [one, other] = await inRelayedCall(enrolled, over, { in: browser });
    const room = one.page.url();
    const since = Date.now();
    lines[over].reset();
    const words = said(one, other).waitFor({ timeout: 15_000 });
    const [told, took] = await Promise.all([words.then(() => Date.now() - since), back(one, other)]);
    note({ what: 'gap', line, told, took });
    expect([one.page.url(), other.page.url()], 'it is the same call').toEqual([room, room]);
    await expectRelayed(one.page, over);
    await expect(said(one, other)).toBeHidden();
  });
}
