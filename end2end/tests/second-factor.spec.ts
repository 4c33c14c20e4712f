import type { Page } from '@playwright/test';
import { expectAccessible as axeFindsNothing } from '../fixtures/axe';
import { accountMenu, button, expectNoSidewaysScroll, field, heading, hydrated, visit } from '../fixtures/page';
import { expectSignedIn, type Person } from '../fixtures/people';
import { expect, test } from '../fixtures/test';
import { totp } from '../fixtures/totp';

const PLACE = '/settings/account/second-factor';

async function expectAccessible(page: Page): Promise<void> {
  await expectNoSidewaysScroll(page);
  await axeFindsNothing(page);
}

/** The key that the page shows. */
async function keyOn(page: Page): Promise<string> {
  const key = await page.getByRole('definition').filter({ hasText: /^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/ }).textContent();
  return key as string;
}

async function codesOn(page: Page): Promise<string[]> {
  const list = page.getByRole('list', { name: 'Your recovery codes' }).getByRole('listitem');
  await expect(list).toHaveCount(10);
  return await list.allTextContents();
}

/** From the page "Account" to turned on; answers the key and the recovery codes. */
async function turnOn(page: Page): Promise<{ key: string; codes: string[] }> {
  await page.getByRole('link', { name: 'Set up', exact: true }).click();
  await expect(heading(page, 'Two-step sign-in')).toBeVisible();
  await button(page, 'Start set-up').click();
  await expect(page.getByRole('img', { name: 'QR code for your authenticator app', exact: false })).toBeVisible();
  const key = await keyOn(page);
  await expect(page.getByRole('link', { name: 'Open in your authenticator app', exact: true })).toHaveAttribute(
    'href',
    new RegExp(`^otpauth://totp/Speakle:.+secret=${key.replaceAll(' ', '')}&`),
  );
  await field(page, 'Code').fill('12 34');
  await button(page, 'Turn on').click();
  await expect(field(page, 'Code')).toHaveAccessibleDescription(/This code does not fit/);
  expect(await keyOn(page), 'a slip does not change the key').toBe(key);
  await field(page, 'Code').fill(totp(key));
  await button(page, 'Turn on').click();
  const codes = await codesOn(page);
  return { key, codes };
}

async function logOut(page: Page): Promise<void> {
  await accountMenu(page);
  await button(page, 'Log out').click();
  await expect(page.getByRole('link', { name: 'Log in', exact: true }).first()).toBeVisible();
}

/** Types name and password, and waits for the page that asks for the code. */
async function begin(page: Page, { name, password }: Person, path = '/login'): Promise<void> {
  await page.goto(path);
  await field(page, 'Email or username').fill(name);
  await field(page, 'Password').fill(password);
  await button(page, 'Log in').click();
  await expect(heading(page, 'Enter your code')).toBeVisible();
}

async function enter(page: Page, code: string): Promise<void> {
  await field(page, 'Code').fill(code);
  await button(page, 'Log in').click();
}

for (const javaScriptEnabled of [true, false]) {
  test(`two-step sign-in from set-up to off, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async ({ enrolled, open, quiet }) => {
    // A code that does not fit.
    quiet.allowStatus(422);
    const me = await enrolled({ as: { viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' } });
    const storageState = await me.context.storageState();
    const viewport = { width: 390, height: 844 };
    const { page } = javaScriptEnabled ? me : await open({ javaScriptEnabled, storageState, viewport });
    const ready = async () => (javaScriptEnabled ? hydrated(page) : undefined);
    await page.goto('/settings/account');
    await ready();
    const { key, codes } = await turnOn(page);
    await ready();
    if (javaScriptEnabled) {
      await expectAccessible(page);
      await expect(button(page, 'Print')).toBeVisible();
    } else {
      await expect(button(page, 'Copy codes')).toHaveCount(0);
    }
    await button(page, 'I have kept them').click();
    await expect(page.getByText('10 recovery codes are left.')).toBeVisible();
    await expect(page.getByText(codes[0]!)).toHaveCount(0);

    await ready();
    await logOut(page);
    await begin(page, me, '/login?next=%2Fpartners');
    await ready();
    if (javaScriptEnabled) {
      await expectAccessible(page);
    }
    await enter(page, '000 00x');
    await expect(field(page, 'Code')).toHaveAccessibleDescription(/This code does not fit/);
    // The one after that with which it was turned on: each works once.
    await enter(page, totp(key, 1));
    await expect(page).toHaveURL(/\/partners$/);
    await expectSignedIn(page);

    await ready();
    await logOut(page);
    await begin(page, me);
    await ready();
    await enter(page, codes[4]!.toUpperCase());
    await expectSignedIn(page);
    await page.goto('/settings/account');
    await page.getByRole('link', { name: 'Manage', exact: true }).click();
    await expect(page.getByText('9 recovery codes are left.')).toBeVisible();
    await ready();
    await button(page, 'Make new recovery codes').click();
    expect(await codesOn(page)).not.toEqual(expect.arrayContaining([codes[0]]));
    await ready();
    await button(page, 'I have kept them').click();
    await button(page, 'Turn off').click();
    await expect(button(page, 'Start set-up')).toBeVisible();

    await ready();
    await logOut(page);
    await page.goto('/login');
    await ready();
    await field(page, 'Email or username').fill(me.name);
    await field(page, 'Password').fill(me.password);
    await button(page, 'Log in').click();
    await expectSignedIn(page);
  });
}

test('recovery codes are copied, and a device that is signed in elsewhere is signed out', async ({ enrolled, deviceOf, quiet }) => {
  quiet.allowStatus(401, 422);
  const me = await enrolled();
  await me.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const { page: phone } = await deviceOf(me);
  await visit(phone, '/partners');
  await visit(me.page, '/settings/account');
  const { codes } = await turnOn(me.page);
  await expect(phone).toHaveURL((url) => url.pathname === '/login');
  await hydrated(me.page);
  await button(me.page, 'Copy codes').click();
  await expect(me.page.getByText('Copied.')).toBeVisible();
  expect(await me.page.evaluate(() => navigator.clipboard.readText())).toBe(codes.join('\n'));
  // A page that was loaded again before shows them still.
  await me.page.reload();
  expect(await codesOn(me.page)).toEqual(codes);
});

test('five codes that do not fit lead back to the login page', async ({ enrolled, open, quiet }) => {
  quiet.allowStatus(422);
  const me = await enrolled();
  await visit(me.page, '/settings/account');
  const { key, codes } = await turnOn(me.page);
  const { page } = await open();
  await begin(page, me, '/login?next=%2Fcalls');
  await hydrated(page);
  for (let number = 1; number < 5; number++) {
    // Of ten years ago.
    const answered = page.waitForResponse('**/api/enter_code');
    await enter(page, totp(key, -10_512_000 - number));
    expect((await answered).status()).toBe(422);
    await expect(field(page, 'Code')).toHaveAccessibleDescription(/This code does not fit/);
    await expect(button(page, 'Log in')).not.toHaveAttribute('aria-busy', 'true');
  }
  await enter(page, 'zzzzz-zzzzz');
  await expect(page.getByText('Five codes did not fit.', { exact: false })).toBeVisible();
  await expect(page).toHaveURL((url) => url.pathname === '/login' && url.searchParams.get('next') === '/calls');
  await begin(page, me, page.url());
  await hydrated(page);
  await enter(page, codes[0]!);
  await expect(page).toHaveURL(/\/calls$/);
});

test('without a sign-in that waits the page shows the way to one', async ({ open }) => {
  const { page } = await open();
  await visit(page, '/login/code?next=%2Frequests');
  await expect(heading(page, 'Enter your code')).toBeVisible();
  await expect(page.getByText('No sign-in waits for a code.', { exact: false })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('main').getByRole('link', { name: 'Log in', exact: true }).click();
  await expect(page).toHaveURL((url) => url.pathname === '/login' && url.searchParams.get('next') === '/requests');
});

test('the pages are there in Spanish', async ({ enrolled }) => {
  const { page } = await enrolled({ as: { locale: 'es-ES' } });
  await visit(page, PLACE);
  await expect(heading(page, 'Inicio de sesión en dos pasos')).toBeVisible();
  await button(page, 'Empezar').click();
  await expect(button(page, 'Activar')).toBeVisible();
  await expect(field(page, 'Código')).toBeVisible();
});
