import type { Page } from '@playwright/test';
import { incoming, leave, ring } from './fixtures/calls';
import { fullMedia } from './fixtures/chromium';
import { at, type Mark, markFirstFrame, marksOf, PRESSED, SEEN } from './fixtures/first-frame';
import { pairUp } from './fixtures/http';
import { button, visit } from './fixtures/page';
import { PlainPair } from './fixtures/plain-pair';
import { expect, test } from './fixtures/test';

// What `script/bench calls` sets.
const calls = Number(process.env.SPEAKLE_BENCH_CALLS ?? 30);
const onlyReports = process.env.SPEAKLE_BENCH_REPORT === '1';
const showsWhere = process.env.SPEAKLE_BENCH_WHERE === '1';

/** How many times as long as in plain JavaScript it may take, at the median. */
const RATIO = 1.5;
/** How long it may take at the 95th percentile, in milliseconds. */
const LATE = 800;
/** How long it rings before somebody answers, in milliseconds: nobody is quicker, and what is prepared meanwhile is prepared in life, too. */
const RINGS = 1_500;

/** One call: what happened from the press on "Accept" on, at each of the two. */
interface Call {
  callee: Mark[];
  caller: Mark[];
}

const sides = ['callee', 'caller'] as const;

/** By how much the partner's first picture came after the press. */
const tookOf = (call: Call, side: 'callee' | 'caller') => at(call[side], SEEN) - at(call.callee, PRESSED);

function quantile(values: number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}

async function measured(callee: Page, caller: Page): Promise<Call> {
  const [atCallee, atCaller] = await Promise.all([marksOf(callee), marksOf(caller)]);
  return { callee: atCallee, caller: atCaller };
}

/** What happened in every call, in the order of its median time after the press. */
function whereOf(all: Call[], side: 'callee' | 'caller'): { what: string; after: number }[] {
  const times = new Map<string, number[]>();
  for (const call of all) {
    const pressed = at(call.callee, PRESSED);
    const until = at(call[side], SEEN);
    const seen = new Set<string>();
    for (const { what, at: moment } of call[side]) {
      if (moment >= pressed && moment <= until && !seen.has(what)) {
        seen.add(what);
        times.set(what, [...(times.get(what) ?? []), moment - pressed]);
      }
    }
  }
  return [...times]
    .filter(([, moments]) => moments.length >= all.length / 2)
    .map(([what, moments]) => ({ what, after: quantile(moments, 0.5) }))
    .sort((one, other) => one.after - other.after);
}

test('from "Accept" to the first picture', async ({ launch, enrolled, open }) => {
  test.setTimeout(calls * 30_000 + 60_000);
  const plain = await PlainPair.start();
  // Two browsers, and in each the product and the plain page, in contexts of their own.
  const [near, far] = [await launch(fullMedia), await launch(fullMedia)];
  const [ana, ben] = [
    await enrolled({ as: { in: near } }),
    await enrolled({ as: { in: far }, speaks: 'English', learns: 'Spanish' }),
  ];
  await pairUp(ana, ben);
  const [caller, callee] = [(await open({ in: near })).page, (await open({ in: far })).page];
  for (const page of [ana.page, ben.page, caller, callee]) {
    await page.addInitScript(markFirstFrame);
  }

  const ours = async (): Promise<Call> => {
    await Promise.all([ana.page.bringToFront(), ben.page.bringToFront()]);
    await visit(ben.page, '/calls');
    await ring(ana, ben.name);
    const accept = button(incoming(ben.page, ana.name), 'Accept');
    await expect(accept).toBeVisible();
    await ben.page.waitForTimeout(RINGS);
    await accept.click();
    const call = await measured(ben.page, ana.page);
    await leave(ben.page);
    await expect(button(ana.page, 'Leave call')).toBeHidden();
    return call;
  };
  const theirs = async (): Promise<Call> => {
    await Promise.all([caller.bringToFront(), callee.bringToFront()]);
    await Promise.all([caller.goto(plain.address('caller')), callee.goto(plain.address('callee'))]);
    for (const page of [caller, callee]) {
      await expect(page.locator('html[data-ready]')).toBeAttached();
    }
    await callee.waitForTimeout(RINGS);
    await button(callee, 'Accept').click();
    const call = await measured(callee, caller);
    await Promise.all([caller.goto('about:blank'), callee.goto('about:blank')]);
    return call;
  };

  // The first time, browsers begin more than a call.
  await theirs();
  await ours();
  const product: Call[] = [];
  const peer: Call[] = [];
  for (let round = 0; round < calls; round += 1) {
    product.push(await ours());
    peer.push(await theirs());
  }
  await plain.stop();

  const rows = sides.map((side) => {
    const [mine, its] = [product.map((call) => tookOf(call, side)), peer.map((call) => tookOf(call, side))];
    const [median, late] = [quantile(mine, 0.5), quantile(mine, 0.95)];
    const ratio = median / quantile(its, 0.5);
    return { side, median, late, itsMedian: quantile(its, 0.5), itsLate: quantile(its, 0.95), ratio, holds: ratio <= RATIO && late <= LATE };
  });
  const ms = (value: number) => `${Math.round(value)} ms`.padStart(9);
  const lines = [
    '',
    `From the press on "Accept" to the partner's first decoded frame, ${calls} calls each, alternating`,
    '',
    '            product                plain JavaScript',
    '               p50       p95             p50       p95     ratio',
    ...rows.map(
      ({ side, median, late, itsMedian, itsLate, ratio }) =>
        `${side}   ${ms(median)} ${ms(late)}       ${ms(itsMedian)} ${ms(itsLate)}    ${ratio.toFixed(2).padStart(6)}`,
    ),
    '',
  ];
  if (showsWhere) {
    for (const [whose, all] of [['the product', product], ['plain JavaScript', peer]] as const) {
      for (const side of sides) {
        lines.push(`${whose}, ${side}: the medians of when things first happen`, '');
        lines.push(...whereOf(all, side).map(({ what, after }) => `${ms(after)}  ${what}`), '');
      }
    }
  }
  console.log(lines.join('\n'));
  if (!onlyReports) {
    const over = rows.filter(({ holds }) => !holds).map(({ side }) => side);
    expect(over, `a ratio of at most ${RATIO}, and at most ${LATE} ms at the 95th percentile`).toEqual([]);
  }
});
