import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { accountMenu, article, button, expectNoSidewaysScroll, field, heading, visit } from '../fixtures/page';
import { KeyDevice } from '../fixtures/passkeys';
import { expectSignedIn } from '../fixtures/people';
import { expect, test as base } from '../fixtures/test';

/** By its name: browsers keep passkeys from addresses of numbers. */
const test = base.extend({
  baseURL: async ({ server }, use) => use(server.url.replace('127.0.0.1', 'localhost')),
});

const ACCOUNT = '/settings/account';
/** Where a challenge comes from. */
const BEGIN = '/api/start_passkey_sign_in';
const CANCELLED = /^Your device was not unlocked/;

async function add(page: Page, name: string): Promise<void> {
  await field(page, 'Name of the new passkey').fill(name);
  await button(page, 'Add passkey').click();
}

async function added(page: Page, name: string): Promise<void> {
  await add(page, name);
  await expect(article(page, name)).toBeVisible();
}

async function logOut(page: Page): Promise<void> {
  await accountMenu(page);
  await button(page, 'Log out').click();
  await expect(page.getByRole('link', { name: 'Log in', exact: true }).first()).toBeVisible();
}

test('a passkey is added, signs in without a name, and is removed', async ({ enrolled, quiet }) => {
  quiet.allowStatus(409);
  const { page } = await enrolled({ as: { viewport: { width: 390, height: 844 } } });
  const device = await KeyDevice.in(page);
  await visit(page, ACCOUNT);
  await expect(field(page, 'Name of the new passkey')).toHaveValue(/Chrome/);
  await added(page, 'My laptop');
  await expect(page.getByText('Your passkey is added. From now on you can log in with it.')).toBeVisible();
  await expect(article(page, 'My laptop')).toContainText('Not used yet');
  expect(await device.keys()).toBe(1);
  await expectNoSidewaysScroll(page);
  await expectAccessible(page);

  await logOut(page);
  // Nobody is there yet to choose what the field offers.
  await device.setAttended(false);
  await visit(page, `/login?next=${encodeURIComponent(ACCOUNT)}`);
  await expect(field(page, 'Email or username')).toHaveAttribute('autocomplete', 'username webauthn');
  await expectNoSidewaysScroll(page);
  await expectAccessible(page);
  await device.setAttended(true);
  await button(page, 'Log in with a passkey').click();
  await expect(heading(page, 'Account')).toBeVisible();
  await expectSignedIn(page);
  await expect(article(page, 'My laptop')).toContainText('Last used: today');

  await button(article(page, 'My laptop'), 'Remove').click();
  await expect(page.getByText('The passkey is removed', { exact: false })).toBeVisible();
  await expect(article(page, 'My laptop')).toHaveCount(0);
  await logOut(page);
  await device.setAttended(false);
  await visit(page, '/login');
  await device.setAttended(true);
  await button(page, 'Log in with a passkey').click();
  await expect(page.getByText('This passkey does not open an account here.', { exact: false }).first()).toBeVisible();
  await expect(button(page, 'Log in with a passkey')).toBeEnabled();
});

test('the field for the name is filled in with a passkey', async ({ enrolled }) => {
  const { page } = await enrolled();
  await KeyDevice.in(page);
  await visit(page, ACCOUNT);
  await added(page, 'Laptop');
  await logOut(page);
  // Chromium's device chooses by itself what the field offers, maybe before the page is all there.
  await page.goto('/login?next=%2Fpartners', { waitUntil: 'commit' });
  await expect(heading(page, 'My partners')).toBeVisible();
  await expectSignedIn(page);
});

test('what is cancelled says so, keeps what was typed, and can be tried again', async ({ enrolled, quiet }) => {
  // A name that does not do.
  quiet.allowStatus(422);
  const { page } = await enrolled();
  const device = await KeyDevice.in(page);
  await visit(page, ACCOUNT);
  await device.setWilling(false);
  await add(page, 'Telephone');
  await expect(page.getByText(CANCELLED)).toBeVisible();
  await expect(field(page, 'Name of the new passkey')).toHaveValue('Telephone');
  await expect(article(page, 'Telephone')).toHaveCount(0);
  await device.setWilling(true);
  await added(page, 'Telephone');
  await expect(page.getByText(CANCELLED)).toHaveCount(0);
  // The same device keeps one for an account, and says so before anything is sent.
  await add(page, 'Again');
  await expect(page.getByText('This device has a passkey for your account already.')).toBeVisible();
  expect(await device.keys()).toBe(1);
  // A name that does not do is told beside its field, and the device is not asked.
  await add(page, '  ');
  await expect(field(page, 'Name of the new passkey')).toHaveAccessibleDescription(/Please fill this in/);

  await logOut(page);
  await device.setWilling(false);
  let begun = 0;
  page.on('requestfinished', (request) => (begun += Number(request.url().includes(BEGIN))));
  await visit(page, '/login');
  await expect.poll(() => begun, { message: 'the field offers passkeys' }).toBe(1);
  await button(page, 'Log in with a passkey').click();
  await expect(page.getByText(CANCELLED)).toBeVisible();
  await expect.poll(() => begun, { message: 'the button asked, and the field offers them again' }).toBe(3);
  await device.setAttended(false);
  await device.setWilling(true);
  // Whoever is there before the device is asked is seen by it: what waits for somebody does not look again.
  await page.route(`**${BEGIN}*`, async (route) => {
    await device.setAttended(true);
    await route.continue();
  });
  await button(page, 'Log in with a passkey').click();
  await expectSignedIn(page);
});

test('a passkey shows that its person is still there', async ({ enrolled }) => {
  const { page } = await enrolled();
  await KeyDevice.in(page);
  await visit(page, ACCOUNT);
  await added(page, 'Laptop');
  // As a quarter of an hour later: nobody waits for that here. What the passkey shows is real.
  const asked = { has_password: true, asks_code: false, has_passkeys: true, has_google: false, has_mail: false, go_on: null };
  await page.route('**/api/how_to_confirm?*', (route) => route.fulfill({ json: asked }));
  await page.evaluate(() => {
    const link = Object.assign(document.createElement('a'), { href: '/confirm?next=%2Fpartners', textContent: 'Confirm' });
    document.querySelector('main')?.append(link);
  });
  await page.getByRole('link', { name: 'Confirm', exact: true }).click();
  const before = (await page.context().cookies()).find(({ name }) => name === 'session')?.value;
  await button(page, 'Use a passkey').click();
  await expect(heading(page, 'My partners')).toBeVisible();
  await expectSignedIn(page);
  const after = (await page.context().cookies()).find(({ name }) => name === 'session')?.value;
  expect(after).not.toBe(before);
});

test('a passkey has another name, without JavaScript as well', async ({ enrolled, open }) => {
  const me = await enrolled();
  await KeyDevice.in(me.page);
  await visit(me.page, ACCOUNT);
  await added(me.page, 'Laptop');
  const { page } = await open({ javaScriptEnabled: false, storageState: await me.context.storageState() });
  const rename = async (from: string, to: string, within: Page) => {
    await article(within, from).getByText('Change the name').click();
    await field(article(within, from), 'Name').fill(to);
    await button(article(within, from), 'Rename').click();
    await expect(within.getByText('The passkey has its new name.')).toBeVisible();
    await expect(article(within, to)).toBeVisible();
  };
  await page.goto(ACCOUNT);
  await expect(page.getByText('Adding a passkey needs JavaScript.', { exact: false })).toBeVisible();
  await expect(button(page, 'Add passkey')).toBeHidden();
  await rename('Laptop', 'Old laptop', page);
  await visit(me.page, ACCOUNT);
  await rename('Old laptop', 'Older laptop', me.page);
  await page.goto(ACCOUNT);
  await button(article(page, 'Older laptop'), 'Remove').click();
  await expect(page.getByText('The passkey is removed', { exact: false })).toBeVisible();
  await expect(page.getByRole('article')).not.toHaveCount(0);
  const { page: stranger } = await open({ javaScriptEnabled: false });
  await stranger.goto('/login');
  await expect(button(stranger, 'Log in')).toBeVisible();
  await expect(button(stranger, 'Log in with a passkey')).toBeHidden();
});

test('where there can be no passkeys, the pages say so', async ({ enrolled, open, server }) => {
  const numbers = { baseURL: server.url };
  const me = await enrolled({ as: numbers });
  await visit(me.page, ACCOUNT);
  await expect(me.page.getByText('Passkeys need a name, e.g. http://localhost:', { exact: false })).toBeVisible();
  await expect(button(me.page, 'Add passkey')).toHaveCount(0);
  const { page } = await open(numbers);
  await visit(page, '/login');
  await expect(button(page, 'Log in with a passkey')).toHaveCount(0);
});

test('a browser that knows no passkeys says so', async ({ enrolled, open }) => {
  const me = await enrolled();
  const forget = () => Reflect.deleteProperty(window, 'PublicKeyCredential');
  await me.context.addInitScript(forget);
  await visit(me.page, ACCOUNT);
  await add(me.page, 'Laptop');
  await expect(me.page.getByText('This browser or device cannot use passkeys.', { exact: false })).toBeVisible();
  const { context, page } = await open();
  await context.addInitScript(forget);
  await visit(page, '/login');
  await button(page, 'Log in with a passkey').click();
  await expect(page.getByText('This browser or device cannot use passkeys.', { exact: false })).toBeVisible();
});
