import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { goToGoogle, signInThere, test } from '../fixtures/google';
import { article, button, choose, expectNoSidewaysScroll, field, heading, hydrated, visit } from '../fixtures/page';
import { describePerson, expectSignedIn } from '../fixtures/people';
import { expectStill, watchShifts } from '../fixtures/shift';
import { expect } from '../fixtures/test';

const FAILED = 'what came back from Google is not what this browser asked for';

async function expectFit(page: Page, javaScriptEnabled = true): Promise<void> {
  await expectNoSidewaysScroll(page);
  // Which looks by scripts, in their own time.
  if (javaScriptEnabled) {
    await expectAccessible(page);
  }
}

/** The rest of a registration; the username is suggested. */
async function fillRest(page: Page): Promise<void> {
  await choose(field(page, 'I speak'), 'Spanish');
  await choose(field(page, 'I am learning'), 'English');
  await choose(field(page, 'My level'), 'B1');
}

/** Makes an account with Google alone. */
async function signUp(page: Page, email: string): Promise<void> {
  await page.goto('/register');
  await goToGoogle(page);
  await signInThere(page, email);
  await expect(heading(page, 'Create your account')).toBeVisible();
  await expect(page).toHaveURL(/\/register\/google$/);
  await fillRest(page);
  await button(page, 'Create account').click();
  await expectSignedIn(page);
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with' : 'without';

  test(`somebody signs up with Google and signs in again, ${how} JavaScript`, async ({ open, quiet }) => {
    // What is wrong with the name.
    quiet.allowStatus(422);
    const { email, name } = describePerson();
    const { page, context } = await open({ javaScriptEnabled, viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' });
    await page.goto('/register?next=%2Fsettings%2Fprivacy');
    await expectFit(page, javaScriptEnabled);
    await goToGoogle(page);
    await signInThere(page, email);
    await expect(page).toHaveURL(/\/register\/google$/);
    await expect(heading(page, 'Create your account')).toBeVisible();
    if (javaScriptEnabled) {
      await hydrated(page);
    }
    await expect(page.getByText(email, { exact: true })).toBeVisible();
    await expect(field(page, 'Username')).toHaveValue(name);
    await expect(page.getByLabel('Password')).toHaveCount(0);
    await expectFit(page, javaScriptEnabled);
    await fillRest(page);
    await field(page, 'Username').fill('a b');
    await button(page, 'Create account').click();
    await expect(field(page, 'Username')).toHaveAccessibleDescription(/letters/i);
    await expect(field(page, 'Username')).toHaveValue('a b');
    await field(page, 'Username').fill(name);
    await button(page, 'Create account').click();
    await expect(heading(page, 'Privacy')).toBeVisible();
    await expectSignedIn(page);

    await context.clearCookies();
    await page.goto('/login?next=%2Fpartners');
    await expectFit(page, javaScriptEnabled);
    await goToGoogle(page);
    await signInThere(page, email);
    await expect(heading(page, 'My partners')).toBeVisible();
    await expectSignedIn(page);
  });

  test(`an account is linked after its password, ${how} JavaScript`, async ({ enrolled, open, quiet }) => {
    // A password that does not fit.
    quiet.allowStatus(422);
    const me = await enrolled();
    const { page, context } = await open({ javaScriptEnabled, viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' });
    await page.goto('/login');
    await goToGoogle(page);
    await signInThere(page, me.email);
    await expect(heading(page, 'Link your Google account')).toBeVisible();
    if (javaScriptEnabled) {
      await hydrated(page);
    }
    await expect(page.getByText(me.email, { exact: true })).toBeVisible();
    await expectFit(page, javaScriptEnabled);
    await field(page, 'Password').fill('not the password');
    await button(page, 'Link and log in').click();
    await expect(field(page, 'Password')).toHaveAccessibleDescription(/This is not your password/);
    await field(page, 'Password').fill(me.password);
    await button(page, 'Link and log in').click();
    await expectSignedIn(page);

    await page.goto('/settings/account');
    await expect(article(page, me.email)).toContainText('Connected:');
    await context.clearCookies();
    await page.goto('/login');
    await goToGoogle(page);
    await signInThere(page, me.email);
    await expectSignedIn(page);
  });
}

test('who does not go on at Google is back where they were, and nothing has changed', async ({ open }) => {
  const { page } = await open();
  await visit(page, '/login?next=%2Fpartners');
  await goToGoogle(page);
  await button(page, 'Cancel').click();
  await expect(page.getByRole('alert')).toHaveText('You did not go on with Google. Nothing has changed.');
  await expect(page).toHaveURL(/\/login\?next=%2Fpartners$/);
  // The words are for this once.
  await page.reload();
  await expect(heading(page, 'Log in')).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
  // Going back leads to the page before, not away again.
  await goToGoogle(page);
  await page.goBack();
  await expect(heading(page, 'Log in')).toBeVisible();
});

test('what came back once opens nothing again, here or in another browser', async ({ open }) => {
  const { email } = describePerson();
  const { page, context } = await open();
  let back = '';
  page.on('request', (request) => {
    if (request.url().includes('/auth/google/callback')) {
      back = request.url();
    }
  });
  await signUp(page, email);
  expect(back).toContain('code=');
  const { page: stranger } = await open();
  await stranger.goto(back);
  await expect(heading(stranger, 'Log in')).toBeVisible();
  await expect(stranger.getByRole('alert')).toContainText(FAILED);
  await page.goto(back);
  await expect(heading(page, 'Account')).toBeVisible();
  await expect(page.getByRole('alert')).toContainText(FAILED);
  await context.clearCookies();
  await page.goto(back);
  await expect(heading(page, 'Log in')).toBeVisible();
});

test('a token that does not hold opens nothing', async ({ open, google }) => {
  const { page } = await open();
  await google.order({ lie: 'nonce' });
  try {
    await visit(page, '/register');
    await goToGoogle(page);
    await signInThere(page, describePerson().email);
    await expect(heading(page, 'Create your account')).toBeVisible();
    await expect(page.getByRole('alert')).toContainText(FAILED);
    await expect(page).toHaveURL(/\/register$/);
  } finally {
    await google.order({ lie: null });
  }
});

test('an account is connected in the settings and removed; the last way in stays', async ({ open, quiet }) => {
  // The account without a way in.
  quiet.allowStatus(409);
  const { email } = describePerson();
  const { page } = await open({ viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' });
  await signUp(page, email);
  await visit(page, '/settings/account');
  await expect(article(page, email)).toContainText('Google');
  await expectFit(page);
  await button(article(page, email), 'Remove').click();
  await expect(page.getByRole('alert')).toContainText('This is the only way into your account.');
  await expect(article(page, email)).toBeVisible();

  await hydrated(page);
  await goToGoogle(page, 'Connect Google');
  await signInThere(page, `second-${email}`);
  await expect(page.getByText('Your Google account is connected.')).toBeVisible();
  await expect(article(page, `second-${email}`)).toBeInViewport();
  await hydrated(page);
  await button(article(page, email), 'Remove').click();
  await expect(page.getByText('This Google account is not linked any more', { exact: false })).toBeVisible();
  await expect(article(page, email)).toHaveCount(0);
  await expect(article(page, `second-${email}`)).toBeVisible();
});

test('who has no password sets one', async ({ open }) => {
  const { email, name, password } = describePerson();
  const { page, context } = await open({ viewport: { width: 390, height: 844 } });
  await signUp(page, email);
  await visit(page, '/settings/account');
  await expect(field(page, 'Current password')).toHaveCount(0);
  await field(page, 'New password').fill(password);
  await button(page, 'Set a password').click();
  await expect(page.getByText('Your password is set', { exact: false })).toBeVisible();
  await expect(field(page, 'Current password')).toBeVisible();
  await context.clearCookies();
  await visit(page, '/login');
  await field(page, 'Email or username').fill(name);
  await field(page, 'Password').fill(password);
  await button(page, 'Log in').click();
  await expectSignedIn(page);
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with' : 'without';

  test(`who has only Google shows again who they are, ${how} JavaScript`, async ({ open, google, mails }) => {
    const { email } = describePerson();
    const { page, context } = await open({ javaScriptEnabled, viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' });
    await signUp(page, email);
    await context.clearCookies();
    // As Google is: it does not say when somebody signed in.
    await google.order({ lie: 'no_auth_time' });
    try {
      await page.goto('/login');
      await goToGoogle(page);
      await signInThere(page, email);
      await expectSignedIn(page);
      await page.goto('/settings/account/email');
      await expect(heading(page, 'Confirm it is you')).toBeVisible();
      await expectFit(page, javaScriptEnabled);
      await goToGoogle(page);
      await signInThere(page, email);
      await expect(page.getByRole('alert')).toContainText('does not say that you have just signed in there');
      await expect(page).toHaveURL(/\/confirm\?next=/);
      await button(page, 'Send me a link').click();
      await expect(page.getByText('The link is on its way to you.', { exact: false })).toBeVisible();
      const [link] = await mails.links('/confirm', email, 1);
      const elsewhere = await open({ javaScriptEnabled });
      await elsewhere.page.goto(link as string);
      await expect(heading(elsewhere.page, 'Log in')).toBeVisible();
      await page.goto(link as string);
      await expectFit(page, javaScriptEnabled);
      await button(page, 'Continue').click();
      await expect(page).toHaveURL(/\/settings\/account\/email$/);
    } finally {
      await google.order({ lie: null });
    }
  });
}

test('Google shows again who somebody is, where it says when', async ({ open, google }) => {
  const { email } = describePerson();
  const { page, context } = await open();
  await signUp(page, email);
  await context.clearCookies();
  await google.order({ lie: 'no_auth_time' });
  try {
    await page.goto('/login');
    await goToGoogle(page);
    await signInThere(page, email);
    await expectSignedIn(page);
  } finally {
    await google.order({ lie: null });
  }
  await visit(page, '/settings/account/email');
  await expect(heading(page, 'Confirm it is you')).toBeVisible();
  await goToGoogle(page);
  await signInThere(page, email);
  await expect(page).toHaveURL(/\/settings\/account\/email$/);
});

test('nothing moves on hydration of what waits for somebody who has come from Google', async ({ enrolled, open, quiet }) => {
  const me = await enrolled();
  for (const [email, path] of [
    [describePerson().email, '/register/google'],
    [me.email, '/link-google'],
  ] as const) {
    const { page } = await open({ viewport: { width: 390, height: 844 } });
    await page.goto('/login');
    await goToGoogle(page);
    await signInThere(page, email);
    await expect(page).toHaveURL(new RegExp(`${path}$`));
    await watchShifts(page, quiet);
    await expectStill(page, path);
  }
});

test('it is there in Spanish', async ({ open }) => {
  const { page } = await open({ locale: 'es-ES' });
  await visit(page, '/login');
  await button(page, 'Continuar con Google').click();
  await expect(heading(page, 'Test provider')).toBeVisible();
  await button(page, 'Cancel').click();
  await expect(page.getByRole('alert')).toHaveText('No has continuado con Google. No ha cambiado nada.');
});
