import type { Locator, Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { test } from '../fixtures/mails';
import { button, expectNoSidewaysScroll, field, heading, hydrated, visit } from '../fixtures/page';
import { findPerson, sendRequest } from '../fixtures/partners';
import { describePerson, expectSignedIn, fillRegistration } from '../fixtures/people';
import { expect } from '../fixtures/test';

/** What somebody reads whose address is not confirmed. */
const notice = (page: Page): Locator => page.getByText('Confirm your email address to send requests, call and write.', { exact: false });

async function expectFit(page: Page): Promise<void> {
  await expectNoSidewaysScroll(page);
  await expectAccessible(page);
}

/** Opens a page, and waits for its scripts where it has them. */
async function show(page: Page, path: string, javaScriptEnabled: boolean): Promise<void> {
  await page.goto(path);
  if (javaScriptEnabled) {
    await hydrated(page);
  }
}

test('an address is confirmed by the link of a mail; what waits until then is said, and every page learns of it', async ({
  join,
  enrolled,
  mails,
  quiet,
}) => {
  // What is refused before, and the link that is used twice.
  quiet.allowStatus(409);
  const other = await enrolled({ speaks: 'English', learns: 'Spanish' });
  const me = await join({ as: { viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' } });
  await expect(notice(me.page)).toBeVisible();
  await expectFit(me.page);

  const card = await findPerson(me.page, other.name);
  await button(card, 'Send request').click();
  const dialog = me.page.getByRole('dialog', { name: `Request to ${other.name}`, exact: true });
  await button(dialog, 'Send').click();
  await expect(dialog.getByText('Confirm your email address first', { exact: false })).toBeVisible();

  const tab = await me.context.newPage();
  await visit(tab, '/');
  await expect(notice(tab)).toBeVisible();
  await expectFit(tab);
  const [link] = await mails.links('/verify-email', me.email, 1);
  await visit(me.page, link!);
  await expect(heading(me.page, 'Email verified')).toBeVisible();
  await expectFit(me.page);
  await expect(notice(tab), 'the other tab is told').toBeHidden();

  await visit(me.page, '/');
  await expect(heading(me.page, 'Home')).toBeVisible();
  await expect(notice(me.page)).toBeHidden();
  await sendRequest(me.page, other.name);

  await visit(me.page, link!);
  await expect(heading(me.page, 'This link no longer works')).toBeVisible();
  await me.page.getByRole('link', { name: 'Go to Home', exact: true }).click();
  await expect(heading(me.page, 'Home')).toBeVisible();
});

for (const javaScriptEnabled of [true, false]) {
  const how = `${javaScriptEnabled ? 'with' : 'without'} JavaScript`;

  test(`another mail can be had where the first did not come, ${how}`, async ({ open, mails, quiet }) => {
    quiet.allowStatus(409);
    const me = describePerson();
    const { page } = await open({ javaScriptEnabled });
    await show(page, '/register', javaScriptEnabled);
    await fillRegistration(page, me);
    await button(page, 'Create account').click();
    await expectSignedIn(page);
    await show(page, '/', javaScriptEnabled);
    await button(page, 'Send it again').click();
    await expect(page.getByRole('status').getByText('Another mail with a link is on its way.')).toBeVisible();
    const [first, second] = await mails.links('/verify-email', me.email, 2);
    expect(first).not.toBe(second);

    // Looking at the page uses nothing up: without scripts it has a button, and scripts press it.
    const confirm = async (link: string) => {
      await show(page, link, javaScriptEnabled);
      if (!javaScriptEnabled) {
        await expect(heading(page, 'Confirm your email address')).toBeVisible();
        await button(page, 'Confirm email address').click();
      }
    };
    await confirm(second!);
    await expect(heading(page, 'Email verified')).toBeVisible();
    await page.getByRole('main').getByRole('link', { name: 'Find partners', exact: true }).click();
    await expect(heading(page, 'Find partners')).toBeVisible();
    await expect(notice(page)).toBeHidden();
    await confirm(first!);
    await expect(heading(page, 'This link no longer works')).toBeVisible();
  });

  test(`from a forgotten password to signed in with another, ${how}`, async ({ enrolled, open, mails, quiet }) => {
    // What a page asks for in the moment in which its session ends; a link that is used twice; a password that is too short.
    quiet.allowStatus(401, 409, 422);
    const me = await enrolled();
    await visit(me.page, '/partners');
    const { page } = await open({ javaScriptEnabled, reducedMotion: 'reduce' });
    await show(page, '/login', javaScriptEnabled);
    await page.getByRole('link', { name: 'Forgot your password?', exact: true }).click();
    await expect(heading(page, 'Reset your password')).toBeVisible();
    await field(page, 'Email').fill(me.email);
    await button(page, 'Send reset link').click();
    await expect(page.getByRole('status').getByText('If there is an account with this address', { exact: false })).toBeVisible();

    const [link] = await mails.links('/reset-password', me.email, 1);
    const next = 'velvet-Quarry-9471';
    const set = async (password: string) => {
      await field(page, 'New password').fill(password);
      await button(page, 'Set new password').click();
    };
    await show(page, link!, javaScriptEnabled);
    await set('short');
    await expect(field(page, 'New password')).toHaveAccessibleDescription(/Use at least 10 characters/);
    if (javaScriptEnabled) {
      await expectFit(page);
    }
    await set(next);
    await expect(page.getByRole('status').getByText('Your new password is set.', { exact: false })).toBeVisible();
    await expect(heading(page, 'Log in')).toBeVisible();
    // Where they were signed in they are so no more.
    await expect(me.page).toHaveURL((url) => url.pathname === '/login' && url.searchParams.get('next') === '/partners');

    const logIn = async (password: string) => {
      await field(page, 'Email or username').fill(me.email);
      await field(page, 'Password').fill(password);
      await button(page, 'Log in').click();
    };
    if (javaScriptEnabled) {
      await hydrated(page);
    }
    await logIn(me.password);
    await expect(page.getByText('This name and this password do not go together', { exact: false }).first()).toBeVisible();
    await logIn(next);
    await expectSignedIn(page);
    // The mail has arrived, so the address is theirs.
    await show(page, '/', javaScriptEnabled);
    await expect(heading(page, 'Home')).toBeVisible();
    await expect(notice(page)).toBeHidden();

    await show(page, link!, javaScriptEnabled);
    await set('copper-Lantern-2208');
    await expect(page.getByText('The link has been used already', { exact: false })).toBeVisible();
    await page.getByRole('link', { name: 'Send another link', exact: true }).click();
    await expect(button(page, 'Send reset link')).toBeVisible();
    await show(page, '/', javaScriptEnabled);
    await expectSignedIn(page);
  });
}

test('where the browser itself was signed in, setting another password leads to the login page and says so', async ({
  enrolled,
  mails,
  quiet,
}) => {
  quiet.allowStatus(401);
  const { page, email } = await enrolled();
  await visit(page, '/forgot-password');
  await field(page, 'Email').fill(email);
  await button(page, 'Send reset link').click();
  const [link] = await mails.links('/reset-password', email, 1);
  await visit(page, link!);
  await field(page, 'New password').fill('velvet-Quarry-9471');
  await button(page, 'Set new password').click();
  await expect(page.getByRole('status').getByText('Your new password is set.', { exact: false })).toBeVisible();
  await expect(page).toHaveURL(/\/login\?password=set$/);
});

test('the pages are there in Spanish', async ({ open, enrolled, mails, quiet }) => {
  quiet.allowStatus(409);
  const me = await enrolled({ as: { locale: 'es-ES' } });
  await mails.links('/verify-email', me.email, 1);
  await visit(me.page, '/');
  await expect(me.page.getByText('Confirma tu dirección de correo para enviar solicitudes', { exact: false })).toBeVisible();
  const { page } = await open({ locale: 'es-ES' });
  await visit(page, '/forgot-password');
  await expect(heading(page, 'Cambia tu contraseña')).toBeVisible();
  await expect(button(page, 'Enviar enlace')).toBeVisible();
  await visit(page, '/verify-email?token=x');
  await expect(heading(page, 'Este enlace no está completo')).toBeVisible();
});
