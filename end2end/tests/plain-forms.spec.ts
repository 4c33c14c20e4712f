import type { Page } from '@playwright/test';
import { accountMenu, article, button, choose, field, heading, submitFormOf, visit } from '../fixtures/page';
import { sendRequest } from '../fixtures/partners';
import { type Account, describePerson, expectSignedIn, fillRegistration } from '../fixtures/people';
import { expect, test } from '../fixtures/test';

// Everything but the live parts, without a line of JavaScript.
const plain = { javaScriptEnabled: false } as const;

async function registerPlainly(page: Page, person: Account): Promise<void> {
  await page.goto('/register');
  await fillRegistration(page, person);
  await button(page, 'Create account').click();
  await expectSignedIn(page);
}

async function searchFor(page: Page, name: string): Promise<void> {
  await page.goto('/partners/find');
  await field(page, 'Search by name').fill(name);
  await field(page, 'Search by name').press('Enter');
  await expect(article(page, name)).toBeVisible();
}

async function ask(page: Page, name: string, message: string): Promise<void> {
  await searchFor(page, name);
  await button(article(page, name), 'Send request').click();
  await expect(heading(page, `Request to ${name}`)).toBeVisible();
  await field(page, 'Message (optional)').fill(message);
  await button(page, 'Send').click();
  await page.goto('/requests');
  await expect(button(article(page, name), 'Cancel request')).toBeVisible();
}

test('register, log out, log in', async ({ open }) => {
  const { page } = await open(plain);
  const person = describePerson();
  await registerPlainly(page, person);

  await accountMenu(page);
  await button(page, 'Log out').click();
  await expect(page.getByRole('link', { name: 'Log in', exact: true }).first()).toBeVisible();
  await page.goto('/settings/profile');
  await expect(page).toHaveURL((url) => url.pathname === '/login' && url.searchParams.get('next') === '/settings/profile');

  await field(page, 'Email or username').fill(person.email);
  await field(page, 'Password').fill(person.password);
  await button(page, 'Log in').click();
  await expect(page, 'back to where they wanted to go').toHaveURL(/\/settings\/profile$/);
  await expect(heading(page, 'Edit profile')).toBeVisible();
});

test('who makes an account on the way somewhere gets there', async ({ join, open }) => {
  const other = await join({ speaks: 'English', learns: 'Spanish' });
  const { page } = await open(plain);
  await page.goto(`/people/${other.name}`);
  await page.getByRole('link', { name: 'Log in to send a request', exact: true }).click();
  // The way to the other form keeps where one wanted to go.
  await page.getByRole('main').getByRole('link', { name: 'Create account', exact: true }).click();
  await expect(heading(page, 'Create your account')).toBeVisible();
  // So does a form that comes back.
  await button(page, 'Create account').click();
  await expect(field(page, 'Email')).toHaveAttribute('aria-invalid', 'true');
  await fillRegistration(page, describePerson());
  await button(page, 'Create account').click();
  await expect(page).toHaveURL(new RegExp(`/people/${other.name}$`));
  await expect(button(page, 'Send request')).toBeVisible();
});

test('the number of requests that wait stands in the navigation', async ({ join, open }) => {
  const me = await join();
  const other = await join({ speaks: 'English', learns: 'Spanish' });
  const { page } = await open({ ...plain, storageState: await me.context.storageState() });
  const requests = page.getByRole('link', { name: 'Requests', exact: true }).first();
  await page.goto('/partners');
  await expect(requests).toHaveAccessibleDescription('');
  await sendRequest(other.page, me.name);
  await page.goto('/partners');
  await expect(requests).toHaveAccessibleDescription('1 waiting for your answer');
  await expect(requests.getByText('1', { exact: true })).toBeVisible();
});

test('parting: the button leads to a page with the same words', async ({ paired, open }) => {
  const [me, other] = await paired();
  const { page } = await open({ ...plain, storageState: await me.context.storageState() });
  await page.goto('/partners');
  await button(article(page, other.name), 'End partnership').click();
  await expect(heading(page, `End partnership with ${other.name}?`)).toBeVisible();
  await page.getByRole('link', { name: 'Stay partners', exact: true }).click();
  await expect(heading(page, other.name)).toBeVisible();
  await button(page, 'End partnership').click();
  await expect(heading(page, `End partnership with ${other.name}?`)).toBeVisible();
  await button(page, 'End partnership').click();
  await expect(heading(page, 'My partners')).toBeVisible();
  await expect(article(page, other.name)).toBeHidden();
});

test('calling: the page says what it needs, and nothing on it pretends to work', async ({ paired, open }) => {
  const [me, other] = await paired();
  const { page } = await open({ ...plain, storageState: await me.context.storageState() });
  await page.goto('/partners');
  await button(article(page, other.name), 'Call').click();
  await expect(heading(page, `Call ${other.name}`)).toBeVisible();
  await expect(page.getByText('Calls need JavaScript', { exact: false })).toBeVisible();
  await expect(button(page, 'Start call')).toBeDisabled();
  await page.getByRole('link', { name: 'Back without calling', exact: true }).click();
  await expect(heading(page, other.name)).toBeVisible();

  // With scripts the same page works.
  await visit(me.page, `/partners/${other.name}/call`);
  await expect(me.page.getByText('Calls need JavaScript', { exact: false })).toBeHidden();
  await expect(button(me.page, 'Start call')).toBeEnabled();
});

test('`next` never leaves the site', async ({ open }) => {
  const { page } = await open(plain);
  const person = describePerson();
  await registerPlainly(page, person);
  const home = new URL(page.url()).origin;
  for (const next of ['https://evil.example/', '//evil.example/', '/\\evil.example', 'javascript:alert(1)']) {
    await page.context().clearCookies();
    const another = describePerson();
    await page.goto(`/register?next=${encodeURIComponent(next)}`);
    await fillRegistration(page, another);
    await button(page, 'Create account').click();
    await expectSignedIn(page);
    expect(new URL(page.url()).origin, next).toBe(home);

    await page.context().clearCookies();
    await page.goto(`/login?next=${encodeURIComponent(next)}`);
    await field(page, 'Email or username').fill(person.name);
    await field(page, 'Password').fill(person.password);
    await button(page, 'Log in').click();
    await expectSignedIn(page);
    expect(new URL(page.url()).origin, next).toBe(home);
  }
});

test('a wrong password keeps what was typed and says what is wrong, once', async ({ open }) => {
  const { page } = await open(plain);
  const person = describePerson();
  await registerPlainly(page, person);
  await page.context().clearCookies();

  await page.goto('/login');
  await field(page, 'Email or username').fill(person.name);
  await field(page, 'Password').fill('not the password');
  await button(page, 'Log in').click();
  const words = page.getByText('This name and this password do not go together', { exact: false });
  await expect(words.first()).toBeVisible();
  await expect(field(page, 'Email or username')).toHaveValue(person.name);
  await expect(field(page, 'Password')).toHaveValue('');

  await page.goto('/login');
  await expect(words, 'the error is shown once').toHaveCount(0);
});

test('an unknown person gets the same words as a wrong password', async ({ open }) => {
  const { page } = await open(plain);
  await page.goto('/login');
  await field(page, 'Email or username').fill('nobody_of_this_name');
  await field(page, 'Password').fill('not the password');
  await button(page, 'Log in').click();
  await expect(page.getByText('This name and this password do not go together', { exact: false }).first()).toBeVisible();
});

test('registering with a taken name or a weak password says so beside the field', async ({ open }) => {
  const { page } = await open(plain);
  const taken = describePerson();
  await registerPlainly(page, taken);
  await page.context().clearCookies();

  const person = describePerson();
  await page.goto('/register');
  await fillRegistration(page, { ...person, name: taken.name, password: 'password12' });
  await button(page, 'Create account').click();
  await expect(heading(page, 'Create your account')).toBeVisible();
  for (const name of ['Username', 'Password']) {
    await expect(field(page, name), `${name} is marked`).toHaveAttribute('aria-invalid', 'true');
    await expect(field(page, name), `${name} says why`).toHaveAccessibleDescription(/\w+ \w+/);
  }
  await expect(field(page, 'Email')).toHaveValue(person.email);
  await expect(field(page, 'Username')).toHaveValue(taken.name);
  await expect(field(page, 'Password')).toHaveValue('');
  await expect(field(page, 'I speak').locator('option:checked')).toHaveText(/^\s*Spanish/);
  await expect(field(page, 'My level').locator('option:checked')).toHaveText(/^\s*B1/);
});

test('edit the profile', async ({ open }) => {
  const { page } = await open(plain);
  await registerPlainly(page, describePerson());
  await page.goto('/settings/profile');
  await field(page, 'Display name').fill('Zoë of the Harbour');
  await field(page, 'Bio').fill('I like boats & bread.');

  const rows = await field(page, 'Language').count();
  await button(page, 'Add language').click();
  await expect(field(page, 'Language')).toHaveCount(rows + 1);
  await expect(field(page, 'Bio'), 'adding a row keeps what was typed').toHaveValue('I like boats & bread.');
  await choose(field(page, 'Language').last(), 'Italian');
  await choose(field(page, 'Role').last(), 'Learning');
  await choose(field(page, 'Level').last(), 'A2');
  await button(page, 'Save profile').click();

  await page.goto('/settings/profile');
  await expect(field(page, 'Display name')).toHaveValue('Zoë of the Harbour');
  await expect(field(page, 'Bio')).toHaveValue('I like boats & bread.');
  await expect(page.locator('option:checked', { hasText: /^\s*Italian/ })).toHaveCount(1);
});

test('find, ask, accept', async ({ open }) => {
  const one = { ...(await open(plain)), ...describePerson() };
  const other = { ...(await open(plain)), ...describePerson({ speaks: 'English', learns: 'Spanish' }) };
  await registerPlainly(one.page, one);
  await registerPlainly(other.page, other);

  await one.page.goto('/partners/find');
  await choose(field(one.page, 'Language they speak'), 'English');
  await choose(field(one.page, 'Language they learn'), 'Spanish');
  await field(one.page, 'Search by name').fill(other.name);
  await field(one.page, 'Search by name').press('Enter');
  await expect(article(one.page, other.name)).toBeVisible();

  await ask(one.page, other.name, 'Tea & talk?');
  await other.page.goto('/requests');
  await expect(article(other.page, one.name)).toContainText('Tea & talk?');
  await button(article(other.page, one.name), 'Accept').click();
  await expect(article(other.page, one.name)).toBeHidden();
  for (const [me, them] of [
    [one, other],
    [other, one],
  ] as const) {
    await me.page.goto('/partners');
    await expect(article(me.page, them.name)).toBeVisible();
  }
});

test('decline and cancel', async ({ open }) => {
  const one = { ...(await open(plain)), ...describePerson() };
  const other = { ...(await open(plain)), ...describePerson({ speaks: 'English', learns: 'Spanish' }) };
  await registerPlainly(one.page, one);
  await registerPlainly(other.page, other);

  await ask(one.page, other.name, 'First');
  await button(article(one.page, other.name), 'Cancel request').click();
  await expect(article(one.page, other.name)).toBeHidden();

  await ask(one.page, other.name, 'Second');
  await other.page.goto('/requests');
  await button(article(other.page, one.name), 'Decline').click();
  await expect(article(other.page, one.name)).toBeHidden();
  await one.page.goto('/requests');
  await expect(article(one.page, other.name)).toBeHidden();
});

test('appearance', async ({ open }) => {
  const { page } = await open(plain);
  await registerPlainly(page, describePerson());
  await page.goto('/settings/appearance');
  await choose(field(page, 'Theme'), 'Dark');
  await submitFormOf(field(page, 'Theme'));
  await page.goto('/');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});
