import type { Locator, Page } from '@playwright/test';
import { expectEnded, incoming, roomAddress, summaryAddress } from '../fixtures/calls';
import { chatField, expectLog } from '../fixtures/chat';
import { neverAsked } from '../fixtures/devices';
import { expectBothReceiving } from '../fixtures/media';
import { article, button, field, heading, visit } from '../fixtures/page';
import { partners } from '../fixtures/screens';
import { expect, test } from '../fixtures/test';

/** More stops than any of these pages has. */
const STOPS = 80;

const has = (target: Locator): Promise<boolean> => target.evaluate((element) => element === document.activeElement);

/** Goes from stop to stop until that one is reached. */
async function go(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await expect(target).toBeVisible();
  for (let stop = 0; stop < STOPS && !(await has(target)); stop += 1) {
    await page.keyboard.press(key);
  }
  await expect(target).toBeFocused();
}

async function enter(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await go(page, target, key);
  await page.keyboard.press('Enter');
}

/** Whoever uses the keyboard is somewhere on the page. */
async function expectSomewhere(page: Page, within: Locator = page.locator('html')): Promise<void> {
  const at = within.locator(':focus');
  await expect(at, 'the focus is here').toHaveCount(1);
  expect(await at.evaluate((element) => element.tagName), 'and at something').not.toBe('BODY');
}

/** Another choice of a picker, by an arrow. */
async function chooseAnother(page: Page, picker: Locator): Promise<void> {
  const before = await picker.inputValue();
  const isFirst = await picker.evaluate((select: HTMLSelectElement) => select.selectedIndex === 0);
  await page.keyboard.press(isFirst ? 'ArrowDown' : 'ArrowUp');
  await expect(picker).not.toHaveValue(before);
}

test('a whole call without a mouse: the focus is never lost', async ({ enrolled, deviceOf }) => {
  test.setTimeout(120_000);
  const [me, other] = await partners({ enrolled, deviceOf });
  await neverAsked(other.context);
  await visit(other.page, '/calls');
  await visit(me.page, '/partners');

  await test.step('call', async () => {
    await enter(me.page, button(article(me.page, other.name), 'Call'));
    const dialog = me.page.getByRole('dialog', { name: `Call ${other.name}`, exact: true });
    await expectSomewhere(me.page, dialog);
    await enter(me.page, button(dialog, 'Start call'));
    await expectSomewhere(me.page, me.page.getByRole('dialog', { name: `Calling ${other.name}…`, exact: true }));
  });

  const { page } = other;
  await test.step('accept', async () => {
    const dialog = incoming(page, me.name);
    await expectSomewhere(page, dialog);
    await enter(page, button(dialog, 'Accept'));
    await expect(page).toHaveURL(roomAddress);
    await expect(heading(page, `Call with ${me.name}`)).toBeVisible();
    await expectSomewhere(page);
  });

  await test.step('try out the devices and join', async () => {
    const microphones = field(page, 'Microphone');
    await expect(microphones.locator('option')).not.toHaveCount(1);
    await go(page, microphones);
    await chooseAnother(page, microphones);
    await expectSomewhere(page);
    await enter(page, button(page, 'Join call'), 'Shift+Tab');
    await expect(button(page, 'Leave call')).toBeVisible();
    await expectSomewhere(page);
    await expect(button(me.page, 'Leave call'), 'the caller is there by themselves').toBeVisible();
    await expectSomewhere(me.page);
    await expectBothReceiving(page, me.page);
  });

  await test.step('other devices in the call', async () => {
    await enter(page, button(page, 'More'));
    await enter(page, button(page, 'Devices'));
    const dialog = page.getByRole('dialog', { name: 'Devices', exact: true });
    await expectSomewhere(page, dialog);
    await go(page, field(dialog, 'Microphone'));
    await chooseAnother(page, field(dialog, 'Microphone'));
    await expectSomewhere(page, dialog);
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(button(page, 'More')).toBeFocused();
  });

  await test.step('write', async () => {
    await enter(page, button(page, 'Chat'), 'Shift+Tab');
    await expect(chatField(page)).toBeFocused();
    await page.keyboard.type('Por la tarde');
    await page.keyboard.press('Enter');
    await expectLog(page, ['Por la tarde']);
    await expect(chatField(page)).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(chatField(page)).toBeHidden();
    await expect(button(page, 'Chat')).toBeFocused();
  });

  await test.step('leave, and say how it was', async () => {
    await enter(page, button(page, 'Leave call'));
    await expect(page).toHaveURL(summaryAddress);
    await expect(heading(page, 'Call summary')).toBeFocused();
    await expectEnded(me.page);
    await expectSomewhere(me.page);
    const stars = page.getByRole('radio', { name: /4 stars$/ });
    await go(page, page.getByRole('radio', { name: /1 star$/ }));
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expect(stars).toBeFocused();
    await expect(stars).toBeChecked();
    await enter(page, button(page, 'Save feedback'));
    await expect(page.getByRole('status').filter({ hasText: 'Feedback saved' })).toBeVisible();
    await expectSomewhere(page);
    await page.reload();
    await expect(stars, 'it is kept').toBeChecked();
  });
});
