import type { Page } from '@playwright/test';
import { expectAccessible as axeFindsNothing } from '../fixtures/axe';
import { test } from '../fixtures/mails';
import { button, expectNoSidewaysScroll, field, heading, hydrated, visit } from '../fixtures/page';
import { expectSignedIn } from '../fixtures/people';
import { expect } from '../fixtures/test';

const PLACE = '/settings/account/email';

async function expectAccessible(page: Page): Promise<void> {
  await expectNoSidewaysScroll(page);
  await axeFindsNothing(page);
}

/** Opens a page, and waits for its scripts where it has them. */
async function show(page: Page, path: string, javaScriptEnabled: boolean): Promise<void> {
  await page.goto(path);
  if (javaScriptEnabled) {
    await hydrated(page);
  }
}

/** An address that nobody has. */
const another = (email: string): string => `new-${email}`;

async function ask(page: Page, email: string): Promise<void> {
  await field(page, 'New email').fill(email);
  await button(page, 'Send confirmation link').click();
}

for (const javaScriptEnabled of [true, false]) {
  const how = `${javaScriptEnabled ? 'with' : 'without'} JavaScript`;

  test(`an address is another one when the link in the mail to it is confirmed, ${how}`, async ({ enrolled, open, mails, quiet }) => {
    quiet.allowStatus(409);
    const me = await enrolled({ as: { viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' } });
    const { page } = javaScriptEnabled ? me : await open({ javaScriptEnabled, storageState: await me.context.storageState() });
    await show(page, '/settings/account', javaScriptEnabled);
    await expect(page.getByText('Not confirmed yet', { exact: true })).toBeVisible();
    await page.getByRole('link', { name: 'Change email', exact: true }).click();
    await expect(heading(page, 'Change your email')).toBeVisible();
    if (javaScriptEnabled) {
      await expectAccessible(page);
    }
    await ask(page, 'no address');
    await expect(field(page, 'New email')).toHaveAccessibleDescription(/email address/);
    await expect(field(page, 'New email')).toHaveValue('no address');
    await ask(page, me.email);
    await expect(field(page, 'New email')).toHaveAccessibleDescription(/This is what it is already/);

    const email = another(me.email);
    await ask(page, email);
    await expect(page.getByRole('status').getByText('A mail is on its way to the new address.', { exact: false })).toBeVisible();
    await page.getByRole('link', { name: 'Back to your account', exact: true }).click();
    await expect(heading(page, 'Account')).toBeVisible();
    await expect(page.getByText(`${email} waits to be confirmed.`, { exact: false })).toBeVisible();
    await expect(page.getByText(me.email, { exact: true })).toBeVisible();
    if (javaScriptEnabled) {
      await expectAccessible(page);
    }

    // On another device, where nobody is signed in: whoever it is logs in first, and comes back.
    const [link] = await mails.links('/change-email', email, 1);
    const reader = (await open({ javaScriptEnabled, reducedMotion: 'reduce' })).page;
    await show(reader, link!, javaScriptEnabled);
    await expect(heading(reader, 'Confirm your new email')).toBeVisible();
    await expect(button(reader, 'Confirm new email')).toHaveCount(0);
    if (javaScriptEnabled) {
      await expectAccessible(reader);
    }
    await reader.getByRole('main').getByRole('link', { name: 'Log in', exact: true }).click();
    await expect(heading(reader, 'Log in')).toBeVisible();
    if (javaScriptEnabled) {
      await hydrated(reader);
    }
    await field(reader, 'Email or username').fill(me.name);
    await field(reader, 'Password').fill(me.password);
    await button(reader, 'Log in').click();
    await expect(heading(reader, 'Confirm your new email')).toBeVisible();
    if (javaScriptEnabled) {
      await hydrated(reader);
    }
    if (javaScriptEnabled) {
      await expectAccessible(reader);
    }
    await button(reader, 'Confirm new email').click();
    await expect(heading(reader, 'Your email is changed')).toBeVisible();
    if (javaScriptEnabled) {
      await expectAccessible(reader);
    } else {
      await page.reload();
    }
    // A page that is open hears of it.
    await expect(page.getByText(email, { exact: true })).toBeVisible();
    await expect(page.getByText('Confirmed', { exact: true })).toBeVisible();
    await expect(button(page, 'Cancel')).toHaveCount(0);
    await expectSignedIn(page);
    const told = await mails.text(me.email, 'has another email address');
    expect(told, 'who reads the mailbox before learns nothing of the new one').not.toContain(email);

    await show(reader, link!, javaScriptEnabled);
    await button(reader, 'Confirm new email').click();
    await expect(heading(reader, 'This link no longer works')).toBeVisible();
    await reader.getByRole('link', { name: 'Ask for another link', exact: true }).click();
    await expect(heading(reader, 'Change your email')).toBeVisible();
  });

  test(`a change that waits is taken back, ${how}`, async ({ enrolled, open, mails, quiet }) => {
    quiet.allowStatus(409);
    const me = await enrolled();
    const { page } = javaScriptEnabled ? me : await open({ javaScriptEnabled, storageState: await me.context.storageState() });
    const email = another(me.email);
    await show(page, PLACE, javaScriptEnabled);
    await ask(page, email);
    const [link] = await mails.links('/change-email', email, 1);
    await show(page, '/settings/account', javaScriptEnabled);
    await button(page, 'Cancel').click();
    await expect(page.getByRole('status').getByText('The change is cancelled.', { exact: false })).toBeVisible();
    await expect(page.getByText(email, { exact: false })).toHaveCount(0);
    await show(page, link!, javaScriptEnabled);
    await button(page, 'Confirm new email').click();
    await expect(heading(page, 'This link no longer works')).toBeVisible();
  });
}

test('of an address that somebody has, the page says nothing, and its mailbox does', async ({ enrolled, mails }) => {
  const other = await enrolled();
  const { page } = await enrolled();
  await visit(page, PLACE);
  await ask(page, other.email.toUpperCase());
  await expect(page.getByRole('status').getByText('A mail is on its way to the new address.', { exact: false })).toBeVisible();
  expect(await mails.text(other.email, 'belongs to your account already')).not.toContain('/change-email');
});

test('a sign-in that is too long ago is asked for again, and leads back', async ({ enrolled, open, quiet }) => {
  const { page, password } = await enrolled({ as: { viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' } });
  // As a quarter of an hour later: nobody waits for that here. What is sent and what comes of it is real.
  const asked = { has_password: true, asks_code: true, has_passkeys: false, has_google: false, has_mail: false, go_on: null };
  await page.route('**/api/how_to_confirm?*', (route) => route.fulfill({ json: asked }));
  await visit(page, '/settings/account');
  await page.getByRole('link', { name: 'Change email', exact: true }).click();
  await expect(heading(page, 'Confirm it is you')).toBeVisible();
  await expect(page).toHaveURL((url) => url.pathname === '/confirm' && url.searchParams.get('next') === PLACE);
  await expect(field(page, 'Password')).toBeVisible();
  await expect(field(page, 'Code')).toBeVisible();
  await expectAccessible(page);
  // Going back does not lead into a circle.
  await page.goBack();
  await expect(heading(page, 'Account')).toBeVisible();
  await page.getByRole('link', { name: 'Change email', exact: true }).click();
  const session = async () => (await page.context().cookies()).find(({ name }) => name === 'session')?.value;
  const before = await session();
  await page.unroute('**/api/how_to_confirm?*');
  await expect(heading(page, 'Confirm it is you')).toBeVisible();
  await field(page, 'Password').fill('not the password');
  await button(page, 'Continue').click();
  // It is recent in truth, so the page leads on by itself, and the session is the same.
  await expect(heading(page, 'Change your email')).toBeVisible();
  expect(await session()).toBe(before);

  await page.route('**/api/how_to_confirm?*', (route) => route.fulfill({ json: { ...asked, asks_code: false } }));
  await visit(page, '/settings/account');
  await page.getByRole('link', { name: 'Change email', exact: true }).click();
  await expect(heading(page, 'Confirm it is you')).toBeVisible();
  await page.unroute('**/api/how_to_confirm?*');
  const other = await open({ storageState: await page.context().storageState() });
  // The cookie before opens no socket.
  quiet.allow(/WebSocket connection to .* 503/);
  await field(page, 'Password').fill(password);
  const sent: string[] = [];
  page.on('request', (request) => request.method() === 'POST' && sent.push(new URL(request.url()).pathname));
  // An impatient thumb.
  await button(page, 'Continue').dblclick();
  await expect(heading(page, 'Change your email')).toBeVisible();
  expect(sent.filter((path) => path === '/api/confirm'), 'it is sent once').toHaveLength(1);
  expect(await session(), 'the session has another cookie').not.toBe(before);
  await other.page.goto(PLACE);
  await expect(heading(other.page, 'Confirm it is you'), 'the cookie before shows for a moment who it is, and no more').toBeVisible();
});

test('the pages are there in Spanish', async ({ enrolled, open }) => {
  const { page } = await enrolled({ as: { locale: 'es-ES' } });
  await visit(page, PLACE);
  await expect(heading(page, 'Cambia tu correo')).toBeVisible();
  await expect(field(page, 'Correo nuevo')).toBeVisible();
  await expect(button(page, 'Enviar enlace de confirmación')).toBeVisible();
  const stranger = await open({ locale: 'es-ES' });
  await visit(stranger.page, `/change-email?token=${'x'.repeat(43)}`);
  await expect(heading(stranger.page, 'Confirma tu correo nuevo')).toBeVisible();
});
