import { accountMenu, button, field, heading, visit } from '../fixtures/page';
import { describePerson, fillRegistration, logIn } from '../fixtures/people';
import { expect, test } from '../fixtures/test';

// With JavaScript; plain-forms.spec.ts does the same without.

test('a wrong password says so without a page load, and keeps what was typed', async ({ join, open, quiet }) => {
  // The answer of a refused server function is not a success, and Chromium reports it.
  quiet.allowStatus(400, 401, 422);
  const person = await join();
  const { page } = await open();
  await visit(page, '/login');
  await page.evaluate(() => document.documentElement.setAttribute('data-same-page', ''));
  await field(page, 'Email or username').fill(person.name);
  await field(page, 'Password').fill('not the password');
  await button(page, 'Log in').click();
  await expect(page.getByText('This name and this password do not go together', { exact: false }).first()).toBeVisible();
  await expect(field(page, 'Email or username')).toHaveValue(person.name);
  await expect(page.locator('html[data-same-page]')).toBeAttached();

  await field(page, 'Password').fill(person.password);
  await button(page, 'Log in').click();
  await expect(button(page, 'Account menu')).toBeVisible();
});

test('registering shows each problem beside its field', async ({ join, open, quiet }) => {
  quiet.allowStatus(400, 409, 422);
  const taken = await join();
  const { page } = await open();
  await visit(page, '/register');
  await fillRegistration(page, { ...describePerson(), name: taken.name, email: taken.email, password: 'password12' });
  await button(page, 'Create account').click();
  for (const name of ['Email', 'Username', 'Password']) {
    await expect(field(page, name), `${name} is marked`).toHaveAttribute('aria-invalid', 'true');
    await expect(field(page, name), `${name} says why`).toHaveAccessibleDescription(/\w+ \w+/);
  }
  await expect(field(page, 'Username')).toHaveValue(taken.name);
  await expect(heading(page, 'Create your account')).toBeVisible();
});

test('log in by e-mail address or by username, in any case', async ({ join, open }) => {
  const person = await join();
  for (const who of [person.name, person.email, person.email.toUpperCase(), person.name.toUpperCase()]) {
    const { page } = await open();
    await logIn(page, who, person.password);
  }
});

test('the account menu is reached and left by keyboard', async ({ join }) => {
  const { page } = await join();
  await button(page, 'Account menu').focus();
  await page.keyboard.press('Enter');
  await expect(button(page, 'Log out')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(button(page, 'Log out')).toBeHidden();
  await expect(button(page, 'Account menu')).toBeFocused();
});

test('logging out ends the session for good', async ({ join }) => {
  const { context, page } = await join();
  const cookies = await context.cookies();
  await visit(page, '/partners');
  await accountMenu(page);
  await button(page, 'Log out').click();
  await expect(page.getByRole('link', { name: 'Log in', exact: true }).first()).toBeVisible();
  // The old cookie is worth nothing any more.
  await context.addCookies(cookies);
  await page.goto('/partners');
  await expect(page).toHaveURL(/\/login\?next=/);
});
