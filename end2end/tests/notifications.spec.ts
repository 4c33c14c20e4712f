import type { Locator, Page } from '@playwright/test';
import { incoming, ring } from '../fixtures/calls';
import { installClock } from '../fixtures/clock';
import { ask, pairUp } from '../fixtures/http';
import { bell, expectUnread, expectUnreadEverywhere, shown, toast, watchShown } from '../fixtures/notifications';
import { article, button, field, heading, hydrated, visit } from '../fixtures/page';
import { acceptRequest } from '../fixtures/partners';
import { screensOf } from '../fixtures/screens';
import { expect, test } from '../fixtures/test';

const english = { speaks: 'English', learns: 'Spanish' };

/** Waits until the bell opens a panel: before that it leads to the page of the list. */
async function panelIsReady(page: Page): Promise<void> {
  await expect(page.getByRole('button', { name: /^Notifications/ })).toHaveAttribute('popovertarget', /./);
}

async function openPanel(page: Page): Promise<Locator> {
  await panelIsReady(page);
  await page.getByRole('button', { name: /^Notifications/ }).click();
  const panel = page.getByRole('dialog', { name: 'Notifications', exact: true });
  await expect(panel).toBeVisible();
  return panel;
}

test('the badge is the same on every tab through requests, reading and all of it', async ({ enrolled, deviceOf }) => {
  const [me, ben, carl, dora] = await Promise.all([enrolled(), enrolled(english), enrolled(english), enrolled(english)]);
  const screens = await screensOf(me, { enrolled, deviceOf }, ['/settings/profile', '/partners', '/calls', '/settings/privacy']);
  const [tab, second, third] = screens;
  await visit(ben.page, '/partners');
  await expectUnreadEverywhere(screens, 0);

  await ask(ben, me, 'Tea on Friday?');
  await expectUnreadEverywhere(screens, 1);
  await ask(carl, me);
  await expectUnreadEverywhere(screens, 2);
  // Answering says that it was read, wherever it was answered.
  await acceptRequest(second, ben.name);
  await expectUnreadEverywhere(screens, 1);
  await expectUnread([ben.page], 1);

  // Opening one marks it read on all tabs and leads there.
  const panel = await openPanel(third);
  await expect(panel).toContainText('Tea on Friday?');
  await panel.getByRole('link', { name: `${carl.name} would like to be your partner`, exact: true }).click();
  await expect(heading(third, 'Requests')).toBeVisible();
  await expect(panel).toBeHidden();
  await expectUnreadEverywhere(screens, 0);

  await button(article(third, carl.name), 'Decline').click();
  await expect(article(third, carl.name)).toBeHidden();
  await ask(dora, me);
  await expectUnreadEverywhere(screens, 1);
  const other = await openPanel(tab);
  await button(other, 'Mark all as read').click();
  await expectUnreadEverywhere(screens, 0);
  await expect(other.getByText('Unread', { exact: true })).toHaveCount(0);
  // The server says the same to a page that is made anew, before any socket.
  await tab.reload();
  await expectUnreadEverywhere(screens, 0);
});

test('the panel: Escape closes it and the focus returns; it leads to the whole list', async ({ enrolled }) => {
  const me = await enrolled();
  await visit(me.page, '/partners');
  await panelIsReady(me.page);
  await bell(me.page, 0).focus();
  await me.page.keyboard.press('Enter');
  const panel = me.page.getByRole('dialog', { name: 'Notifications', exact: true });
  await expect(panel).toBeVisible();
  await expect(panel).toContainText('Nothing has happened yet.');
  await me.page.keyboard.press('Tab');
  await expect(button(panel, 'Mark all as read')).toBeFocused();
  await me.page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
  await expect(bell(me.page, 0)).toBeFocused();

  await bell(me.page, 0).click();
  await panel.getByRole('link', { name: 'See all', exact: true }).click();
  await expect(heading(me.page, 'Notifications')).toBeVisible();
  await expect(panel).toBeHidden();
});

test('a toast once per tab: not after a reload, not where it is on the screen, and with the way there', async ({ enrolled }) => {
  const me = await enrolled();
  const ben = await enrolled(english);
  const words = `${ben.name} would like to be your partner`;
  await watchShown(me.context);
  const [home, requests] = [me.page, await me.context.newPage()];
  await visit(home, '/partners');
  await visit(requests, '/requests');
  await ask(ben, me);
  await expect(toast(home, words)).toBeVisible();
  await expect(article(requests, ben.name)).toBeVisible();

  await home.reload();
  await hydrated(home);
  await expectUnread([home], 1);

  await button(article(requests, ben.name), 'Decline').click();
  await expectUnread([home], 0);
  const carl = await enrolled(english);
  await ask(carl, me);
  await home.getByRole('link', { name: 'See requests', exact: true }).click();
  await expect(heading(home, 'Requests')).toBeVisible();
  await expectUnread([home, requests], 0);
  expect((await shown(home)).toasts, 'since it was loaded anew').toEqual([`${carl.name} would like to be your partner`]);
  expect((await shown(requests)).toasts).toEqual([]);
});

test('no toast where the panel is open, which has the line already, and none on Home, which shows who asks', async ({ enrolled }) => {
  const me = await enrolled();
  const ben = await enrolled(english);
  const words = `${ben.name} would like to be your partner`;
  const [reading, home, beside] = [me.page, await me.context.newPage(), await me.context.newPage()];
  await Promise.all([visit(reading, '/partners'), visit(home, '/'), visit(beside, '/calls')]);
  const panel = await openPanel(reading);
  await ask(ben, me, 'Tea on Friday?');
  await expect(toast(beside, words)).toBeVisible();
  await expect(panel).toContainText('Tea on Friday?');
  await expect(article(home, ben.name)).toBeVisible();
  await expect(toast(reading, words)).toHaveCount(0);
  await expect(toast(home, words)).toHaveCount(0);
});

test('what comes while a tab is loaded anew is shown afterwards', async ({ enrolled }) => {
  const me = await enrolled();
  const ben = await enrolled(english);
  await visit(me.page, '/partners');
  await expectUnread([me.page], 0);
  // The tab is elsewhere for a while: it has no socket, and remembers how far it has heard.
  await me.page.goto('about:blank');
  await ask(ben, me);
  await visit(me.page, '/partners');
  await expectUnread([me.page], 1);
  await expect(toast(me.page, `${ben.name} would like to be your partner`)).toBeVisible();
});

test('what comes while a tab opens for the first time is shown, and nothing older', async ({ enrolled }) => {
  const me = await enrolled();
  const [ben, carl] = [await enrolled(english), await enrolled(english)];
  await watchShown(me.context);
  await ask(carl, me);
  // The page is there, and its scripts are on their way.
  let arrive = () => {};
  const scripts = new Promise<void>((done) => (arrive = done));
  await me.page.route('**/*.wasm', async (route) => {
    await scripts;
    await route.continue();
  });
  await me.page.goto('/partners', { waitUntil: 'domcontentloaded' });
  await expect(bell(me.page, 1)).toBeVisible();
  await ask(ben, me);
  arrive();
  await expect(toast(me.page, `${ben.name} would like to be your partner`)).toBeVisible();
  await expectUnread([me.page], 2);
  expect((await shown(me.page)).toasts).toEqual([`${ben.name} would like to be your partner`]);
});

test('a toast stays while it is pointed at or has the focus, and "Dismiss" loses no focus', async ({ enrolled }) => {
  const me = await enrolled();
  const ben = await enrolled(english);
  await visit(me.page, '/partners');
  await installClock(me.page);
  await ask(ben, me);
  const news = toast(me.page, `${ben.name} would like to be your partner`);
  await expect(news).toBeVisible();
  await news.hover();
  await me.page.clock.runFor(12_000);
  await expect(news).toBeVisible();
  await bell(me.page, 1).focus();
  await button(me.page, 'Dismiss').focus();
  await me.page.mouse.move(0, 0);
  await me.page.clock.runFor(12_000);
  await expect(news).toBeVisible();
  await me.page.keyboard.press('Enter');
  await me.page.clock.runFor(1_000);
  await expect(news).toBeHidden();
  await expect(bell(me.page, 1)).toBeFocused();
});

test('where no socket opens, the same comes by asking: number, toast, and a call that rings', async ({ enrolled }) => {
  const me = await enrolled();
  const ben = await enrolled(english);
  await pairUp(ben, me);
  await visit(me.page, '/partners');
  // One tab keeps the person online; the sockets of the other never answer.
  const deaf = await me.context.newPage();
  await deaf.routeWebSocket(/\/ws(\?|$)/, () => {});
  await visit(deaf, '/calls');
  const before = await deaf.getByRole('button', { name: /^Notifications/ }).getAttribute('aria-label');
  const carl = await enrolled(english);
  await ask(carl, me);
  await expect(deaf.getByRole('button', { name: /^Notifications/ })).not.toHaveAttribute('aria-label', before ?? '', {
    timeout: 20_000,
  });
  await expect(deaf.getByRole('link', { name: 'Requests', exact: true }).first()).toHaveAccessibleDescription(
    '1 waiting for your answer',
  );

  await ring(ben, me.name, 'Are you there?');
  await expect(incoming(deaf, ben.name)).toBeVisible({ timeout: 20_000 });
  await expect(incoming(deaf, ben.name)).toContainText('Are you there?');
  await button(incoming(me.page, ben.name), 'Decline').click();
  await expect(incoming(deaf, ben.name)).toBeHidden({ timeout: 20_000 });
});

test('the list without JavaScript: read, opened, marked', async ({ enrolled, deviceOf }) => {
  const me = await enrolled();
  const [ben, carl] = [await enrolled(english), await enrolled(english)];
  await ask(ben, me, 'Tea on Friday?');
  await ask(carl, me);
  const { page } = await deviceOf(me, { javaScriptEnabled: false });
  await page.goto('/partners');
  await bell(page, 2).click();
  await expect(heading(page, 'Notifications')).toBeVisible();
  await expect(page.getByRole('heading', { level: 2, name: 'Today', exact: true })).toBeVisible();
  await expect(page.getByText('Tea on Friday?')).toBeVisible();
  await button(page, `${ben.name} would like to be your partner`).click();
  await expect(heading(page, 'Requests')).toBeVisible();
  await expect(bell(page, 1)).toBeVisible();
  await page.goto('/notifications');
  await button(page, 'Mark all as read').click();
  await expect(heading(page, 'Notifications')).toBeVisible();
  await expectUnread([page], 0);
});

test('settings: kept, also without JavaScript, and a kind that is off shows no toast', async ({ enrolled, deviceOf }) => {
  const me = await enrolled();
  const ben = await enrolled(english);
  await visit(me.page, '/settings/notifications');
  await expect(heading(me.page, 'Notification settings')).toBeVisible();
  const asked = (page: Page) => page.getByRole('group', { name: 'Somebody asks to be your partner', exact: true });
  await expect(field(asked(me.page), 'E-mail')).toHaveAccessibleDescription(/only where .* has set up mail/);
  await field(asked(me.page), 'E-mail').check();
  await field(asked(me.page), 'In-app').uncheck();
  await field(me.page, 'Keep quiet hours every day').check();
  await field(me.page, 'From').fill('23:30');
  await field(me.page, 'Until').fill('06:15');
  await button(me.page, 'Save').click();
  await expect(me.page.getByRole('status').filter({ hasText: 'Saved' })).toBeVisible();

  const { page } = await deviceOf(me, { javaScriptEnabled: false });
  await page.goto('/settings/notifications');
  await expect(field(asked(page), 'In-app')).not.toBeChecked();
  await expect(field(asked(page), 'Desktop')).toBeChecked();
  await expect(field(asked(page), 'E-mail')).toBeChecked();
  await expect(field(page, 'From')).toHaveValue('23:30');
  await field(asked(page), 'Desktop').uncheck();
  await button(page, 'Save').click();
  await expect(page.getByRole('status').filter({ hasText: 'Saved' })).toBeVisible();
  await expect(field(asked(page), 'Desktop')).not.toBeChecked();
  await expect(field(page, 'Keep quiet hours every day')).toBeChecked();

  await visit(me.page, '/partners');
  await ask(ben, me);
  await expectUnread([me.page], 1);
  await expect(toast(me.page, `${ben.name} would like to be your partner`)).toHaveCount(0);
});
