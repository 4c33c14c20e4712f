import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { button, choose, expectNoSidewaysScroll, field, visit } from '../fixtures/page';
import { describePerson } from '../fixtures/people';
import { expect, test } from '../fixtures/test';

const PAGE = '/settings/profile';
const hour = (page: Page, name: string) => page.getByRole('checkbox', { name, exact: true });

async function save(page: Page): Promise<void> {
  await button(page, 'Save profile').click();
  await expect(page.getByRole('status').getByText('Profile saved')).toBeVisible();
}

test('what is said of the exchange stands in the form and on the profile', async ({ enrolled }) => {
  const me = await enrolled();
  const other = await enrolled({ speaks: 'English', learns: 'Spanish' });
  await visit(me.page, PAGE);
  await field(me.page, 'What to talk about').fill('Football and food');
  await field(me.page, 'Conversation').check();
  await field(me.page, 'Travel').check();
  await field(me.page, 'Corrections').selectOption({ label: 'At the end of the talk' });
  await choose(field(me.page, 'Country'), 'Spain');
  await field(me.page, 'Year of birth').selectOption('1990');
  await save(me.page);

  await expect(field(me.page, 'What to talk about')).toHaveValue('Football and food');
  await expect(field(me.page, 'Conversation')).toBeChecked();
  await expect(field(me.page, 'Writing')).not.toBeChecked();
  await expect(field(me.page, 'Year of birth')).toHaveValue('1990');
  await visit(other.page, `/people/${me.name}`);
  const main = other.page.getByRole('main');
  await expect(main).toContainText('Football and food');
  await expect(main).toContainText(/Learns for:\s*conversation, travel/);
  await expect(main).toContainText(/Corrections:\s*at the end of the talk/);
  await expect(main).toContainText(/Lives in:\s*Spain/);
  await expect(main, 'not without consent').not.toContainText('1990');

  await field(me.page, 'Show my year of birth on my profile').check();
  await save(me.page);
  await visit(other.page, `/people/${me.name}`);
  await expect(other.page.getByRole('main')).toContainText(/Born in:\s*1990/);
});

test('the hours of the week are ticked by keyboard', async ({ enrolled }) => {
  const { page } = await enrolled();
  await visit(page, PAGE);
  await hour(page, 'Monday, 18:00').focus();
  await page.keyboard.press('Space');
  // With Shift the next ones become as this one is.
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('ArrowUp');
  await expect(hour(page, 'Tuesday, 18:00')).toBeFocused();
  await expect(hour(page, 'Tuesday, 18:00')).not.toBeChecked();
  // The whole week is one stop of the Tab key.
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).not.toBe('hours[]');
  await page.keyboard.press('Shift+Tab');
  await expect(hour(page, 'Tuesday, 18:00')).toBeFocused();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowRight');
  await expect(hour(page, 'Sunday, 18:00'), 'there is nothing after Sunday').toBeFocused();
  await save(page);
  const ticked = page.locator('input[name="hours[]"]:checked');
  await expect(ticked).toHaveCount(3);
  for (const name of ['Monday, 18:00', 'Monday, 19:00', 'Tuesday, 19:00']) {
    await expect(hour(page, name), name).toBeChecked();
  }
});

test('hours in common are shown by the reader’s own clock', async ({ enrolled }) => {
  const me = await enrolled({ as: { timezoneId: 'Asia/Tokyo' } });
  const other = await enrolled({ speaks: 'English', learns: 'Spanish', as: { timezoneId: 'America/Bogota' } });
  for (const [page, zone, name] of [
    [me.page, 'Asia/Tokyo', 'Tuesday, 04:00'],
    [other.page, 'America/Bogota', 'Monday, 14:00'],
  ] as const) {
    await visit(page, PAGE);
    await field(page, 'Time zone').selectOption(zone);
    await hour(page, name).check({ force: true });
    await save(page);
  }
  await visit(me.page, `/people/${other.name}`);
  await expect(me.page.getByText('1 hour in the coming week')).toBeVisible();
  await expect(me.page.getByText('Tuesday: 04:00–05:00')).toBeVisible();
  await visit(other.page, `/people/${me.name}`);
  await expect(other.page.getByText('Monday: 14:00–15:00')).toBeVisible();
});

test('the meter grows and leads to what helps next', async ({ enrolled }) => {
  const { page } = await enrolled();
  await visit(page, PAGE);
  await expect(page.getByRole('meter', { name: 'Your profile is 20 % complete' })).toBeVisible();
  await page.getByRole('link', { name: /^Add your interests/ }).click();
  await expect(page).toHaveURL(/#interests$/);
  await field(page, 'Interests').fill('cooking');
  await save(page);
  await expect(page.getByRole('meter', { name: 'Your profile is 35 % complete' })).toBeVisible();
  await expect(page.getByRole('link', { name: /^Say when you have time/ })).toBeVisible();
});

test('it all works without JavaScript', async ({ open, enrolled }) => {
  const person = describePerson();
  const { page } = await open({ javaScriptEnabled: false });
  await page.goto('/register');
  await field(page, 'Email').fill(person.email);
  await field(page, 'Username').fill(person.name);
  await field(page, 'Password').fill(person.password);
  await choose(field(page, 'I speak'), person.speaks);
  await choose(field(page, 'I am learning'), person.learns);
  await choose(field(page, 'My level'), person.level);
  await button(page, 'Create account').click();

  await page.goto(PAGE);
  await field(page, 'Work').check();
  await hour(page, 'Saturday, 09:00').focus();
  await page.keyboard.press('Space');
  await field(page, 'Display name').fill('');
  await button(page, 'Save profile').click();
  await expect(hour(page, 'Saturday, 09:00'), 'a failed form keeps what was ticked').toBeChecked();
  await field(page, 'Display name').fill('Zoë');
  await button(page, 'Save profile').click();
  await expect(hour(page, 'Saturday, 09:00')).toBeChecked();
  await expect(field(page, 'Work')).toBeChecked();

  const other = await enrolled({ speaks: 'English', learns: 'Spanish' });
  await visit(other.page, `/people/${person.name}`);
  await expect(other.page.getByRole('main')).toContainText(/Learns for:\s*work/);
});

for (const width of [390, 1280]) {
  test(`the form is accessible and fits at ${width} pixels`, async ({ enrolled }) => {
    const { page } = await enrolled({ as: { viewport: { width, height: 844 } } });
    await visit(page, PAGE);
    await hour(page, 'Sunday, 23:00').scrollIntoViewIfNeeded();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
  });
}
