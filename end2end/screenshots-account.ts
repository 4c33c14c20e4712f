import { halves } from './fixtures/faces';
import { post } from './fixtures/http';
import { button, field, visit } from './fixtures/page';
import { photographer } from './fixtures/photographer';
import { expect, test } from './fixtures/test';

// What people do with their own account, step by step: pages that only have to be opened are in screenshots.ts.
test.use({ demoPeople: 60 });
test.setTimeout(15 * 60_000);

for (const lang of ['en', 'es'] as const) {
  const { t, demo, shoot } = photographer(lang, 'account');

  test(`screenshots of the own account, ${lang}`, async ({ open, quiet }) => {
    quiet.allow(/.*/);
    const { page } = await demo(open, 'ana');
    const { page: other } = await demo(open, 'ben');

    await test.step('the status', async () => {
      await visit(page, '/calls');
      await expect(page.locator('#status-dialog')).toBeAttached();
      await button(page, t('onboarding.frame.account_menu')).click();
      await shoot(page, 'status-menu');
      await button(page, t('onboarding.frame.set_status')).click();
      await field(page, t('accounts.status.message')).fill('Exam week 📚');
      await shoot(page, 'status-dialog');
      await button(page, t('common.settings.save')).click();
      await post(page.context(), 'set_availability', { availability: 'busy' });
      await button(page, t('onboarding.frame.account_menu')).click();
      await expect(page.getByText('Exam week 📚')).toBeVisible();
      await shoot(page, 'status-said');
      await visit(page, '/settings/status');
      await shoot(page, 'status-page', true);
      await visit(other, '/partners');
      await shoot(other, 'status-partners');
      await button(other.getByRole('article').filter({ hasText: 'Ana' }), t('matching.partners.call')).click();
      await shoot(other, 'status-call');
    });

    await test.step('the picture', async () => {
      await visit(page, '/settings/profile');
      await shoot(page, 'picture-none');
      await field(page, t('profiles.picture.label')).setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: Buffer.from('text') });
      await shoot(page, 'picture-refused');
      await field(page, t('profiles.picture.label')).setInputFiles(await halves(page, 640, 480, 'image/jpeg'));
      await expect(page.getByRole('application')).toHaveClass(/is-ready/);
      await shoot(page, 'picture-choice');
      await button(page, t('profiles.picture.save')).click();
      await expect(page.getByText(t('profiles.picture.saved'))).toBeVisible();
      await shoot(page, 'picture-saved');
      await visit(other, '/partners');
      await shoot(other, 'picture-partners');
      await visit(other, '/people/ana');
      await shoot(other, 'picture-person');
    });
  });
}
