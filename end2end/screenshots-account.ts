import { halves } from './fixtures/faces';
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
      const { page: other } = await demo(open, 'ben');
      await visit(other, '/partners');
      await shoot(other, 'picture-partners');
      await visit(other, '/people/ana');
      await shoot(other, 'picture-person');
    });
  });
}
