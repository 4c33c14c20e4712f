import type { Locator, Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { call, leave } from '../fixtures/calls';
import { fakeMediaThatAsks } from '../fixtures/chromium';
import { expectBothReceiving } from '../fixtures/media';
import { expectStill, keepMotion, moved, movesEndlessly } from '../fixtures/motion';
import { button, expectNoSidewaysScroll, visit } from '../fixtures/page';
import type { Person } from '../fixtures/people';
import { partners, type Making } from '../fixtures/screens';
import { pressInMore, readWords, securityWords } from '../fixtures/security';
import { expectSharedPicture, standInForPicker } from '../fixtures/sharing';
import { expect, type OpenOptions, test } from '../fixtures/test';

async function inCall({ enrolled, deviceOf }: Making, as: OpenOptions): Promise<[Person, Person]> {
  const [me, other] = await partners({ enrolled: (options) => enrolled({ ...options, as }), deviceOf });
  for (const { context } of [me, other]) {
    await context.addInitScript(standInForPicker, { surface: 'window' as const });
    await context.addInitScript(keepMotion);
  }
  await visit(other.page, '/calls');
  await call(me, other);
  await expectBothReceiving(me.page, other.page);
  return [me, other];
}

async function inspect(page: Page, state: string): Promise<void> {
  await test.step(state, async () => {
    await expectNoSidewaysScroll(page);
    await expectAccessible(page, state);
  });
}

/** Every button of the row lies whole in the window, and none under another. */
async function expectInReach(page: Page): Promise<void> {
  const controls = page.getByRole('group', { name: 'Call controls', exact: true });
  for (const name of ['Mute microphone', 'Turn camera off', 'Share screen', 'Chat', 'More', 'Leave call']) {
    await expect(button(controls, name), name).toBeInViewport({ ratio: 1 });
    expect(await isUppermost(button(controls, name)), `${name} is not covered`).toBe(true);
  }
}

async function isUppermost(of: Locator): Promise<boolean> {
  return of.evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  });
}

/** What opens from "More", and a question of the partner. */
async function inspectPanels(page: Page, other: Person): Promise<void> {
  const figures = page.getByRole('region', { name: 'Connection', exact: true });
  await pressInMore(page, 'Connection details');
  await expect(figures.getByRole('table')).toBeVisible();
  await inspect(page, 'the connection in figures');
  await button(figures, 'Close connection details').click();
  await readWords(page);
  await inspect(page, 'the security words');
  await button(securityWords(page), 'Close the security words').click();
  await pressInMore(other.page, 'Record the call');
  await expect(button(page, 'Do not allow')).toBeVisible();
  await inspect(page, 'whether the call may be recorded');
  await button(page, 'Do not allow').click();
}

/** The partner's browser is gone from one moment to the next, and their machine with it. */
async function vanish({ context, page }: Person): Promise<void> {
  const debug = await context.newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  // Nobody is there to answer.
  debug.send('Page.crash').catch(() => {});
  await crashed;
}

// What opens beside or over the pictures is looked at in the three in which it differs. The two in which most differs are looked at always.
for (const { what, as, opens, long } of [
  { what: 'a desk, light', as: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' }, long: true },
  { what: 'a desk, dark', as: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }, opens: true, long: true },
  { what: 'a small phone', as: { viewport: { width: 320, height: 480 }, colorScheme: 'light', hasTouch: true }, opens: true },
  { what: 'a phone that lies', as: { viewport: { width: 740, height: 340 }, colorScheme: 'dark', hasTouch: true }, long: true },
  // 1280 by 800 at 200 %.
  { what: 'a desk at 200 %, dark', as: { viewport: { width: 640, height: 400 }, colorScheme: 'dark' }, opens: true },
] as { what: string; as: OpenOptions; opens?: boolean; long?: boolean }[]) {
  const tag = long ? ' @long' : '';
  test(`the call on ${what}: axe finds nothing, everything is in reach, nothing moves${tag}`, async ({ enrolled, deviceOf }) => {
    test.setTimeout(180_000);
    const [me, other] = await inCall({ enrolled, deviceOf }, { ...as, reducedMotion: 'reduce' });
    const { page } = me;
    await expectInReach(page);
    await inspect(page, 'the call');

    await button(page, 'More').click();
    for (const layout of ['Side by side', 'Spotlight', 'Picture in picture']) {
      await page.getByRole('radio', { name: layout, exact: true }).check();
      await inspect(page, `the menu, and ${layout} beneath it`);
    }
    for (const name of ['Devices', 'Keyboard shortcuts']) {
      await button(page, name).click();
      await expect(page.getByRole('dialog', { name, exact: true })).toBeVisible();
      await inspect(page, name);
      await button(page, 'Dismiss').click();
      await expect(page.getByRole('dialog', { name, exact: true })).toBeHidden();
      await expect(button(page, 'More'), 'the focus is back').toBeFocused();
      await button(page, 'More').click();
    }
    await page.keyboard.press('Escape');

    if (opens) {
      await inspectPanels(page, other);
    }

    await button(other.page, 'Share screen').click();
    await expectSharedPicture(page.getByLabel(`${other.name}'s screen`, { exact: true }));
    await expectInReach(page);
    await inspect(page, 'a screen that is shown');
    await button(page, 'Share screen').click();
    await expect(page.getByLabel('Your screen', { exact: true })).toBeVisible();
    await expect(button(page, 'Leave call')).toBeInViewport({ ratio: 1 });
    await inspect(page, 'a screen that is shown and one that is shared');
    await button(page, 'Stop sharing').click();

    await button(other.page, 'Turn camera off').click();
    await button(other.page, 'Mute microphone').click();
    await button(page, 'Turn camera off').click();
    await button(page, 'Mute microphone').click();
    await expect(page.getByText(`${other.name}'s microphone is off`).first()).toBeVisible();
    await inspect(page, 'everything off');

    if (opens) {
      await vanish(other);
      await expect(page.locator('.call-tile-partner').getByText(/connection.* is lost/).first()).toBeVisible({ timeout: 20_000 });
      await inspect(page, 'a connection that is lost');
    }
    await expectStill(page);
  });
}

for (const { what, as, tag } of [
  { what: 'a desk, light', as: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' }, tag: ' @long' },
  { what: 'a desk at 200 %, dark', as: { viewport: { width: 640, height: 400 }, colorScheme: 'dark' }, tag: '' },
  { what: 'a small phone', as: { viewport: { width: 320, height: 480 }, colorScheme: 'light', hasTouch: true }, tag: '' },
] satisfies { what: string; as: OpenOptions; tag: string }[]) {
  test(`before the call on ${what}: axe finds nothing${tag}`, async ({ enrolled, deviceOf, launch }) => {
    test.setTimeout(180_000);
    const [me, other] = await partners({ enrolled: (options) => enrolled({ ...options, as }), deviceOf });
    const { page } = me;
    await visit(page, '/settings/devices');
    await inspect(page, 'devices that are off');
    await button(page, 'Turn camera on').click();
    await button(page, 'Unmute microphone').click();
    await expect(page.getByText('Good level', { exact: true })).toBeVisible();
    await button(page, 'Test speaker').click();
    await expect(page.getByText('Did you hear it?')).toBeVisible();
    await button(page, 'Check my connection').click();
    await expect(page.getByText(/^Measuring/)).toBeVisible({ timeout: 20_000 });
    await inspect(page, 'a check that is under way');
    await expect(page.getByText(/^Good for video calls/)).toBeVisible({ timeout: 30_000 });
    await page.getByText('Details', { exact: true }).click();
    await inspect(page, 'everything tried out');

    await visit(other.page, '/calls');
    await call(me, other);
    const room = new URL(page.url()).pathname;
    const beside = await me.context.newPage();
    await visit(beside, room);
    await button(beside, 'Join call').click();
    await expect(page.getByRole('heading', { name: 'This call continues in another tab' })).toBeVisible();
    await inspect(page, 'a call that is in another tab');
    await leave(beside);
    await beside.close();
    await visit(page, room);
    await expect(button(page, 'Join call')).toBeVisible();
    await button(page, 'Turn camera off').click();
    await inspect(page, 'the preview');

    const asking = await deviceOf(me, { ...as, in: await launch(fakeMediaThatAsks), permissions: [] });
    await visit(asking.page, room);
    await expect(button(asking.page, 'Try again')).toBeVisible();
    await inspect(asking.page, 'the preview without permission');
  });
}

test('targets are as large as a fingertip on a small phone', async ({ enrolled, deviceOf }) => {
  const [me] = await inCall({ enrolled, deviceOf }, { viewport: { width: 320, height: 480 }, hasTouch: true });
  const controls = me.page.getByRole('group', { name: 'Call controls', exact: true });
  for (const name of ['Mute microphone', 'Turn camera off', 'Share screen', 'Chat', 'More', 'Leave call']) {
    const box = await button(controls, name).boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0), name).toBeGreaterThanOrEqual(44);
  }
});

test('the keyboard goes through the call in the order of the eye', async ({ enrolled, deviceOf }) => {
  const [me, other] = await inCall({ enrolled, deviceOf }, {});
  const { page } = me;
  await page.getByRole('region', { name: 'The call', exact: true }).focus();
  for (const name of [
    `Show ${other.name} large`,
    'Show yourself large',
    'Mute microphone',
    'Turn camera off',
    'Share screen',
    'Chat',
    'More',
    'Leave call',
  ]) {
    await page.keyboard.press('Tab');
    await expect(button(page, name)).toBeFocused();
  }
});

test('what comes and goes is said', async ({ enrolled, deviceOf }) => {
  const [me, other] = await inCall({ enrolled, deviceOf }, {});
  const said = (words: string) => me.page.getByRole('status').filter({ hasText: words });
  await expect(said(`You are connected with ${other.name}`)).toHaveCount(1);
  await button(other.page, 'Turn camera off').click();
  await expect(said(`${other.name}'s camera is off`)).toHaveCount(1);
  await button(other.page, 'Share screen').click();
  await expect(said(`${other.name} is sharing their screen`)).toHaveCount(1);
  await button(other.page, 'Stop sharing').click();
  await expect(said(`${other.name} is no longer sharing their screen`)).toHaveCount(1);
  await visit(other.page, '/calls');
  await expect(said(`${other.name} has left the page.`)).toHaveCount(1);
});

test('what colours and motion tell is told without them', async ({ enrolled, deviceOf }) => {
  const [me, other] = await inCall({ enrolled, deviceOf }, { viewport: { width: 1280, height: 800 } });
  const { page } = me;
  await page.emulateMedia({ forcedColors: 'active' });
  const outline = (tile: string) =>
    page.evaluate((tile) => {
      const element = document.querySelector(tile);
      const { outlineStyle, outlineWidth } = element ? getComputedStyle(element, '::after') : { outlineStyle: 'nobody', outlineWidth: '' };
      return outlineStyle === 'solid' ? `${outlineStyle} ${outlineWidth}` : outlineStyle;
    }, tile);
  const often = { intervals: [40], timeout: 15_000 };
  await button(page, 'More').click();
  for (const [layout, own] of [
    ['Side by side', 'solid 4px'],
    ['Picture in picture', 'solid 2px'],
  ] as const) {
    await page.getByRole('radio', { name: layout, exact: true }).check();
    await expect.poll(() => outline('.call-tile-partner.is-speaking'), often).toBe('solid 4px');
    await expect.poll(() => outline('.call-tile-own.is-speaking'), often).toBe(own);
  }
  await page.keyboard.press('Escape');

  await button(other.page, 'Mute microphone').click();
  await expect(page.locator('.call-badge').filter({ hasText: `${other.name}'s microphone is off` })).toBeVisible();
  await expect.poll(() => outline('.call-tile-partner:not(.is-speaking)'), often).toBe('none');
  await button(page, 'Mute microphone').click();
  await expect.poll(() => outline('.call-tile-own:not(.is-speaking)'), often).toBe('none');
  await expect(button(page, 'Unmute microphone')).toHaveCSS('border-top-width', '3px');
  await expect(button(page, 'Chat')).toHaveCSS('border-top-width', '1px');
  await button(page, 'Chat').click();
  await expect(button(page, 'Chat')).toHaveAttribute('aria-expanded', 'true');
  await expect(button(page, 'Chat')).toHaveCSS('border-top-width', '3px');
  await button(page, 'Chat').click();

  await pressInMore(page, 'Connection details');
  await expect(page.getByRole('region', { name: 'Connection', exact: true }).getByText(/^(Good|Fair|Weak)$/)).toBeVisible();
  await readWords(page);
  await expect(button(page, 'They match')).toHaveText('They match');
  await expect(button(page, 'They differ')).toHaveText('They differ');
  await button(page, 'They match').click();
  await expect(securityWords(page).getByText('The words match: nobody is in between.')).toBeVisible();

  await pressInMore(page, 'Record the call');
  await button(other.page, 'Allow').click();
  await expect(page.getByText('You are recording this call')).toBeVisible();
  await expect(page.locator('.recording-dot')).toHaveCSS('border-top-style', 'solid');
  expect(await movesEndlessly(page), 'the mark of the recording moves').toContain('recording-pulse');
  expect(await moved(page), 'where nobody minds, things move').not.toEqual([]);
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
  await expect.poll(() => movesEndlessly(page), 'nothing moves for who does not want it').toEqual([]);
  await expect(page.locator('.recording-dot')).toBeVisible();
});
