import type { Page } from '@playwright/test';
import { button, choose, field, heading, submitFormOf, visit } from '../fixtures/page';
import { expectSignedIn } from '../fixtures/people';
import { expect, test } from '../fixtures/test';

const html = (page: Page) => page.locator('html');

test('the language follows the browser', async ({ open }) => {
  for (const [locale, lang] of [
    ['es-MX', 'es'],
    ['en-US', 'en'],
    ['de-DE', 'en'],
  ] as const) {
    const { page } = await open({ locale });
    await visit(page, '/login');
    await expect(html(page), locale).toHaveAttribute('lang', lang);
    await expect(heading(page, 'Log in')).toHaveCount(lang === 'en' ? 1 : 0);
  }
});

test('the language of the profile wins over the browser, on every device', async ({ join, open }) => {
  const person = await join();
  await visit(person.page, '/settings/appearance');
  await choose(field(person.page, 'Language'), 'Spanish');
  await submitFormOf(field(person.page, 'Language'));
  await expect(html(person.page)).toHaveAttribute('lang', 'es');
  await visit(person.page, '/partners');
  await expect(html(person.page)).toHaveAttribute('lang', 'es');

  const { page } = await open({ locale: 'en-GB' });
  await visit(page, '/login');
  await expect(html(page)).toHaveAttribute('lang', 'en');
  await field(page, 'Email or username').fill(person.name);
  await field(page, 'Password').fill(person.password);
  await button(page, 'Log in').click();
  await expect(html(page)).toHaveAttribute('lang', 'es');
});

test('the language is remembered by the browser after logging out', async ({ join }) => {
  const { page } = await join();
  await visit(page, '/settings/appearance');
  await choose(field(page, 'Language'), 'Spanish');
  await submitFormOf(field(page, 'Language'));
  await expect(html(page)).toHaveAttribute('lang', 'es');
  await page.getByRole('button', { name: /cuenta/i }).click();
  await page.getByRole('button', { name: /cerrar sesión|salir/i }).click();
  await expect(page.getByRole('button', { name: /cuenta/i })).toBeHidden();
  await visit(page, '/login');
  await expect(html(page)).toHaveAttribute('lang', 'es');
});

test('what is chosen can be read, in Spanish too', async ({ join }) => {
  const { page } = await join({ as: { viewport: { width: 1280, height: 844 } } });
  await visit(page, '/settings/appearance');
  await choose(field(page, 'Language'), 'Spanish');
  await submitFormOf(field(page, 'Language'));
  await visit(page, '/settings/profile');
  const roles = field(page, 'Rol');
  await expect(roles.last().locator('option:checked')).toHaveText('Aprendiendo');
  for (const select of await roles.all()) {
    const { needed, there } = await select.evaluate((element: HTMLSelectElement) => {
      const style = getComputedStyle(element);
      const pen = document.createElement('canvas').getContext('2d');
      if (!pen) {
        throw new Error('nothing to measure with');
      }
      pen.font = style.font;
      const words = [...element.options].map((option) => pen.measureText(option.text.trim()).width);
      const padding = Number.parseFloat(style.paddingLeft) + Number.parseFloat(style.paddingRight);
      return { needed: Math.max(...words), there: element.clientWidth - padding };
    });
    expect(there, 'no word is cut off').toBeGreaterThanOrEqual(needed);
  }
});

test('the theme follows the system until one is chosen', async ({ join }) => {
  const { page } = await join();
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await background();
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await background();
  expect(dark).not.toBe(light);

  await page.emulateMedia({ colorScheme: 'light' });
  await visit(page, '/settings/appearance');
  await choose(field(page, 'Theme'), 'Dark');
  await submitFormOf(field(page, 'Theme'));
  await expect(html(page)).toHaveAttribute('data-theme', 'dark');
  await visit(page, '/partners');
  expect(await background(), 'chosen, it wins over the system, from the first byte').toBe(dark);

  await visit(page, '/settings/appearance');
  await choose(field(page, 'Theme'), 'System');
  await submitFormOf(field(page, 'Theme'));
  await expect(html(page)).not.toHaveAttribute('data-theme', /dark|light/);
  await expectSignedIn(page);
});

test('the time zone is taken from the browser at the first visit', async ({ join }) => {
  const { page } = await join({ as: { timezoneId: 'America/Bogota' } });
  await visit(page, '/settings/profile');
  await expect(field(page, 'Time zone')).toHaveValue('America/Bogota');
});
