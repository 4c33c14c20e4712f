import type { Locator, Page } from '@playwright/test';
import { incoming, ring } from '../fixtures/calls';
import { installClock } from '../fixtures/clock';
import { article, button, field, heading, hydrated, visit } from '../fixtures/page';
import { acceptRequest, becomePartners, sendRequest } from '../fixtures/partners';
import type { Person } from '../fixtures/people';
import { expect, test } from '../fixtures/test';

/** The bell by the whole of its name. */
function bell(page: Page, unread: number): Locator {
  return button(page, unread === 0 ? 'Notifications' : `Notifications, ${unread} unread`);
}

/** The bell, its number and the title all say the same on every page. */
async function expectUnread(pages: Page[], unread: number): Promise<void> {
  for (const page of pages) {
    await expect(bell(page, unread), page.url()).toBeVisible();
    await expect(bell(page, unread), page.url()).toHaveText(unread === 0 ? '' : String(unread));
    if (unread > 0) {
      await expect(page).toHaveTitle(new RegExp(`^\\(${unread}\\) `));
    } else {
      await expect(page).toHaveTitle(/^[^(]/);
    }
  }
}

/** Two more tabs of a person, beside the first. */
async function threeTabs(person: Person): Promise<[Page, Page, Page]> {
  const tabs: [Page, Page, Page] = [person.page, await person.context.newPage(), await person.context.newPage()];
  await visit(tabs[1], '/partners');
  await visit(tabs[2], '/calls');
  return tabs;
}

function toast(page: Page, words: string): Locator {
  return page.locator('[aria-live="polite"]').getByText(words, { exact: true });
}

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

test('the badge is the same on every tab through requests, reading and all of it', async ({ join }) => {
  const me = await join();
  const [ben, carl] = [await join({ speaks: 'English', learns: 'Spanish' }), await join({ speaks: 'English', learns: 'Spanish' })];
  const tabs = await threeTabs(me);
  await expectUnread(tabs, 0);

  await sendRequest(ben.page, me.name, 'Tea on Friday?');
  await expectUnread(tabs, 1);
  await sendRequest(carl.page, me.name);
  await expectUnread(tabs, 2);
  // Answering says that it was read, wherever it was answered.
  await acceptRequest(tabs[1], ben.name);
  await expectUnread(tabs, 1);
  await expectUnread([ben.page], 1);

  // Opening one marks it read on all tabs and leads there.
  const panel = await openPanel(tabs[2]);
  await expect(panel).toContainText('Tea on Friday?');
  await panel.getByRole('link', { name: `${carl.name} would like to be your partner`, exact: true }).click();
  await expect(heading(tabs[2], 'Requests')).toBeVisible();
  await expect(panel).toBeHidden();
  await expectUnread(tabs, 0);

  await button(article(tabs[2], carl.name), 'Decline').click();
  await expect(article(tabs[2], carl.name)).toBeHidden();
  const dora = await join({ speaks: 'English', learns: 'Spanish' });
  await sendRequest(dora.page, me.name);
  await expectUnread(tabs, 1);
  const other = await openPanel(tabs[0]);
  await button(other, 'Mark all as read').click();
  await expectUnread(tabs, 0);
  await expect(other.getByText('Unread', { exact: true })).toHaveCount(0);
  // The server says the same to a page that is made anew, before any socket.
  await tabs[0].reload();
  await expectUnread(tabs, 0);
});

test('the panel: Escape closes it and the focus returns; it leads to the whole list', async ({ join }) => {
  const me = await join();
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

test('a toast once per tab: not after a reload, not where it is on the screen, and with the way there', async ({ join }) => {
  const me = await join();
  const ben = await join({ speaks: 'English', learns: 'Spanish' });
  const words = `${ben.name} would like to be your partner`;
  const [home, requests] = [me.page, await me.context.newPage()];
  await visit(home, '/partners');
  await visit(requests, '/requests');
  await sendRequest(ben.page, me.name);
  await expect(toast(home, words)).toBeVisible();
  await expect(article(requests, ben.name)).toBeVisible();
  await expect(toast(requests, words)).toHaveCount(0);

  await home.reload();
  await hydrated(home);
  await expectUnread([home], 1);
  await expect(toast(home, words)).toHaveCount(0);

  await button(article(requests, ben.name), 'Decline').click();
  await expectUnread([home], 0);
  const carl = await join({ speaks: 'English', learns: 'Spanish' });
  await sendRequest(carl.page, me.name);
  await home.getByRole('link', { name: 'See requests', exact: true }).click();
  await expect(heading(home, 'Requests')).toBeVisible();
  await expectUnread([home, requests], 0);
});

test('no toast where the panel is open, which has the line already, and none on Home, which shows who asks', async ({ join }) => {
  const me = await join();
  const ben = await join({ speaks: 'English', learns: 'Spanish' });
  const words = `${ben.name} would like to be your partner`;
  const [reading, home, beside] = await threeTabs(me);
  await visit(reading, '/partners');
  await visit(home, '/');
  const panel = await openPanel(reading);
  await sendRequest(ben.page, me.name, 'Tea on Friday?');
  await expect(toast(beside, words)).toBeVisible();
  await expect(panel).toContainText('Tea on Friday?');
  await expect(article(home, ben.name)).toBeVisible();
  await expect(toast(reading, words)).toHaveCount(0);
  await expect(toast(home, words)).toHaveCount(0);
});

test('what comes while a tab is loaded anew is shown afterwards', async ({ join }) => {
  const me = await join();
  const ben = await join({ speaks: 'English', learns: 'Spanish' });
  await visit(me.page, '/partners');
  await expectUnread([me.page], 0);
  // The tab is elsewhere for a while: it has no socket, and remembers how far it has heard.
  await me.page.goto('about:blank');
  await sendRequest(ben.page, me.name);
  await visit(me.page, '/partners');
  await expectUnread([me.page], 1);
  await expect(toast(me.page, `${ben.name} would like to be your partner`)).toBeVisible();
});

test('a toast stays while it is pointed at or has the focus, and "Dismiss" loses no focus', async ({ join }) => {
  const me = await join();
  const ben = await join({ speaks: 'English', learns: 'Spanish' });
  await visit(me.page, '/partners');
  await installClock(me.page);
  await sendRequest(ben.page, me.name);
  const shown = toast(me.page, `${ben.name} would like to be your partner`);
  await expect(shown).toBeVisible();
  await shown.hover();
  await me.page.clock.runFor(12_000);
  await expect(shown).toBeVisible();
  await bell(me.page, 1).focus();
  await button(me.page, 'Dismiss').focus();
  await me.page.mouse.move(0, 0);
  await me.page.clock.runFor(12_000);
  await expect(shown).toBeVisible();
  await me.page.keyboard.press('Enter');
  await me.page.clock.runFor(1_000);
  await expect(shown).toBeHidden();
  await expect(bell(me.page, 1)).toBeFocused();
});

test('where no socket opens, the same comes by asking: number, toast, and a call that rings', async ({ join }) => {
  const me = await join();
  const ben = await join({ speaks: 'English', learns: 'Spanish' });
  await becomePartners(ben, me);
  await visit(me.page, '/partners');
  // One tab keeps the person online; the sockets of the other never answer.
  const deaf = await me.context.newPage();
  await deaf.routeWebSocket(/\/ws$/, () => {});
  await visit(deaf, '/calls');
  const before = await deaf.getByRole('button', { name: /^Notifications/ }).getAttribute('aria-label');
  const carl = await join({ speaks: 'English', learns: 'Spanish' });
  await sendRequest(carl.page, me.name);
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

test('the connection: nothing for two seconds, then a word, then for how long, which nobody has to hear', async ({ join }) => {
  const me = await join();
  let isCut = false;
  const cuts: (() => Promise<unknown>)[] = [];
  await me.context.routeWebSocket(/\/ws$/, (socket) => {
    if (isCut) {
      void socket.close({ code: 1011 });
      return;
    }
    const server = socket.connectToServer();
    cuts.push(() => Promise.all([server.close({ code: 1011 }), socket.close({ code: 1011 })]));
  });
  await visit(me.page, '/partners');
  const status = me.page.getByRole('status').filter({ hasText: 'Reconnecting…' });
  // The socket is open when the bell was told.
  await panelIsReady(me.page);
  await expect.poll(() => cuts.length).toBeGreaterThan(0);
  await expect(status).toHaveCount(0);
  isCut = true;
  await Promise.all(cuts.map((cut) => cut()));
  await expect(status).toBeVisible({ timeout: 5_000 });
  await expect(status).toHaveText('Reconnecting…');
  await expect(me.page.getByText(/^1\d s$/)).toBeVisible({ timeout: 15_000 });
  await expect(status).toHaveText('Reconnecting…');
});

test('the list without JavaScript: read, opened, marked', async ({ join, open }) => {
  const me = await join();
  const [ben, carl] = [await join({ speaks: 'English', learns: 'Spanish' }), await join({ speaks: 'English', learns: 'Spanish' })];
  await sendRequest(ben.page, me.name, 'Tea on Friday?');
  await sendRequest(carl.page, me.name);
  const { page } = await open({ javaScriptEnabled: false, storageState: await me.context.storageState() });
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
  await expect(bell(page, 0)).toBeVisible();
  await expectUnread([me.page], 0);
});

test('settings: kept, also without JavaScript, and a kind that is off shows no toast', async ({ join, open }) => {
  const me = await join();
  const ben = await join({ speaks: 'English', learns: 'Spanish' });
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

  const { page } = await open({ javaScriptEnabled: false, storageState: await me.context.storageState() });
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
  await sendRequest(ben.page, me.name);
  await expectUnread([me.page], 1);
  await expect(toast(me.page, `${ben.name} would like to be your partner`)).toHaveCount(0);
});
