import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { ask, pairUp } from '../fixtures/http';
import { article, button, expectNoSidewaysScroll, field, heading, hydrated, visit } from '../fixtures/page';
import { expectSignedIn, type Person } from '../fixtures/people';
import { expect, test } from '../fixtures/test';
import { unzip } from '../fixtures/unzip';

const PHONE = { width: 390, height: 844 };

async function logInAsLeaver(page: Page, { name, password }: Person): Promise<void> {
  await visit(page, '/login');
  await field(page, 'Email or username').fill(name);
  await field(page, 'Password').fill(password);
  await button(page, 'Log in').click();
  await expect(heading(page, 'Your account will be deleted')).toBeVisible();
  await expect(page).toHaveURL(/\/settings\/account\/deletion$/);
}

async function askToBeDeleted({ name, page }: Person): Promise<void> {
  await visit(page, '/settings/account');
  await page.getByRole('link', { name: 'Delete your account…' }).click();
  await expect(heading(page, 'Delete your account')).toBeVisible();
  await field(page, 'Your username').fill(name);
  await button(page, 'Delete my account').click();
  await expect(page.getByText('You are signed out, and your account will be deleted in 14 days.', { exact: false })).toBeVisible();
  await expect(heading(page, 'Log in')).toBeVisible();
}

test('what is mine is made into a file while I go on, and I hear of it and fetch it', async ({ join, enrolled }) => {
  const [me, other] = [await join(), await enrolled()];
  await ask(me, other, 'I would like to talk about lighthouses');
  const { page } = me;
  await visit(page, '/settings/account');
  await button(page, 'Download my data').click();
  // The button goes, and the keyboard is where it is said how it stands.
  await expect(page.getByRole('region', { name: 'Your data' }).getByRole('status')).toBeFocused();
  // Whichever it is by the time that somebody looks: it may be ready at once.
  const download = page.getByRole('link', { name: /^Download the file/ });
  await expect(download).toBeVisible({ timeout: 20_000 });
  await expectAccessible(page);
  await visit(page, '/notifications');
  await expect(page.getByRole('link', { name: 'Your data is ready to download' }).or(button(page, 'Your data is ready to download'))).toBeVisible();

  await visit(page, '/settings/account');
  const fetched = page.waitForEvent('download');
  await download.click();
  const file = await fetched;
  expect(file.suggestedFilename()).toMatch(/^speakle-\d{4}-\d{2}-\d{2}\.zip$/);
  const files = unzip(await readFile(await file.path()));
  const text = (name: string): string => files.get(name)?.toString('utf8') ?? '';
  expect(text('README.txt')).toContain('Your data at Speakle');
  expect(JSON.parse(text('account.json'))).toMatchObject({ username: me.name, email: me.email, has_password: true });
  expect(JSON.parse(text('requests.json'))).toMatchObject([{ with: other.name, message: 'I would like to talk about lighthouses', sent_by_me: true }]);
  const all = [...files.values()].map((content) => content.toString('utf8')).join('\n');
  expect(all).not.toContain('$argon2');
  expect(all).not.toContain(other.email);
  // The page is where it was.
  await expect(heading(page, 'Account')).toBeVisible();
});

test('the file is asked for and fetched without JavaScript', async ({ enrolled, open }) => {
  const me = await enrolled();
  const { page } = await open({ javaScriptEnabled: false, storageState: await me.context.storageState() });
  await page.goto('/settings/account');
  await button(page, 'Download my data').click();
  await expect(async () => {
    await page.reload();
    await expect(page.getByRole('link', { name: /^Download the file/ })).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  const fetched = page.waitForEvent('download');
  await page.getByRole('link', { name: /^Download the file/ }).click();
  expect((await fetched).suggestedFilename()).toMatch(/\.zip$/);
});

test('who asks for the end is gone to others, comes back to one question, and stays', async ({ join, quiet }) => {
  // What pages ask for in the moment in which the session ends.
  quiet.allowStatus(401);
  const [me, partner] = [await join(), await join()];
  await pairUp(me, partner);
  await visit(partner.page, '/partners');
  await expect(article(partner.page, me.name)).toBeVisible();

  await visit(me.page, '/settings/account/delete');
  await expect(heading(me.page, 'Delete your account')).toBeVisible();
  await field(me.page, 'Your username').fill('somebody else');
  await button(me.page, 'Delete my account').click();
  await expect(me.page.getByText('This is not your username.')).toBeVisible();
  await expect(field(me.page, 'Your username')).toHaveValue('somebody else');
  await expectAccessible(me.page);
  await askToBeDeleted(me);

  await expect(article(partner.page, me.name)).toHaveCount(0);
  quiet.allowStatus(404);
  await partner.page.goto(`/people/${me.name}`);
  await expect(heading(partner.page, /.+/)).not.toHaveText(me.name);

  await logInAsLeaver(me.page, me);
  for (const path of ['/', '/partners', '/settings/profile', '/login']) {
    await me.page.goto(path);
    await expect(heading(me.page, 'Your account will be deleted')).toBeVisible();
  }
  await hydrated(me.page);
  await expect(me.page.getByRole('navigation')).toHaveCount(0);
  await expectAccessible(me.page);
  await me.page.setViewportSize(PHONE);
  await expectNoSidewaysScroll(me.page);
  // The way home of the frame leads back as well.
  await me.page.getByRole('link', { name: 'Speakle' }).first().click();
  await expect(heading(me.page, 'Your account will be deleted')).toBeVisible();
  await button(me.page, 'Log out').click();
  await expect(me.page.getByRole('link', { name: 'Log in' }).first()).toBeVisible();

  await logInAsLeaver(me.page, me);
  await button(me.page, 'Keep my account').click();
  await expectSignedIn(me.page);
  await visit(partner.page, '/partners');
  await expect(article(partner.page, me.name)).toBeVisible();
  await visit(me.page, '/partners');
  await expect(article(me.page, partner.name)).toBeVisible();
});

test('leaving works without JavaScript, in Spanish and on a phone', async ({ enrolled, open }) => {
  const me = await enrolled();
  const options = { javaScriptEnabled: false, locale: 'es-ES', viewport: PHONE, storageState: await me.context.storageState() };
  const { page } = await open(options);
  await page.goto('/settings/account/delete');
  await expect(heading(page, 'Elimina tu cuenta')).toBeVisible();
  await expectNoSidewaysScroll(page);
  await field(page, 'Tu nombre de usuario').fill(me.name.toUpperCase());
  await button(page, 'Eliminar mi cuenta').click();
  await expect(heading(page, 'Iniciar sesión')).toBeVisible();
  await field(page, 'Correo o nombre de usuario').fill(me.name);
  await field(page, 'Contraseña').fill(me.password);
  await button(page, 'Iniciar sesión').click();
  await expect(heading(page, 'Tu cuenta se eliminará')).toBeVisible();
  await expectNoSidewaysScroll(page);
  await button(page, 'Conservar mi cuenta').click();
  await expect(page).toHaveURL((url) => url.pathname === '/');
  await expect(page.getByText(me.name).first()).toBeAttached();
});
