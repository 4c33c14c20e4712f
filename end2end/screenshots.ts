import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { call, ring } from './fixtures/calls';
import { expectBothReceiving } from './fixtures/media';
import { hydrated, visit } from './fixtures/page';
import { logIn, type Person } from './fixtures/people';
import { makePlaces, publicPages, signedInPages, type SitePage } from './fixtures/site';
import { test } from './fixtures/test';
import { shots } from './screenshots.config';

// Every page as a picture, at both widths, in both themes and languages, with the demo people in it.
test.use({ demoPeople: 60 });
test.setTimeout(25 * 60_000);

const looks = [390, 1280].flatMap((width) =>
  (['light', 'dark'] as const).flatMap((colorScheme) => (['en', 'es'] as const).map((lang) => ({ width, colorScheme, lang }))),
);

test('screenshots', async ({ open, quiet }) => {
  mkdirSync(shots, { recursive: true });
  quiet.allow(/.*/);
  const demo = async (name: string): Promise<Person> => {
    const { context, page } = await open();
    await logIn(page, name, 'speakle-demo');
    // Their display names are not their usernames.
    await visit(page, `/people/${name}`);
    const shown = (await page.getByRole('heading', { level: 1 }).innerText()).trim();
    return { name: shown, email: '', password: '', speaks: '', learns: '', level: '', context, page };
  };
  const ana = await demo('ana');
  const ben = await demo('ben');
  const places = { ...(await makePlaces(ana, ben)), me: 'ana', partner: 'ben' };
  const session = await ana.context.storageState();
  await visit(ben.page, '/partners');

  const shoot = async (page: Page, name: string) =>
    page.screenshot({ path: join(shots, `${name}.png`), fullPage: true, animations: 'disabled' });

  for (const { width, colorScheme, lang } of looks) {
    const look = { colorScheme, viewport: { width, height: 844 }, locale: lang === 'en' ? 'en-GB' : 'es-ES' };
    const suffix = `${width}-${colorScheme}-${lang}`;
    const series = async (page: Page, group: string, pages: SitePage[]) => {
      for (const { name, path } of pages) {
        await page.goto(path);
        await hydrated(page);
        await shoot(page, `${group}-${name}-${suffix}`);
      }
    };
    const notFound = { name: 'not-found', path: '/no-such-page', heading: /.+/ };
    const stranger = await open(look);
    await series(stranger.page, 'out', [...publicPages(places), notFound]);
    await stranger.context.close();
    const member = await open({ ...look, storageState: session });
    await series(member.page, 'in', signedInPages(places));
    // What stands over a page: shown as it is on the screen.
    const shootScreen = (name: string) =>
      member.page.screenshot({ path: join(shots, `over-${name}-${suffix}.png`), animations: 'disabled' });
    await visit(member.page, '/partners');
    await member.page.locator('[popovertarget="notifications-panel"]').click();
    await member.page.locator('#notifications-panel a').first().waitFor();
    await shootScreen('panel');
    await member.page.keyboard.press('Escape');
    const dialog = await ring(ben, ana.name, 'Tea on Friday? I have found your umbrella.');
    await member.page.locator('#incoming-call[open]').waitFor();
    await shootScreen('incoming');
    await dialog.getByRole('button', { name: 'Cancel call', exact: true }).click();
    await member.page.locator('.toast').first().waitFor();
    await shootScreen('toast');
    await member.page.goto('/offline');
    await shootScreen('offline');
    await member.context.close();
  }

  // The call itself, from both ends: a desktop and a phone.
  await ben.page.setViewportSize({ width: 390, height: 844 });
  await visit(ben.page, '/partners');
  await call(ana, ben);
  await expectBothReceiving(ana.page, ben.page);
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [page, width] of [
      [ana.page, 1280],
      [ben.page, 390],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await shoot(page, `in-call-${width}-${colorScheme}-en`);
    }
  }
  console.log(`Pictures in ${shots}`);
});
