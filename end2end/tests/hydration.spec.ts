import type { Page } from '@playwright/test';
import { button, choose, field, heading, hydrated } from '../fixtures/page';
import { describePerson, expectSignedIn, fillRegistration } from '../fixtures/people';
import { expect, test } from '../fixtures/test';

/** Holds back the WebAssembly until the returned function is called: a page on a slow line. */
async function holdWasm(page: Page): Promise<() => void> {
  let release = () => {};
  const gate = new Promise<void>((open) => (release = open));
  await page.route('**/*.wasm', async (route) => {
    await gate;
    await route.continue();
  });
  return release;
}

test('what is typed and chosen before hydration is kept', async ({ open }) => {
  const { page } = await open();
  const person = describePerson({ speaks: 'Italian', learns: 'Portuguese', level: 'C1' });
  const release = await holdWasm(page);
  await page.goto('/register', { waitUntil: 'domcontentloaded' });
  await fillRegistration(page, person);
  release();
  await hydrated(page);

  await expect(field(page, 'Email')).toHaveValue(person.email);
  await expect(field(page, 'Username')).toHaveValue(person.name);
  await expect(field(page, 'Password')).toHaveValue(person.password);
  await expect(field(page, 'I speak').locator('option:checked')).toHaveText(/^\s*Italian/);
  await expect(field(page, 'I am learning').locator('option:checked')).toHaveText(/^\s*Portuguese/);
  await expect(field(page, 'My level').locator('option:checked')).toHaveText(/^\s*C1/);
  await button(page, 'Create account').click();
  await expectSignedIn(page);
});

test('what is typed into a filled form before hydration is kept', async ({ join }) => {
  const { page } = await join();
  const release = await holdWasm(page);
  await page.goto('/settings/profile', { waitUntil: 'domcontentloaded' });
  await field(page, 'Display name').fill('Typed early');
  await field(page, 'Bio').fill('So was this.');
  await choose(field(page, 'Level').last(), 'C2');
  release();
  await hydrated(page);
  await expect(field(page, 'Display name')).toHaveValue('Typed early');
  await expect(field(page, 'Bio')).toHaveValue('So was this.');
  await expect(field(page, 'Level').last().locator('option:checked')).toHaveText(/^\s*C2/);
});

test('what is pressed before hydration acts as the plain form', async ({ join, open }) => {
  const person = await join();
  const { page } = await open();
  const release = await holdWasm(page);
  await page.goto('/login', { waitUntil: 'domcontentloaded' });
  await field(page, 'Email or username').fill(person.name);
  await field(page, 'Password').fill('not the password');
  await button(page, 'Log in').click();
  await expect(page.getByText('This name and this password do not go together', { exact: false }).first()).toBeVisible();
  await expect(field(page, 'Email or username')).toHaveValue(person.name);
  release();
  await hydrated(page);
  await expect(field(page, 'Email or username'), 'hydration keeps what came back').toHaveValue(person.name);
  await field(page, 'Password').fill(person.password);
  await button(page, 'Log in').click();
  await expectSignedIn(page);
});

test('the page is complete before any script runs', async ({ open }) => {
  const { page } = await open();
  const release = await holdWasm(page);
  await page.goto('/register', { waitUntil: 'domcontentloaded' });
  await expect(heading(page, 'Create your account')).toBeVisible();
  await expect(button(page, 'Create account')).toBeVisible();
  await expect(page.locator('html[data-hydrated]')).toHaveCount(0);
  release();
  await hydrated(page);
});

// That nothing moves on hydration is looked at on every page: pages.spec.ts.
