import type { Locator, Page } from '@playwright/test';
import { incoming } from '../fixtures/calls';
import { answerRequest, ask, callInVain, pairUp, post, settle, startCall } from '../fixtures/http';
import { bell, expectUnread, expectUnreadEverywhere, keep, shown, toast } from '../fixtures/notifications';
import { accountMenu, button, heading, hydrated, visit } from '../fixtures/page';
import { partners, screensOf } from '../fixtures/screens';
import { expect, test } from '../fixtures/test';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

// Of the kinds, a missed call is in missed-calls.spec.ts: it takes as long as it rings.
test('through every kind of notification the number is one, on three tabs and another device', async ({ enrolled, deviceOf }) => {
  const making = { enrolled, deviceOf };
  const english = { speaks: 'English', learns: 'Spanish' };
  const [me, ben, carl] = await Promise.all([enrolled(), enrolled(english), enrolled(english)]);
  await visit(ben.page, '/partners');
  const screens = await screensOf(me, making);
  const [, tab, , device] = screens;
  await expectUnreadEverywhere(screens, 0);

  await ask(ben, me, 'Tea on Friday?');
  await expect(toast(tab, `${ben.name} would like to be your partner`)).toContainText('Tea on Friday?');
  await expectUnreadEverywhere(screens, 1);
  await answerRequest(ben, me, 'accept');
  await expectUnreadEverywhere(screens, 0);

  const declined = await startCall(ben, me);
  await Promise.all(screens.map((screen) => expect(incoming(screen, ben.name)).toBeVisible()));
  await expectUnread(screens, 1);
  await settle(me, declined, 'decline');
  await expectUnreadEverywhere(screens, 0);

  await settle(ben, await startCall(ben, me, 'Tea?'), 'cancel');
  await expect(toast(tab, `${ben.name} called and hung up before you could answer`)).toContainText('Tea?');
  await expectUnreadEverywhere(screens, 1);

  // Of one's own calls: declined is news, and answered is in front of one's eyes.
  await settle(ben, await startCall(me, ben), 'decline');
  await expectUnreadEverywhere(screens, 2);
  await settle(ben, await startCall(me, ben), 'accept');
  await expectUnreadEverywhere(screens, 2);

  await post(ben.context, 'end_partnership', { username: me.name });
  await expect(toast(tab, `${ben.name} is not your partner any more`)).toBeVisible();
  await expectUnreadEverywhere(screens, 3);

  await pairUp(me, carl);
  await expect(toast(tab, `${carl.name} accepted your request`)).toBeVisible();
  await expectUnreadEverywhere(screens, 4);

  await deviceOf(me, { userAgent: FIREFOX });
  await expect(toast(tab, 'New sign-in to your account')).toContainText('Firefox, Linux');
  await expectUnreadEverywhere(screens, 5);

  await Promise.all([visit(device, '/notifications'), visit(tab, '/notifications')]);
  await expect(unreadMarks(tab)).toHaveCount(5);
  await button(device.getByRole('main'), 'Mark all as read').click();
  await expectUnreadEverywhere(screens, 0);
  await Promise.all([expect(unreadMarks(tab)).toHaveCount(0), expect(unreadMarks(device)).toHaveCount(0)]);
  // Each stays where it was, latest first.
  await expect(titles(tab)).toHaveText([
    'New sign-in to your account',
    `${carl.name} accepted your request`,
    `${ben.name} is not your partner any more`,
    `${ben.name} answered your call`,
    `${ben.name} declined your call`,
    `${ben.name} called and hung up before you could answer`,
    `${ben.name} called you`,
    `${ben.name} would like to be your partner`,
  ]);
});

function entries(page: Page): Locator {
  return page.getByRole('main').getByRole('listitem');
}

function titles(page: Page): Locator {
  return page.getByRole('main').locator('.notification-title');
}

function unreadMarks(page: Page): Locator {
  return page.getByRole('main').getByText('Unread', { exact: true });
}

/** As many lines as fit on a page of the list. */
const PAGE = 30;

test('the list has pages, follows what happens, and reads the same without JavaScript', async ({ enrolled, deviceOf }) => {
  const [ben, me] = await partners({ enrolled, deviceOf });
  for (let n = 1; n <= PAGE + 4; n += 1) {
    await callInVain(ben, me, `Words of call ${n}.`);
  }
  // And the request by which they became partners, at the end.
  const total = PAGE + 5;
  const { page } = me;
  await visit(page, '/notifications');
  await expectUnread([page], total - 1);
  await expect(page.getByRole('main').getByRole('heading', { level: 2 }).first()).toHaveText('Today');
  await expect(entries(page)).toHaveCount(PAGE);
  await expect(entries(page).first()).toContainText(`Words of call ${PAGE + 4}.`);
  await expect(entries(page).last()).toContainText('Words of call 5.');
  await page.getByRole('link', { name: 'Older notifications', exact: true }).click();
  await expect(entries(page)).toHaveCount(total - PAGE);
  await expect(entries(page).first()).toContainText('Words of call 4.');
  await expect(entries(page).last()).toContainText(`${ben.name} would like to be your partner`);
  await expect(page.getByRole('link', { name: 'Older notifications', exact: true })).toHaveCount(0);

  // Opened from there it is read, and back leads to the same page.
  await entries(page).first().getByRole('button').click();
  await expect(heading(page, ben.name)).toBeVisible();
  await expectUnread([page], total - 2);
  await page.goBack();
  await expect(entries(page)).toHaveCount(total - PAGE);
  await expect(unreadMarks(page)).toHaveCount(3);

  await page.getByRole('link', { name: 'Back to the newest', exact: true }).click();
  await expect(entries(page)).toHaveCount(PAGE);
  const carl = await enrolled({ speaks: 'English', learns: 'Spanish' });
  await ask(carl, me, 'And I?');
  await expect(entries(page).first()).toContainText('And I?');
  await expect(entries(page)).toHaveCount(PAGE);
  await expect(page.locator('.toast'), 'it is on the screen').toHaveCount(0);

  const plain = await deviceOf(me, { javaScriptEnabled: false });
  await plain.page.goto('/notifications');
  await expect(bell(plain.page, total - 1)).toBeVisible();
  await expect(entries(plain.page)).toHaveCount(PAGE);
  await plain.page.getByRole('link', { name: 'Older notifications', exact: true }).click();
  await expect(entries(plain.page)).toHaveCount(total + 1 - PAGE);
  await plain.page.getByRole('link', { name: 'Back to the newest', exact: true }).click();
  await button(plain.page, 'Mark all as read').click();
  await expectUnread([plain.page, page], 0);
  await expect(unreadMarks(page)).toHaveCount(0);
  await plain.page.getByRole('link', { name: 'Older notifications', exact: true }).click();
  await expect(entries(plain.page)).toHaveCount(total + 1 - PAGE);
  await expect(unreadMarks(plain.page)).toHaveCount(0);
});

test('toasts stand one under the other at the top right, politely, on each tab for itself', async ({ enrolled, deviceOf }) => {
  const making = { enrolled, deviceOf };
  const english = { speaks: 'English', learns: 'Spanish' };
  const [ben, me] = await partners(making);
  const others = await Promise.all([enrolled(english), enrolled(english), enrolled(english)]);
  const screens = await screensOf(me, making, ['/partners', '/calls', '/notifications', '/requests']);
  const [tab, beside, list, requests] = screens;
  await expectUnread(screens, 0);
  const words = others.map(({ name }) => `${name} would like to be your partner`);
  for (const [place, other] of others.entries()) {
    await ask(other, me);
    await Promise.all([tab, beside].map((page) => keep(toast(page, words[place] as string))));
  }
  await expectUnread(screens, 3);
  for (const page of [tab, beside]) {
    const stack = page.locator('[aria-live="polite"] .toast');
    await expect(stack.locator('.toast-title')).toHaveText(words);
    const boxes = await Promise.all([0, 1, 2].map((place) => stack.nth(place).boundingBox()));
    const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
    let below = 0;
    for (const box of boxes) {
      if (!box) {
        throw new Error('a toast without a place');
      }
      expect(box.y, 'under the one before').toBeGreaterThan(below);
      below = box.y + box.height;
      expect(box.x, 'in the right half').toBeGreaterThan(width / 2);
      expect(width - (box.x + box.width), 'near the edge').toBeLessThan(40);
    }
    expect(boxes[0]?.y, 'near the top').toBeLessThan(height / 4);
  }
  for (const page of [list, requests]) {
    expect((await shown(page)).toasts, `on the screen already: ${page.url()}`).toEqual([]);
  }

  // What is dismissed in one tab stays in another; what is opened is read in all.
  await button(toast(tab, words[0] as string), 'Dismiss').click();
  await expect(toast(tab, words[0] as string)).toHaveCount(0);
  await expect(toast(beside, words[0] as string)).toHaveCount(1);
  await toast(tab, words[1] as string).getByRole('link', { name: 'See requests', exact: true }).click();
  await expect(heading(tab, 'Requests')).toBeVisible();
  await expect(toast(tab, words[1] as string)).toHaveCount(0);
  await expectUnread(screens, 2);

  // Of what came while a tab was elsewhere, more than three are one.
  await beside.goto('about:blank');
  for (let n = 0; n < 4; n += 1) {
    await settle(ben, await startCall(ben, me), 'cancel');
  }
  await expectUnread([tab, list, requests], 6);
  await beside.goto('/calls');
  await hydrated(beside);
  await expect(toast(beside, '4 new notifications')).toBeVisible();
  await toast(beside, '4 new notifications').getByRole('link', { name: 'See all', exact: true }).click();
  await expect(heading(beside, 'Notifications')).toBeVisible();
  await expect(unreadMarks(beside)).toHaveCount(6);
  expect((await shown(beside)).toasts).toEqual(['4 new notifications']);
});

test('whoever logs out takes the number off the icon and the title, and leaves it on another device', async ({ enrolled, deviceOf }) => {
  const [ben, me] = await partners({ enrolled, deviceOf });
  await callInVain(ben, me);
  const screens = await screensOf(me, { enrolled, deviceOf });
  const [tab, beside, , device] = screens;
  await expectUnreadEverywhere(screens, 1);
  await accountMenu(tab);
  await button(tab, 'Log out').click();
  await expect(tab.getByRole('link', { name: 'Log in', exact: true }).first()).toBeVisible();
  await expect(tab).toHaveTitle(/^[^(]/);
  await expect.poll(() => tab.evaluate(() => window.__appBadge)).toBe(0);
  await expect(beside, 'a tab of an ended session goes to the login page').toHaveURL(/\/login\?next=/);
  await expectUnreadEverywhere([device], 1);
});
