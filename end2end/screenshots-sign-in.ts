import { goToGoogle, signInThere, test as base } from './fixtures/google';
import { button, field, hydrated, visit } from './fixtures/page';
import { KeyDevice } from './fixtures/passkeys';
import { photographer } from './fixtures/photographer';
import { expect } from './fixtures/test';
import { totp } from './fixtures/totp';

// By its name: browsers keep passkeys from addresses of numbers.
const test = base.extend({
  baseURL: async ({ server }, use) => use(server.url.replace('127.0.0.1', 'localhost')),
});

// Ways into an account and out of it, step by step.
test.use({ demoPeople: 60 });
test.setTimeout(15 * 60_000);

// Of each language other people, whose accounts are as they were.
for (const { lang, one, other } of [
  { lang: 'en', one: 'ana', other: 'ben' },
  { lang: 'es', one: 'theo_m', other: 'lukas_k' },
] as const) {
  const { t, demo, shoot } = photographer(lang, 'sign-in');

  test(`screenshots of the ways into an account, ${lang}`, async ({ open, quiet }) => {
    quiet.allow(/.*/);
    const { page, password } = await demo(open, one);

    await test.step('the account', async () => {
      await visit(page, '/settings/account');
      await shoot(page, 'account', true);
      for (const place of ['email', 'second-factor', 'delete']) {
        await visit(page, `/settings/account/${place}`);
        await shoot(page, place, true);
      }
      await visit(page, '/confirm?next=/settings/account');
      await shoot(page, 'confirm', true);
      await visit(page, '/change-email?token=x');
      await shoot(page, 'change-email-broken', true);
    });

    await test.step('passkeys', async () => {
      await KeyDevice.in(page);
      await visit(page, '/settings/account');
      await field(page, t('accounts.passkeys.new_name')).fill('Laptop');
      await button(page, t('accounts.passkeys.add')).click();
      await expect(page.getByText(t('accounts.passkeys.added'))).toBeVisible();
      await shoot(page, 'passkey', true);
    });

    let key = '';
    await test.step('the second factor', async () => {
      await visit(page, '/settings/account/second-factor');
      await button(page, t('accounts.second_factor.begin')).click();
      await expect(page.locator('svg[role="img"], img[alt]').last()).toBeVisible();
      await shoot(page, 'second-factor-key', true);
      key = (await page.getByRole('definition').filter({ hasText: /^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/ }).textContent()) ?? '';
      await hydrated(page);
      await field(page, t('accounts.second_factor.code')).fill(totp(key));
      await button(page, t('accounts.second_factor.turn_on')).click();
      await expect(button(page, t('accounts.second_factor.keep'))).toBeVisible();
      await shoot(page, 'second-factor-codes', true);
      await hydrated(page);
      await button(page, t('accounts.second_factor.keep')).click();
      await expect(button(page, t('accounts.second_factor.turn_off'))).toBeVisible();
      await shoot(page, 'second-factor-on', true);
    });

    await test.step('coming in', async () => {
      const { page: visitor } = await open({ locale: lang === 'en' ? 'en-GB' : 'es-ES', reducedMotion: 'reduce' });
      await visit(visitor, '/login');
      await shoot(visitor, 'login', true);
      await visitor.locator('input[name="login"]').fill(one);
      await visitor.locator('input[name="password"]').fill(password);
      await visitor.locator('main button[type="submit"]').first().click();
      await expect(visitor).toHaveURL(/\/login\/code/);
      await hydrated(visitor);
      await shoot(visitor, 'code', true);
      await visit(visitor, '/register');
      await shoot(visitor, 'register', true);
    });

    await test.step('by a provider', async () => {
      const { page: newcomer } = await open({ locale: lang === 'en' ? 'en-GB' : 'es-ES', reducedMotion: 'reduce' });
      await visit(newcomer, '/login');
      await goToGoogle(newcomer, t('accounts.google.go_on'));
      await signInThere(newcomer, 'newcomer@example.org');
      await expect(newcomer).toHaveURL(/\/register\/google$/);
      await hydrated(newcomer);
      await shoot(newcomer, 'register-google', true);
    });

    await test.step('leaving', async () => {
      const { page: leaver, name } = await demo(open, other);
      await visit(leaver, '/settings/account/delete');
      await field(leaver, t('accounts.deletion.username')).fill(name);
      await button(leaver, t('accounts.deletion.submit')).click();
      await expect(leaver).toHaveURL(/\/login/);
      await hydrated(leaver);
      await shoot(leaver, 'left', true);
      await leaver.locator('input[name="login"]').fill(name);
      await leaver.locator('input[name="password"]').fill('speakle-demo');
      await leaver.locator('main button[type="submit"]').first().click();
      await expect(leaver).toHaveURL(/\/settings\/account\/deletion/);
      await hydrated(leaver);
      await shoot(leaver, 'leaving', true);
    });
  });
}
