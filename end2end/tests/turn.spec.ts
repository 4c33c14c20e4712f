import type { Page } from '@playwright/test';
import { arrive, call, expectEnded, leave } from '../fixtures/calls';
import { fakeMedia } from '../fixtures/chromium';
import { pairUp, post } from '../fixtures/http';
import { expectBothReceiving } from '../fixtures/media';
import { button, choose, field, hydrated, visit } from '../fixtures/page';
import type { Person } from '../fixtures/people';
import { expectOtherSession, session } from '../fixtures/recovery';
import { expectNoOwnAddress, expectRelayed, type Over, recordSent, test, wayOf } from '../fixtures/relayed';
import { expect, type JoinOptions } from '../fixtures/test';

type Enrol = (options?: JoinOptions) => Promise<Person>;

/** Two partners with a page each; what their pages send is recorded from the first socket on. */
async function partners(enrolled: Enrol, as: JoinOptions['as'] = {}): Promise<{ one: Person; other: Person; sent: string[][] }> {
  const one = await enrolled({ as });
  const other = await enrolled({ as, speaks: 'English', learns: 'Spanish' });
  await pairUp(one, other);
  const sent = [recordSent(one.page), recordSent(other.page)];
  await visit(other.page, '/partners');
  return { one, other, sent };
}

/** Both media ways of a call at this moment. */
const waysOf = (...pages: Page[]) => Promise.all(pages.map(wayOf));

for (const over of ['udp', 'tcp', 'tls'] as Over[]) {
  test(`a first call goes by way of the TURN server, where only ${over} comes through, and no address leaves a browser`, async ({
    enrolled,
    launch,
    lines,
    turn,
  }) => {
    for (const way of ['udp', 'tcp', 'tls'] as Over[]) {
      lines[way].set({ blackHole: way !== over });
    }
    // A certificate that nobody has signed, trusted by its key.
    const browser = await launch([...fakeMedia, `--ignore-certificate-errors-spki-list=${turn.fingerprint}`]);
    const { one, other, sent } = await partners(enrolled, { in: browser });
    await call(one, other);
    await expectBothReceiving(one.page, other.page);
    for (const { page } of [one, other]) {
      await expectRelayed(page, over);
    }
    sent.forEach(expectNoOwnAddress);
  });
}

test('a call that began hidden stays so, also through a reload; the next one may go directly', async ({ enrolled, lines }) => {
  // Whatever is relayed goes one way, so that there is nothing to choose from.
  lines.tcp.set({ blackHole: true });
  lines.tls.set({ blackHole: true });
  const { one, other, sent } = await partners(enrolled);
  await call(one, other);
  await expectBothReceiving(one.page, other.page);

  await one.page.reload();
  await arrive(one.page, other.name);
  await expectBothReceiving(one.page, other.page);
  for (const { page } of [one, other]) {
    await expectRelayed(page, 'udp');
  }
  sent.forEach(expectNoOwnAddress);

  await leave(one.page);
  await expectEnded(other.page);
  await visit(other.page, '/partners');
  await call(one, other);
  await expectBothReceiving(one.page, other.page);
  await expect
    .poll(async () => (await waysOf(one.page, other.page)).map((way) => [way?.policy, way?.local === 'relay']))
    .toEqual([
      ['all', false],
      ['all', false],
    ]);
});

test('a connection to the TURN server that breaks is opened anew, in the same call', async ({ enrolled, lines }) => {
  lines.udp.set({ blackHole: true });
  lines.tls.set({ blackHole: true });
  const { one, other, sent } = await partners(enrolled);
  await call(one, other);
  await expectBothReceiving(one.page, other.page);
  const [room, was] = [one.page.url(), await session(one.page)];
  lines.tcp.reset();
  await expectOtherSession(one.page, was);
  await expectBothReceiving(one.page, other.page);
  for (const { page } of [one, other]) {
    await expectRelayed(page, 'tcp');
    expect(page.url()).toBe(room);
  }
  sent.forEach(expectNoOwnAddress);
});

test('one of the two who always hides hides both', async ({ enrolled, lines }) => {
  lines.tcp.set({ blackHole: true });
  lines.tls.set({ blackHole: true });
  const { one, other, sent } = await partners(enrolled);
  await call(one, other);
  await expectBothReceiving(one.page, other.page);
  await leave(one.page);
  await expectEnded(other.page);

  await visit(other.page, '/settings/privacy');
  const choice = field(other.page, 'Hide my address in calls');
  await expect(choice.locator('option:checked')).toHaveText('Until we have talked once');
  await choose(choice, 'Always');
  await button(other.page, 'Save').click();
  await expect(other.page.getByRole('status').getByText('Saved')).toBeVisible();
  await hydrated(other.page);
  await expect(choice.locator('option:checked')).toHaveText('Always');
  // The one who would not mind has no say over the other's address.
  await post(one.context, 'save_privacy', { show_online: 'on', hide_address: 'never' });

  await call(one, other);
  await expectBothReceiving(one.page, other.page);
  for (const { page } of [one, other]) {
    await expectRelayed(page, 'udp');
  }
  sent.forEach(expectNoOwnAddress);
});
