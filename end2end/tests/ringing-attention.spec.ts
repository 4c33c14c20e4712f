import type { Page } from '@playwright/test';
import { attention, press, ringingPages, setHidden, turns, watchAttention } from '../fixtures/attention';
import { arrive, incoming, ring } from '../fixtures/calls';
import { installClock } from '../fixtures/clock';
import { button, hydrated, visit } from '../fixtures/page';
import type { Person } from '../fixtures/people';
import { expect, type Pairing, test } from '../fixtures/test';

/** Leadership moves within this many milliseconds. How fast silence spreads is measured in devices.spec.ts. */
const MOVES = 2_000;

interface Scene {
  caller: Person;
  callee: Person;
  /** The callee's tabs; something was pressed in the first `pressed` of them. */
  tabs: Page[];
}

async function scene(
  paired: Pairing,
  wishes: { tabs?: number; pressed?: number; permission?: NotificationPermission } = {},
): Promise<Scene> {
  const { tabs: count = 1, permission = 'granted' } = wishes;
  const { pressed = count } = wishes;
  const [caller, callee] = await paired();
  await Promise.all([watchAttention(caller.context), watchAttention(callee.context, permission)]);
  // A new tab each: what the person has pressed on the way here does not count.
  await callee.page.close();
  const tabs: Page[] = [];
  for (let n = 0; n < count; n += 1) {
    const tab = await callee.context.newPage();
    await visit(tab, '/partners');
    if (n < pressed) {
      await press(tab);
    }
    tabs.push(tab);
  }
  callee.page = tabs[0] as Page;
  return { caller, callee, tabs };
}

async function expectRinging(tabs: Page[], places: number[], timeout = 5_000): Promise<void> {
  await expect.poll(() => ringingPages(tabs), { message: 'the tabs that sound', timeout }).toEqual(places);
}

/**
 * Once it rings in one tab it does so in one only, also when time has passed. Mostly in the same: but a tab that a busy machine keeps from
 * answering for a second hands over.
 */
async function expectOneRings(tabs: Page[]): Promise<number> {
  let ringing: number[] = [];
  const expectOne = (message: string) =>
    expect
      .poll(
        async () => {
          ringing = await ringingPages(tabs);
          return ringing.length;
        },
        { message, timeout: 5_000 },
      )
      .toBe(1);
  await expectOne('it rings in one tab');
  await Promise.all(tabs.map((tab) => turns(tab, 3)));
  await expectOne('it goes on ringing in one tab');
  return ringing[0] as number;
}

test('of three tabs one rings, and when it closes another does', async ({ paired }) => {
  const { caller, callee, tabs } = await scene(paired, { tabs: 3 });
  await ring(caller, callee.name);
  await Promise.all(tabs.map((tab) => expect(incoming(tab, caller.name)).toBeVisible()));
  const one = await expectOneRings(tabs);
  const rest = tabs.filter((_, place) => place !== one);
  await (tabs[one] as Page).close();
  await expect.poll(async () => (await ringingPages(rest)).length, { timeout: MOVES }).toBe(1);
});

test('a tab that freezes hands over', async ({ paired }) => {
  const { caller, callee, tabs } = await scene(paired, { tabs: 2 });
  await ring(caller, callee.name);
  const one = await expectOneRings(tabs);
  const other = tabs[1 - one] as Page;
  // Chromium without a screen holds no page for hidden and freezes none: only what it would say is said.
  const say = (name: string) => (tabs[one] as Page).evaluate((event) => document.dispatchEvent(new Event(event)), name);
  await say('freeze');
  await expect.poll(() => ringingPages(tabs), { timeout: MOVES }).toEqual([1 - one]);
  // Back, it does not take away what has moved on, but would have it next.
  await say('resume');
  await Promise.all(tabs.map((tab) => turns(tab, 2)));
  expect(await ringingPages(tabs)).toEqual([1 - one]);
  await other.close();
  await expect.poll(() => ringingPages([tabs[one] as Page]), { timeout: MOVES }).toEqual([0]);
});

test('a tab that holds the place and does not answer loses it', async ({ paired }) => {
  const { caller, callee } = await scene(paired, { tabs: 1 });
  const silent = await callee.context.newPage();
  await silent.goto('/favicon.svg');
  await callee.page.close();
  // A page of ours without our program: it takes both places and never says a word.
  await silent.evaluate(() => {
    for (const name of ['speakle.leader', 'speakle.voice']) {
      void navigator.locks.request(name, () => new Promise(() => {})).catch(() => {});
    }
  });
  const tab = await callee.context.newPage();
  await visit(tab, '/partners');
  await press(tab);
  await ring(caller, callee.name);
  await expect(incoming(tab, caller.name)).toBeVisible();
  await expectRinging([tab], [0], MOVES + 1_500);
});

test('a tab that was pressed sounds for one that was not', async ({ paired }) => {
  const { caller, callee, tabs } = await scene(paired, { tabs: 2, pressed: 0 });
  await press(tabs[1] as Page);
  await ring(caller, callee.name);
  await expect(incoming(tabs[0] as Page, caller.name)).toBeVisible();
  expect(await expectOneRings(tabs)).toBe(1);
  await expect((tabs[0] as Page).getByText('Press anywhere to hear it ring.')).toBeHidden();
});

test('before anything is pressed there is a hint, and a press makes it ring', async ({ paired }) => {
  const { caller, callee, tabs } = await scene(paired, { pressed: 0 });
  await ring(caller, callee.name);
  const hint = callee.page.getByText('Press anywhere to hear it ring.');
  await expect(hint).toBeVisible();
  expect((await attention(callee.page)).begun).toEqual({});
  await incoming(callee.page, caller.name).getByRole('heading').click();
  await expectRinging(tabs, [0]);
  await expect(hint).toBeHidden();
});

test('answering in one tab silences all, and the caller', async ({ paired }) => {
  const { caller, callee, tabs } = await scene(paired, { tabs: 3 });
  await ring(caller, callee.name);
  await expectOneRings(tabs);
  expect((await attention(caller.page)).sounding).toEqual(['ring-back']);
  await button(incoming(tabs[2] as Page, caller.name), 'Accept').click();
  await expectRinging(tabs, []);
  await Promise.all([arrive(caller.page, callee.name), arrive(tabs[2] as Page, caller.name)]);
  expect((await attention(caller.page)).sounding).toEqual([]);
});

test('declining and cancelling silence all', async ({ paired }) => {
  const { caller, callee, tabs } = await scene(paired, { tabs: 2 });
  let dialog = await ring(caller, callee.name);
  await expectOneRings(tabs);
  await button(incoming(tabs[1] as Page, caller.name), 'Decline').click();
  await expectRinging(tabs, []);
  await button(dialog, 'Close').click();
  dialog = await ring(caller, callee.name);
  await expectOneRings(tabs);
  await button(dialog, 'Cancel call').click();
  await expectRinging(tabs, []);
  expect((await attention(caller.page)).sounding).toEqual([]);
});

test('ringing goes on through navigation and reload', async ({ paired }) => {
  const { caller, callee, tabs } = await scene(paired);
  await ring(caller, callee.name);
  await expectRinging(tabs, [0]);
  await callee.page.reload();
  await hydrated(callee.page);
  await expect(incoming(callee.page, caller.name)).toBeVisible();
  await expectRinging(tabs, [0]);
  await callee.page.goto('/calls');
  await expect(incoming(callee.page, caller.name)).toBeVisible();
  await expectRinging(tabs, [0]);
});

test('a phone shakes while it rings', async ({ paired }) => {
  const { caller, callee } = await scene(paired);
  const isShaking = async () => (await attention(callee.page)).isShaking;
  expect(await isShaking()).toBe(false);
  await ring(caller, callee.name);
  await expect.poll(isShaking).toBe(true);
  await button(incoming(callee.page, caller.name), 'Decline').click();
  await expect.poll(isShaking).toBe(false);
});

test('the title calls and is afterwards what it was', async ({ paired }) => {
  const { caller, callee } = await scene(paired);
  await installClock(callee.page);
  const title = () => callee.page.title();
  // The number of what is unread is the page's own part of it, and changes when it rings.
  const own = (text: string) => text.replace(/^\(\d+\) /, '');
  const before = own(await title());
  await ring(caller, callee.name);
  const seen = new Set<string>();
  await expect
    .poll(async () => [...seen.add(own(await title()))].sort(), { timeout: 6_000, intervals: [200] })
    .toEqual([before, `${caller.name} is calling…`].sort());
  await button(incoming(callee.page, caller.name), 'Decline').click();
  await expect.poll(async () => own(await title())).toBe(before);
  for (let second = 1; second <= 3; second += 1) {
    await callee.page.clock.runFor(1_000);
    expect(own(await title())).toBe(before);
  }
});

test('hidden, the system tells who calls, and takes it back', async ({ paired }) => {
  const { caller, callee, tabs } = await scene(paired, { tabs: 2 });
  const [first, second] = tabs as [Page, Page];
  const shown = async () => (await Promise.all(tabs.map(attention))).flatMap((page) => Object.values(page.shown));
  // Somebody looks at one of the tabs: nothing is shown.
  await setHidden(first, true);
  const dialog = await ring(caller, callee.name, 'Tea?');
  await expect(incoming(second, caller.name)).toBeVisible();
  await Promise.all(tabs.map((tab) => turns(tab)));
  expect(await shown()).toEqual([]);
  await setHidden(second, true);
  const calls = { title: `Incoming call from ${caller.name}`, body: 'Tea?' };
  await expect.poll(shown).toEqual([calls]);
  await button(dialog, 'Cancel call').click();
  await expect.poll(shown).not.toContainEqual(calls);
  // What became of it is told in the same place.
  const hungUp = { title: `${caller.name} called and hung up before you could answer`, body: 'Tea?' };
  await expect.poll(shown).toEqual([hungUp]);
});

test('the system’s notification is asked for in its place, and not on load', async ({ paired }) => {
  const { caller, callee } = await scene(paired, { permission: 'default' });
  await setHidden(callee.page, true);
  await ring(caller, callee.name);
  await expect(incoming(callee.page, caller.name)).toBeVisible();
  await turns(callee.page);
  expect(await attention(callee.page)).toMatchObject({ asked: 0, history: [] });
  await setHidden(callee.page, false);
  await button(incoming(callee.page, caller.name), 'Decline').click();
  await visit(callee.page, '/partners');
  await expect(callee.page.getByText('Want to hear of calls while Speakle is closed or out of view?')).toBeVisible();
  await button(callee.page, 'Turn on notifications').click();
  await expect(button(callee.page, 'Turn on notifications')).toBeHidden();
  expect((await attention(callee.page)).asked).toBe(1);
});

test('sound can be switched off and turned down, in every tab', async ({ paired }) => {
  const { caller, callee, tabs } = await scene(paired, { tabs: 2 });
  const [first, second] = tabs as [Page, Page];
  await visit(second, '/settings/notifications');
  await second.getByRole('slider', { name: 'Volume' }).fill('20');
  await button(second, 'Listen').click();
  await expect.poll(async () => (await attention(second)).begun).toEqual({ message: 1 });
  await second.getByRole('switch', { name: 'Sound' }).uncheck();
  await ring(caller, callee.name);
  await expect(incoming(first, caller.name)).toBeVisible();
  const rung = () => Promise.all(tabs.map(async (tab) => (await attention(tab)).begun.ringtone ?? 0));
  await Promise.all(tabs.map((tab) => turns(tab, 3)));
  expect(await rung()).toEqual([0, 0]);
  await first.reload();
  await incoming(first, caller.name).getByRole('heading').click();
  await turns(first, 3);
  expect(await rung()).toEqual([0, 0]);
  // It is that alone which keeps them silent.
  await second.evaluate(() => localStorage.removeItem('speakle.sound'));
  await second.reload();
  await incoming(second, caller.name).getByRole('heading').click();
  await expect.poll(async () => (await ringingPages(tabs)).length).toBe(1);
});
