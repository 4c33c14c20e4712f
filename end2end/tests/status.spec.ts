import type { Locator, Page } from '@playwright/test';
import { attention, press } from '../fixtures/attention';
import { expectAccessible } from '../fixtures/axe';
import { incoming, ring } from '../fixtures/calls';
import { expectUnreadEverywhere, line, shown } from '../fixtures/notifications';
import { post } from '../fixtures/http';
import { accountMenu, article, button, expectNoSidewaysScroll, field, heading, hydrated, visit } from '../fixtures/page';
import { partners, screensOf } from '../fixtures/screens';
import { expect, test } from '../fixtures/test';

// Short enough to wait for a call that nobody answers.
const RING_SECONDS = 8;
test.use({ serverSettings: { RING_SECONDS: String(RING_SECONDS) } });

const statusDialog = (page: Page): Locator => page.getByRole('dialog', { name: 'Your status', exact: true });

/** Opens the menu where "Set a status" opens the dialog: its code comes a moment after the page answers. Until then it leads to the page. */
async function menuWithDialog(page: Page): Promise<void> {
  await expect(page.locator('#status-dialog')).toBeAttached();
  await accountMenu(page);
}

/** Chooses in the account menu, which closes. */
async function choose(page: Page, words: string): Promise<void> {
  await accountMenu(page);
  await button(page, words).click();
  await expect(button(page, 'Log out'), 'the menu is closed').toBeHidden();
}

test('busy, and a line of one’s own: partners read both at once, on every page of theirs, and strangers do not', async ({
  enrolled,
  deviceOf,
}) => {
  const [watcher, other] = await partners({ enrolled, deviceOf });
  const stranger = await enrolled();
  const [list, one, profile, home] = [
    watcher.page,
    await watcher.context.newPage(),
    await watcher.context.newPage(),
    await watcher.context.newPage(),
  ];
  await visit(other.page, '/calls');
  await Promise.all([
    visit(list, '/partners'),
    visit(one, `/partners/${other.name}`),
    visit(profile, `/people/${other.name}`),
    visit(home, '/'),
    visit(stranger.page, `/people/${other.name}`),
  ]);
  const places = [
    article(list, other.name),
    one.getByRole('main'),
    profile.getByRole('main'),
    home.getByRole('region', { name: 'Online now', exact: true }).getByRole('article', { name: other.name, exact: true }),
  ];
  const expectSays = async (words: string, message: string | null) => {
    for (const place of places) {
      await expect(place.getByText(words, { exact: true })).toBeVisible();
      if (message) {
        await expect(place.getByText(message, { exact: true })).toBeVisible();
      }
    }
  };
  await expectSays('Online', null);
  await choose(other.page, 'Busy');
  await expectSays('Busy', null);
  await expect(button(other.page, 'Account menu')).toHaveAccessibleDescription('You are shown as busy');
  await post(other.context, 'set_status', { message: '<b>Exam</b> week 📚', span: 'week' });
  await expectSays('Busy', '<b>Exam</b> week 📚');
  await choose(other.page, 'Available');
  await expectSays('Online', '<b>Exam</b> week 📚');
  await expect(button(other.page, 'Account menu')).toHaveAccessibleDescription('');
  await post(other.context, 'set_status', { message: '', span: 'cleared' });
  for (const place of places) {
    await expect(place.getByText('Exam', { exact: false })).toHaveCount(0);
  }
  await post(other.context, 'set_status', { message: 'Not for everybody', span: 'hour' });
  await choose(other.page, 'Busy');
  await expectSays('Busy', 'Not for everybody');
  await stranger.page.reload();
  await hydrated(stranger.page);
  await expect(stranger.page.getByRole('main').getByText('Online', { exact: true })).toBeVisible();
  await expect(stranger.page.getByText('Not for everybody')).toHaveCount(0);
  await expect(stranger.page.getByRole('main').getByText('Busy')).toHaveCount(0);
  // Who appears offline says nothing, and looks as though they had gone.
  await choose(other.page, 'Appear offline');
  await expect(article(list, other.name).getByText(/^Last seen/)).toBeVisible();
  await expect(article(list, other.name)).not.toContainText('Not for everybody');
  await expect(one.getByRole('main')).not.toContainText('Not for everybody');
});

test('the dialog by keyboard alone, and what it says on other tabs and devices', async ({ enrolled, deviceOf, quiet }) => {
  const [me] = await partners({ enrolled, deviceOf });
  const device = await deviceOf(me);
  const second = await me.context.newPage();
  await Promise.all([visit(me.page, '/calls'), visit(second, '/partners'), visit(device.page, '/requests')]);
  const menu = button(me.page, 'Account menu');
  await expect(me.page.locator('#status-dialog'), 'the code of the dialog is there').toBeAttached();
  await menu.focus();
  await me.page.keyboard.press('Enter');
  await expect(button(me.page, 'Available')).toHaveAttribute('aria-current', 'true');
  await button(me.page, 'Set a status').focus();
  await me.page.keyboard.press('Enter');
  const dialog = statusDialog(me.page);
  await expect(dialog).toBeVisible();
  await expect(me.page).toHaveURL(/\/calls$/);
  await field(dialog, 'Status message').focus();
  await me.page.keyboard.type('Back at six');
  await me.page.keyboard.press('Tab');
  await expect(field(dialog, 'Show for')).toBeFocused();
  await expect(field(dialog, 'Show for')).toHaveValue('today');
  await me.page.keyboard.press('1');
  await expect(field(dialog, 'Show for')).toHaveValue('hour');
  await me.page.keyboard.press('Tab');
  await expect(button(dialog, 'Save')).toBeFocused();
  await me.page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(menu).toBeFocused();
  for (const page of [me.page, second, device.page]) {
    await accountMenu(page);
    await expect(page.getByText('Back at six', { exact: true })).toBeVisible();
    await expect(page.getByText(/^Until (today|tomorrow|\d)/)).toBeVisible();
    await expect(button(page, 'Change status')).toBeVisible();
    await page.keyboard.press('Escape');
  }

  // What is too long is said beside the field, and nothing is lost.
  quiet.allowStatus(422);
  await accountMenu(me.page);
  await button(me.page, 'Change status').click();
  await expect(field(dialog, 'Status message')).toHaveValue('Back at six');
  await expect(field(dialog, 'Show for')).toHaveValue('kept');
  await field(dialog, 'Status message').evaluate((input: HTMLInputElement) => input.removeAttribute('maxlength'));
  await field(dialog, 'Status message').fill('x'.repeat(81));
  await button(dialog, 'Save').click();
  await expect(dialog.getByText('Use at most 80 characters.')).toBeVisible();
  await expect(field(dialog, 'Status message')).toHaveValue('x'.repeat(81));
  await me.page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await accountMenu(me.page);
  await button(me.page, 'Change status').click();
  await expect(dialog.getByText('Use at most 80 characters.'), 'a new look is a clean one').toHaveCount(0);
  await button(dialog, 'Clear status').click();
  await expect(dialog).toBeHidden();
  await accountMenu(device.page);
  await expect(button(device.page, 'Set a status')).toBeVisible();
  await expect(device.page.getByText('Back at six')).toHaveCount(0);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`menu and dialog at 390 px, ${colorScheme}: axe finds nothing, nothing is wider than the window`, async ({ enrolled }) => {
    const { page, context } = await enrolled({
      as: { viewport: { width: 390, height: 844 }, colorScheme, reducedMotion: 'reduce' },
    });
    await post(context, 'set_status', { message: 'W'.repeat(80), span: 'week' });
    await post(context, 'set_availability', { availability: 'busy' });
    await visit(page, '/partners');
    const expectClean = async () => {
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
    };
    await menuWithDialog(page);
    await expect(button(page, 'Busy').locator('.presence-dot')).toBeVisible();
    const { width, inside } = await page
      .locator('#account-menu')
      .evaluate((sheet) => ({ width: sheet.scrollWidth, inside: sheet.clientWidth }));
    expect(width, 'the menu is no wider than itself').toBeLessThanOrEqual(inside);
    await expectClean();
    await button(page, 'Change status').click();
    await expect(statusDialog(page)).toBeVisible();
    await expectClean();
  });
}

test('the page without JavaScript: both at once, and the menu too', async ({ enrolled, open }) => {
  const me = await enrolled();
  const { page } = await open({ javaScriptEnabled: false, storageState: await me.context.storageState() });
  await page.goto('/calls');
  await accountMenu(page);
  const menu = button(page, 'Account menu');
  await button(page, 'Busy').click();
  // The page that comes back has the same address as the one that was left.
  await expect(menu).toHaveAccessibleDescription('You are shown as busy');
  await expect(page).toHaveURL(/\/calls$/);
  await accountMenu(page);
  await expect(button(page, 'Busy')).toHaveAttribute('aria-current', 'true');
  await button(page, 'Set a status').click();
  await expect(heading(page, 'Your status')).toBeVisible();
  const main = page.getByRole('main');
  await expect(field(main, 'Busy')).toBeChecked();
  await field(main, 'Status message').fill('Visiting my mother');
  await field(main, 'Show for').selectOption('week');
  await field(main, 'Available').check();
  await button(main, 'Save').click();
  await expect(main.getByRole('status').getByText('Saved')).toBeVisible();
  await expect(field(main, 'Available')).toBeChecked();
  await expect(field(main, 'Status message')).toHaveValue('Visiting my mother');
  await expect(field(main, 'Show for')).toHaveValue('kept');
  await field(main, 'Invisible').check();
  await button(main, 'Save').click();
  await expect(menu).toHaveAccessibleDescription('You appear offline to others');
  await page.goto('/settings/privacy');
  await expect(field(page, 'Appear offline'), 'one truth').toBeChecked();
  await page.goto('/settings/status');
  await button(main, 'Clear status').click();
  await expect(field(main, 'Status message')).toHaveValue('');
  await expect(button(main, 'Clear status')).toHaveCount(0);
  await expect(field(main, 'Invisible')).toBeChecked();
});

test('a call to somebody busy: said before and while it rings, no sound and no dialog there, and it was missed', async ({
  enrolled,
  deviceOf,
}) => {
  const making = { enrolled, deviceOf };
  const [caller, callee] = await partners(making);
  const screens = await screensOf(callee, making);
  const [tab, , , device] = screens;
  for (const screen of screens) {
    await press(screen);
  }
  await choose(tab, 'Busy');
  const words = `${callee.name} is busy: it does not ring there, and waits as a missed call.`;
  await visit(caller.page, '/partners');
  await expect(article(caller.page, callee.name).getByText('Busy', { exact: true })).toBeVisible();
  await button(article(caller.page, callee.name), 'Call').click();
  await expect(caller.page.getByRole('dialog').getByText(words)).toBeVisible();
  await caller.page.keyboard.press('Escape');
  const dialog = await ring(caller, callee.name, 'Tea when you are free?');
  await expect(dialog.getByText(words)).toBeVisible();
  await expect(dialog).toContainText(`${callee.name} did not answer`, { timeout: (RING_SECONDS + 5) * 1_000 });
  await expectUnreadEverywhere(screens, 1);
  for (const screen of screens) {
    expect((await shown(screen)).dialogs, 'no dialog').toEqual([]);
    expect((await attention(screen)).begun, 'no sound').toEqual({});
  }
  await visit(device, '/notifications');
  await expect(line(device, `Missed call from ${caller.name}`)).toContainText('Tea when you are free?');

  // Available again, it rings.
  await choose(tab, 'Available');
  await button(dialog, 'Close').click();
  await ring(caller, callee.name);
  await button(incoming(tab, caller.name), 'Decline').click();
});
