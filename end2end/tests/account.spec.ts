import { expectAccessible } from '../fixtures/axe';
import { article, button, expectNoSidewaysScroll, field, heading, visit } from '../fixtures/page';
import { expectSignedIn, type Person } from '../fixtures/people';
import { expect, test } from '../fixtures/test';
import type { Page } from '@playwright/test';

const PHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';
const TABLET = 'Mozilla/5.0 (Android 15; Tablet; rv:140.0) Gecko/140.0 Firefox/140.0';

async function expectAtLogin(page: Page, next: string): Promise<void> {
  await expect(page).toHaveURL((url) => url.pathname === '/login' && url.searchParams.get('next') === next);
  await expect(heading(page, 'Log in')).toBeVisible();
}

async function logInAgain(page: Page, { name }: Person, password: string): Promise<void> {
  await field(page, 'Email or username').fill(name);
  await field(page, 'Password').fill(password);
  await button(page, 'Log in').click();
  await expectSignedIn(page);
}

test('a device is signed out from another one, and lands on the login page', async ({ join, deviceOf, quiet }) => {
  // What a page asks for in the moment in which its session ends.
  quiet.allowStatus(401);
  const me = await join();
  const { page: phone } = await deviceOf(me, { userAgent: PHONE });
  await visit(phone, '/partners');
  await visit(me.page, '/settings/account');
  await expect(me.page.getByText(me.email, { exact: true })).toBeVisible();
  await expect(me.page.getByRole('article')).toHaveCount(2);
  await expect(me.page.getByRole('article').filter({ hasText: 'This device' })).toHaveCount(1);
  const there = article(me.page, 'Safari, iPhone');
  await expect(there).toContainText('Active now');
  await expect(there).not.toContainText('This device');

  await button(there, 'Sign out').click();
  await expect(there).toHaveCount(0);
  await expect(me.page.getByText('You are signed out there.')).toBeVisible();
  await expect(button(me.page, 'Sign out everywhere else')).toBeHidden();
  await expectAtLogin(phone, '/partners');

  // Whoever comes back is back where they were, and in the list at once.
  await logInAgain(phone, me, me.password);
  await expect(phone).toHaveURL(/\/partners$/);
  await expect(article(me.page, 'Safari, iPhone')).toBeVisible();
});

test('everywhere else is signed out at once, and here is not', async ({ join, deviceOf, quiet }) => {
  quiet.allowStatus(401);
  const me = await join({ as: { viewport: { width: 390, height: 844 } } });
  const { page: phone } = await deviceOf(me, { userAgent: PHONE });
  const { page: tablet } = await deviceOf(me, { userAgent: TABLET });
  await visit(phone, '/calls?kind=missed');
  await visit(tablet, '/');
  await visit(me.page, '/settings/account');
  await expect(me.page.getByRole('article')).toHaveCount(3);
  await expectNoSidewaysScroll(me.page);
  await expectAccessible(me.page);
  await button(me.page, 'Sign out everywhere else').click();
  await expectAtLogin(phone, '/calls?kind=missed');
  await expectAtLogin(tablet, '/');
  await expect(me.page.getByRole('article')).toHaveCount(1);
  await me.page.reload();
  await expect(heading(me.page, 'Account')).toBeVisible();
});

test('devices are signed out without JavaScript', async ({ enrolled, open, deviceOf, quiet }) => {
  quiet.allowStatus(401);
  const me = await enrolled();
  const { page: phone } = await deviceOf(me, { userAgent: PHONE });
  const { page: tablet } = await deviceOf(me, { userAgent: TABLET });
  await visit(phone, '/partners');
  await visit(tablet, '/requests');
  const { page } = await open({ javaScriptEnabled: false, storageState: await me.context.storageState() });
  await page.goto('/settings/account');
  await expect(page.getByRole('article')).toHaveCount(3);
  await button(article(page, 'Safari, iPhone'), 'Sign out').click();
  await expect(page.getByText('You are signed out there.')).toBeVisible();
  await expect(article(page, 'Safari, iPhone')).toHaveCount(0);
  await expectAtLogin(phone, '/partners');
  await button(page, 'Sign out everywhere else').click();
  await expect(page.getByText('You are signed out everywhere else.')).toBeVisible();
  await expect(page.getByRole('article')).toHaveCount(1);
  await expectAtLogin(tablet, '/requests');
  await expectSignedIn(page);
});

for (const javaScriptEnabled of [true, false]) {
  test(`the password is changed ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async ({ join, open, deviceOf, quiet }) => {
    quiet.allowStatus(401);
    const me = await join();
    const { page: phone } = await deviceOf(me, { userAgent: PHONE });
    await visit(phone, '/partners');
    const { page } = javaScriptEnabled ? me : await open({ javaScriptEnabled, storageState: await me.context.storageState() });
    if (!javaScriptEnabled) {
      // Another browser with the same session, which has another cookie soon.
      await me.page.close();
    }
    await page.goto('/settings/account');
    const change = async (current: string, next: string) => {
      await field(page, 'Current password').fill(current);
      await field(page, 'New password').fill(next);
      await button(page, 'Change password').click();
    };
    const next = 'velvet-Quarry-9471';
    await change('not the password', 'short');
    await expect(field(page, 'Current password')).toHaveAccessibleDescription(/This is not your password/);
    await expect(field(page, 'New password')).toHaveAccessibleDescription(/Use at least 10 characters/);
    await expect(field(page, 'Current password')).toHaveValue('');
    await change(me.password, next);
    await expect(page.getByText('Your password is changed', { exact: false })).toBeVisible();
    await expectSignedIn(page);
    await expectAtLogin(phone, '/partners');
    await logInAgain(phone, me, next);
  });
}

test('the page is there in Spanish', async ({ join, deviceOf }) => {
  const me = await join();
  const { page } = await deviceOf(me, { locale: 'es-ES', userAgent: PHONE });
  await visit(page, '/settings/account');
  await expect(heading(page, 'Cuenta')).toBeVisible();
  await expect(field(page, 'Contraseña actual')).toBeVisible();
  await expect(article(page, 'Safari, iPhone')).toContainText('Este dispositivo');
  await expect(button(page, 'Cerrar sesión en todos los demás')).toBeVisible();
});
