import { call, expectEnded, leave } from '../fixtures/calls';
import type { Faults } from '../fixtures/faults';
import { note } from '../fixtures/figures';
import { pairUp } from '../fixtures/http';
import { expectBothReceiving } from '../fixtures/media';
import { visit } from '../fixtures/page';
import type { Person } from '../fixtures/people';
import { expectRelayed, test } from '../fixtures/relayed';
import { expect, type JoinOptions } from '../fixtures/test';
import { type Seen, watch } from '../fixtures/watching';

// What calls survive. All media go through one bad line, to the TURN server and back from it, so that nothing gets around it.
test.use({ ways: ['udp'], relayOnly: true });

/** A line that has healed may take so long until both see and hear each other again. */
const BACK = 15_000;
/** How long the figures of the table are watched for, in seconds. */
const WATCHED = 20;

/** A packet of media goes over the line twice, up and down: what each direction loses so that so many of a hundred do not arrive. */
const lossOf = (percent: number) => 100 * (1 - Math.sqrt(1 - percent / 100));

async function inCall(enrolled: (options?: JoinOptions) => Promise<Person>): Promise<[Person, Person]> {
  const one = await enrolled();
  const other = await enrolled({ speaks: 'English', learns: 'Spanish' });
  await pairUp(one, other);
  await visit(other.page, '/partners');
  await call(one, other);
  await expectBothReceiving(one.page, other.page);
  await expectRelayed(one.page, 'udp');
  return [one, other];
}

/** Both receive again in time; answers how long that took from now, in milliseconds. */
async function back(one: Person, other: Person): Promise<number> {
  const from = Date.now();
  await expectBothReceiving(one.page, other.page, BACK);
  return Date.now() - from;
}

/** The fault lasts so many milliseconds from `since`. */
const lasts = (since: number, long: number) => expect.poll(() => Date.now() - since, { timeout: long + 5_000 }).toBeGreaterThanOrEqual(long);

/** What is said to somebody whose partner cannot be seen and heard. */
const said = (to: Person, of: Person) =>
  to.page.getByText(new RegExp(`connection to ${of.name} (falters|is lost|was lost)|${of.name}'s connection is lost|reconnecting`, 'i')).first();

/** Both watch and listen for so many seconds. */
const watchBoth = (one: Person, other: Person, seconds: number) => Promise.all([watch(one.page, seconds), watch(other.page, seconds)]);

for (const percent of [5, 15]) {
  test(`${percent} % of the packets are lost: both see and hear each other`, async ({ enrolled, lines }) => {
    const [one, other] = await inCall(enrolled);
    lines.udp.set({ loss: lossOf(percent) });
    for (const { sounding, moving } of await watchBoth(one, other, 5)) {
      expect(sounding, 'seconds with sound').toBeGreaterThanOrEqual(4);
      expect(moving, 'seconds in which the picture moved').toBeGreaterThanOrEqual(3);
    }
    await expectBothReceiving(one.page, other.page);
    await leave(one.page);
    await expectEnded(other.page);
  });
}

test('a line of 64 kbit/s: it is said, they hear each other, and see each other again when it is better', async ({ enrolled, lines }) => {
  test.setTimeout(150_000);
  const [one, other] = await inCall(enrolled);
  lines.udp.set({ rate: 64, delay: 20 });
  // It takes a moment to be felt: what the line holds has to fill first.
  await expect(one.page.getByText(/is weak|slow to answer/).first()).toBeVisible({ timeout: 30_000 });
  await expect
    .poll(async () => (await watchBoth(one, other, 3)).map(({ sounding }) => sounding), { message: 'sound is the last to go', timeout: 30_000 })
    .toEqual([3, 3]);
  lines.udp.heal();
  await expectBothReceiving(one.page, other.page);
});

test('nothing comes through for 10 s: it is said, and both are back within 15 s of the end', async ({ enrolled, lines }) => {
  const [one, other] = await inCall(enrolled);
  lines.udp.set({ blackHole: true });
  const since = Date.now();
  await Promise.all([expect(said(one, other)).toBeVisible(), expect(said(other, one)).toBeVisible()]);
  await lasts(since, 10_000);
  lines.udp.heal();
  await back(one, other);
  await Promise.all([expect(said(one, other)).toBeHidden(), expect(said(other, one)).toBeHidden()]);
});

test('both come from other addresses all at once: both are back within 15 s, in the same call', async ({ enrolled, lines }) => {
  const [one, other] = await inCall(enrolled);
  const room = one.page.url();
  lines.udp.moveClients();
  await back(one, other);
  expect([one.page.url(), other.page.url()]).toEqual([room, room]);
  await expectRelayed(one.page, 'udp');
});

/** The figures of both as one line: the worse of the two. */
function worse(what: string, line: string, [one, other]: [Seen, Seen]): void {
  const least = (key: keyof Seen) => Math.min(one[key], other[key]);
  note({
    what,
    line,
    seconds: one.seconds,
    moving: least('moving'),
    sounding: least('sounding'),
    framesPerSecond: Number(least('framesPerSecond').toFixed(1)),
    width: least('width'),
    madeUp: Number(Math.max(one.madeUp, other.madeUp).toFixed(1)),
  });
}

const lines: [string, Partial<Faults>][] = [
  ['nothing wrong', {}],
  ['5 % lost', { loss: lossOf(5) }],
  ['15 % lost', { loss: lossOf(15) }],
  ['30 % lost', { loss: lossOf(30) }],
  ['300 ms there and back, 60 ms of jitter', { delay: 75, jitter: 30 }],
  ['256 kbit/s', { rate: 256, delay: 20 }],
  ['64 kbit/s', { rate: 64, delay: 20 }],
];

for (const [words, faults] of lines) {
  test(`the table: ${words} @long`, async ({ enrolled, lines }) => {
    test.setTimeout(180_000);
    const [one, other] = await inCall(enrolled);
    lines.udp.set(faults);
    // What the browsers make of it takes some seconds to settle.
    await watchBoth(one, other, 10);
    const seen = await watchBoth(one, other, WATCHED);
    worse('line', words, seen);
    for (const { sounding } of seen) {
      expect(sounding, 'sound is the last to go').toBeGreaterThanOrEqual(WATCHED * 0.9);
    }
  });
}

for (const seconds of [10, 30]) {
  test(`the table: nothing comes through for ${seconds} s @long`, async ({ enrolled, lines }) => {
    test.setTimeout(180_000);
    const [one, other] = await inCall(enrolled);
    lines.udp.set({ blackHole: true });
    const since = Date.now();
    await expect(said(one, other)).toBeVisible();
    const told = Date.now() - since;
    await lasts(since, seconds * 1_000);
    lines.udp.heal();
    const took = await back(one, other);
    note({ what: 'gap', line: `nothing comes through for ${seconds} s`, told, took });
  });
}

test('the table: both come from other addresses @long', async ({ enrolled, lines }) => {
  const [one, other] = await inCall(enrolled);
  const since = Date.now();
  lines.udp.moveClients();
  const words = said(one, other).waitFor({ timeout: BACK });
  const [told, took] = await Promise.all([
    words.then(() => Date.now() - since, () => 'not at all'),
    back(one, other),
  ]);
  note({ what: 'gap', line: 'both come from other addresses', told, took });
});

test('a hundred calls one after another: each is seen and heard, and nothing of them is left @long', async ({ enrolled, lines }) => {
  test.setTimeout(40 * 60_000);
  lines.udp.heal();
  const one = await enrolled();
  const other = await enrolled({ speaks: 'English', learns: 'Spanish' });
  await pairUp(one, other);
  await visit(other.page, '/partners');
  const [calls, times] = [100, [] as number[]];
  for (let n = 0; n < calls; n++) {
    const since = Date.now();
    await call(one, other);
    await expectBothReceiving(one.page, other.page);
    times.push(Date.now() - since);
    await leave(one.page);
    await expectEnded(other.page);
    for (const { page } of [one, other]) {
      const open = () => page.evaluate(() => window.__pcs.filter((pc) => pc.connectionState !== 'closed').length);
      await expect.poll(open, { message: `connections of call ${n + 1}` }).toBe(0);
    }
  }
  times.sort((a, b) => a - b);
  note({ what: 'calls', line: `${calls} calls one after another`, failed: 0, median: times[calls / 2] ?? 0, slowest: times[calls - 1] ?? 0 });
});
