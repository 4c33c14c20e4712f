import type { Page } from '@playwright/test';
import { BACK, back, inRelayedCall as inCall, said } from '../fixtures/bad-lines';
import { call, expectEnded, leave } from '../fixtures/calls';
import type { Faults } from '../fixtures/faults';
import { note } from '../fixtures/figures';
import { pairUp } from '../fixtures/http';
import { expectBothReceiving } from '../fixtures/media';
import { article, button, visit } from '../fixtures/page';
import type { Person } from '../fixtures/people';
import { announced, keepWords, type Step, steps, words } from '../fixtures/recovery';
import { expectRelayed, test } from '../fixtures/relayed';
import { type Sent, sent } from '../fixtures/statistics';
import { expect } from '../fixtures/test';
import { type Seen, watch } from '../fixtures/watching';

// What calls survive. All media go through one bad line, to the TURN server and back from it, so that nothing gets around it.
test.use({ ways: ['udp'], relayOnly: true });

/** How long the figures of the table are watched for, in seconds. */
const WATCHED = 20;

/** A packet of media goes over the line twice, up and down: what each direction loses so that so many of a hundred do not arrive. */
const lossOf = (percent: number) => 100 * (1 - Math.sqrt(1 - percent / 100));

/** The fault lasts so many milliseconds from `since`. */
const lasts = (since: number, long: number) => expect.poll(() => Date.now() - since, { timeout: long + 5_000 }).toBeGreaterThanOrEqual(long);

/** Both watch and listen for so many seconds. */
const watchBoth = (one: Person, other: Person, seconds: number) => Promise.all([watch(one.page, seconds), watch(other.page, seconds)]);

for (const [percent, madeUpAtMost] of [
  [5, 25],
  [15, 40],
] as const) {
  test(`${percent} % of the packets are lost: both see and hear each other`, async ({ enrolled, lines }) => {
    const [one, other] = await inCall(enrolled);
    lines.udp.set({ loss: lossOf(percent) });
    for (const { sounding, moving, madeUp } of await watchBoth(one, other, 5)) {
      expect(sounding, 'seconds with sound').toBeGreaterThanOrEqual(4);
      expect(moving, 'seconds in which the picture moved').toBeGreaterThanOrEqual(3);
      expect(madeUp, 'of a hundred samples of sound, those that the browser made up').toBeLessThanOrEqual(madeUpAtMost);
    }
    await expectBothReceiving(one.page, other.page);
    await leave(one.page);
    await expectEnded(other.page);
  });
}

/** At which of its steps a page first sent a smaller picture, one that changes less often, and none; -1 for never. */
async function given(page: Page): Promise<Record<'size' | 'changes' | 'picture', number>> {
  const up = await sent(page, 'video');
  return {
    size: up.findIndex(({ scaleResolutionDownBy }) => (scaleResolutionDownBy ?? 1) > 1),
    changes: up.findIndex(({ maxFramerate }) => maxFramerate !== undefined),
    picture: up.findIndex(({ active }) => !active),
  };
}

/** Waits until both have given up their picture, in the right order, and both have been told of it. Their words are kept. */
async function expectPaused(one: Person, other: Person, wait: (is: () => Promise<boolean>, message: string) => Promise<void>): Promise<void> {
  for (const [{ page }, { name }] of [
    [one, other],
    [other, one],
  ] as const) {
    await wait(async () => (await given(page)).picture >= 0, 'the picture is given up');
    const { size, changes, picture } = await given(page);
    expect(size, 'the size goes first').toBeGreaterThanOrEqual(0);
    expect(changes, 'then the changes').toBeGreaterThan(size);
    expect(picture, 'then the picture').toBeGreaterThan(changes);
    const isAnnounced = async (words: string) => (await announced(page)).some((text) => text.includes(words));
    const mine = 'Your video is paused because your connection is weak. Sound goes on.';
    const theirs = `${name}'s video is paused because their connection is weak. Sound goes on.`;
    await wait(() => isAnnounced(mine), 'it is said to who is not seen');
    await wait(async () => (await words(page)).includes(theirs), 'it is said to who does not see');
    await wait(() => isAnnounced(theirs), 'and announced');
  }
}

test('a line of 64 kbit/s: it is said, they hear each other, and see each other again when it is better', async ({ enrolled, lines }) => {
  test.setTimeout(150_000);
  const [one, other] = await inCall(enrolled);
  await Promise.all([keepWords(one.page), keepWords(other.page)]);
  lines.udp.set({ rate: 64, delay: 20 });
  // It takes a moment to be felt: what the line holds has to fill first.
  await expect(one.page.getByText(/is weak|slow to answer/).first()).toBeVisible({ timeout: 30_000 });
  await expectPaused(one, other, (is, message) => expect.poll(is, { message, timeout: 30_000 }).toBe(true));
  await expect
    .poll(async () => (await watchBoth(one, other, 3)).map(({ sounding }) => sounding), { message: 'sound is the last to go', timeout: 30_000 })
    .toEqual([3, 3]);
  lines.udp.heal();
  // A picture is tried again some seconds after all is well, and later where that was in vain before.
  await expectBothReceiving(one.page, other.page, 60_000);
});

test('a line of 64 kbit/s: sound goes on throughout, and all of the picture comes back @long', async ({ enrolled, lines }) => {
  test.setTimeout(300_000);
  const [one, other] = await inCall(enrolled);
  const pages = [one.page, other.page];
  // They are listened to all the time, five seconds after five seconds.
  const heard: number[] = [];
  const until = (timeout: number) => (is: () => Promise<boolean>, message: string) =>
    expect
      .poll(
        async () => {
          heard.push(...(await watchBoth(one, other, 5)).map(({ sounding }) => sounding));
          return is();
        },
        { message, timeout },
      )
      .toBe(true);

  await Promise.all(pages.map(keepWords));
  lines.udp.set({ rate: 64, delay: 20 });
  await expectPaused(one, other, until(60_000));
  lines.udp.heal();
  const isWhole = ({ active, scaleResolutionDownBy = 1, maxFramerate }: Sent) => active && scaleResolutionDownBy === 1 && maxFramerate === undefined;
  const areWhole = async () => (await Promise.all(pages.map((page) => sent(page, 'video')))).every((up) => up.slice(-1).every(isWhole));
  await until(150_000)(areWhole, 'all of the picture is sent again');
  await expectBothReceiving(one.page, other.page);
  for (const page of pages) {
    await expect(page.getByText(/video is paused/)).toHaveCount(0);
    expect((await sent(page, 'audio')).every(({ active }) => active), 'the sound was always sent').toBe(true);
  }
  expect(heard.filter((seconds) => seconds === 0), `five seconds without a sound: ${heard.join(' ')}`).toEqual([]);
  const sounding = heard.reduce((all, seconds) => all + seconds, 0);
  expect(sounding / (5 * heard.length), `the share of the seconds with sound: ${heard.join(' ')}`).toBeGreaterThanOrEqual(0.9);
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

test('nothing comes through for long: new paths are looked for, then the connection is built anew, in the same call', async ({ enrolled, lines }) => {
  test.setTimeout(150_000);
  const [one, other] = await inCall(enrolled);
  const [room, pages] = [one.page.url(), [one.page, other.page]];
  // Nobody is missed: a voice that does not come would be a reason of its own to look for new paths, and a sooner one.
  for (const page of pages) {
    await button(page, 'Mute microphone').click();
    await button(page, 'Turn camera off').click();
  }
  for (const [{ page }, { name }] of [
    [one, other],
    [other, one],
  ] as const) {
    await expect(page.getByText(`${name}'s camera is off`).first()).toBeVisible();
    await expect(page.getByText(`${name}'s microphone is off`).first()).toBeVisible();
  }
  const before = await Promise.all(pages.map(async (page) => (await steps(page)).length));
  const since = () => Promise.all(pages.map(async (page, n) => (await steps(page)).slice(before[n])));
  const has = (what: Step['what']) => async () => (await since()).map((all) => all.some((step) => step.what === what));
  // The sockets stay, so that the two could agree on everything.
  lines.udp.set({ blackHole: true });
  await expect.poll(has('built'), { message: 'another connection is built', timeout: 60_000 }).toEqual([true, true]);
  lines.udp.heal();
  const told = await since();
  for (const page of pages) {
    await button(page, 'Unmute microphone').click();
    await button(page, 'Turn camera on').click();
  }
  await back(one, other);

  let restarts = 0;
  for (const all of told) {
    const at = (what: Step['what'], from = 0) => all.findIndex((step, place) => place >= from && step.what === what);
    const story = all.map(({ what, at }) => `${what} ${Math.round(at)}`).join(', ');
    const [lost, built] = [at('disconnected'), at('built')];
    expect(lost, story).toBeGreaterThanOrEqual(0);
    expect(all.slice(lost, built).filter(({ what }) => what === 'connected'), `nothing helped before: ${story}`).toEqual([]);
    const restart = at('restart');
    if (restart < 0) {
      // The other one was first, and this one followed.
      continue;
    }
    restarts += 1;
    expect((all[restart]?.at ?? 0) - (all[lost]?.at ?? 0), `milliseconds of patience: ${story}`).toBeGreaterThanOrEqual(2_000);
    const asked = at('asked', lost);
    expect(asked, `asked after the loss: ${story}`).toBeGreaterThan(lost);
    expect([asked < restart, at('answered', asked) < restart], `fresh credentials before new paths: ${story}`).toEqual([true, true]);
    expect(built, `new paths first: ${story}`).toBeGreaterThan(restart);
  }
  expect(restarts, 'at least one looked for new paths').toBeGreaterThanOrEqual(1);

  expect([one.page.url(), other.page.url()]).toEqual([room, room]);
  await expectRelayed(one.page, 'udp');
  await leave(one.page);
  await expectEnded(other.page);
  await visit(other.page, '/calls');
  await expect(article(other.page, one.name), 'it was one call').toHaveCount(1);
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

/** What it is called, what is wrong, and the share of the seconds in which the picture moves at least. */
const lines: [string, Partial<Faults>, number][] = [
  ['nothing wrong', {}, 0.9],
  ['5 % lost', { loss: lossOf(5) }, 0.6],
  ['15 % lost', { loss: lossOf(15) }, 0.6],
  ['30 % lost', { loss: lossOf(30) }, 0.25],
  ['300 ms there and back, 60 ms of jitter', { delay: 75, jitter: 30 }, 0.6],
  ['256 kbit/s', { rate: 256, delay: 20 }, 0.25],
  ['64 kbit/s', { rate: 64, delay: 20 }, 0],
];

for (const [line, faults, moves] of lines) {
  test(`the table: ${line} @long`, async ({ enrolled, lines }) => {
    test.setTimeout(180_000);
    const [one, other] = await inCall(enrolled);
    lines.udp.set(faults);
    // What the browsers make of it takes some seconds to settle.
    await watchBoth(one, other, 10);
    const seen = await watchBoth(one, other, WATCHED);
    worse('line', line, seen);
    for (const { sounding, moving } of seen) {
      expect(sounding, 'sound is the last to go').toBeGreaterThanOrEqual(WATCHED * 0.9);
      expect(moving, 'seconds in which the picture moved').toBeGreaterThanOrEqual(WATCHED * moves);
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
