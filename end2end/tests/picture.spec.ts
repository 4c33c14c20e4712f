import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { button, expectNoSidewaysScroll, field, visit } from '../fixtures/page';
import { colours, face, halves } from '../fixtures/faces';
import { expect, test } from '../fixtures/test';

const PAGE = '/settings/profile';

const main = (page: Page) => page.locator('main');
const square = (page: Page) => page.getByRole('application', { name: 'Part that is shown' });
const said = (page: Page, words: string) => page.getByRole('status').filter({ hasText: words });
const chooser = (page: Page) => field(page, 'Profile picture');

/** Where the picture lies behind the square, in hundredths of its side. */
const lie = (page: Page) =>
  square(page)
    .locator('img')
    .evaluate((image: HTMLElement) => ({
      left: Number.parseFloat(image.style.left),
      width: Number.parseFloat(image.style.width),
    }));

async function choose(page: Page, file: Awaited<ReturnType<typeof halves>>): Promise<void> {
  await chooser(page).setInputFiles(file);
  await expect(square(page)).toHaveClass(/is-ready/);
}

test('a picture is chosen, moved by keys, and seen by everybody', async ({ enrolled, open }) => {
  const { page, name } = await enrolled();
  await visit(page, PAGE);
  await expect(face(page), 'initials at first').toHaveCount(0);
  await choose(page, await halves(page, 400, 200));
  expect(await lie(page), 'its middle').toEqual({ left: -50, width: 200 });
  await expect(button(page, 'Save picture')).toBeEnabled();

  await square(page).focus();
  for (let step = 0; step < 12; step++) {
    await page.keyboard.press('ArrowRight');
  }
  expect(await lie(page), 'no further than its edge').toEqual({ left: 0, width: 200 });
  await button(page, 'Save picture').click();
  await expect(said(page, 'Picture saved')).toBeVisible();
  await expect(square(page)).toHaveCount(0);
  await expect(chooser(page)).toHaveValue('');
  expect(await colours(face(main(page)))).toEqual(['red', 'red']);
  expect(await colours(face(page.getByRole('banner')).first()), 'the header shows it at once').toEqual(['red', 'red']);

  // A stranger, on a phone.
  const stranger = await open({ viewport: { width: 390, height: 844 } });
  await visit(stranger.page, `/people/${name}`);
  expect(await colours(face(main(stranger.page)))).toEqual(['red', 'red']);
  const image = face(main(stranger.page));
  await expect(image).toHaveAttribute('alt', '');
  await expect(image).toHaveAttribute('loading', 'lazy');

  await button(page, 'Remove picture').click();
  await expect(said(page, 'Picture removed')).toBeVisible();
  await expect(said(page, 'Picture saved'), 'said no more').toHaveCount(0);
  await expect(face(page)).toHaveCount(0);
  await expect(button(page, 'Remove picture')).toHaveCount(0);
  await visit(stranger.page, `/people/${name}`);
  await expect(face(stranger.page)).toHaveCount(0);
});

test('the part is dragged, and zoomed by wheel, slider and keys', async ({ enrolled }) => {
  const { page } = await enrolled();
  await visit(page, PAGE);
  await choose(page, await halves(page, 400, 200, 'image/jpeg'));
  await square(page).scrollIntoViewIfNeeded();
  const box = await square(page).boundingBox();
  if (!box) {
    throw new Error('nowhere');
  }
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x - box.width / 4, y, { steps: 5 });
  await page.mouse.up();
  const { left } = await lie(page);
  expect(Math.abs(left + 75), 'as far as the mouse went').toBeLessThan(2);
  await page.mouse.move(x - box.width, y);
  expect((await lie(page)).left, 'let go').toBe(left);

  await page.mouse.move(x, y);
  await page.mouse.wheel(0, -200);
  await expect.poll(async () => (await lie(page)).width).toBeGreaterThan(250);
  await square(page).press('-');
  await square(page).press('+');
  await field(page, 'Zoom').fill('4');
  await expect.poll(async () => (await lie(page)).width).toBe(800);
  await expect(field(page, 'Zoom')).toHaveValue('4');
  await square(page).press('-');
  await expect.poll(async () => (await lie(page)).width).toBeLessThan(800);
  await button(page, 'Save picture').click();
  await expect(said(page, 'Picture saved')).toBeVisible();
});

test('what cannot become a picture is said beside the field', async ({ enrolled, quiet }) => {
  const { page } = await enrolled();
  await visit(page, PAGE);
  const problem = (words: string) => expect(chooser(page)).toHaveAccessibleDescription(new RegExp(words));
  await button(page, 'Save picture').click();
  await expect(chooser(page)).toHaveAttribute('aria-invalid', 'true');
  await expect(chooser(page)).toBeFocused();

  const large = { name: 'me.png', mimeType: 'image/png', buffer: Buffer.alloc(5 * 1024 * 1024 + 1) };
  await chooser(page).setInputFiles(large);
  await problem('larger than 5 MB');
  await chooser(page).setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: Buffer.from('no picture') });
  await problem('not a PNG, JPEG or WebP picture');
  await expect(square(page)).toHaveCount(0);

  // Browsers show both; whether they can be taken, the server says.
  quiet.allowStatus(422);
  const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==', 'base64');
  await choose(page, { name: 'me.png', mimeType: 'image/png', buffer: gif });
  await button(page, 'Save picture').click();
  await problem('not a PNG, JPEG or WebP picture');
  const whole = await halves(page, 600, 600, 'image/jpeg');
  await choose(page, { ...whole, buffer: whole.buffer.subarray(0, whole.buffer.length - 200) });
  await button(page, 'Save picture').click();
  await problem('damaged');
  await expect(face(page)).toHaveCount(0);

  await choose(page, await halves(page, 40, 40));
  await expect(chooser(page), 'another choice, another try').not.toHaveAttribute('aria-invalid', 'true');
  await button(page, 'Cancel').click();
  await expect(square(page)).toHaveCount(0);
  await expect(chooser(page)).toBeFocused();
  await expect(chooser(page)).toHaveValue('');
});

test('a sending is stopped, fails, and is tried again, and nothing that was typed is lost', async ({ enrolled, quiet }) => {
  const { page } = await enrolled();
  await visit(page, PAGE);
  await field(page, 'Bio').fill('I was still writing');
  await choose(page, await halves(page, 300, 300));

  // It hangs.
  let release: (() => void) | undefined;
  const held = new Promise<void>((done) => (release = done));
  await page.route('**/api/save_picture', async (route) => {
    await held;
    await route.abort().catch(() => undefined);
  });
  await button(page, 'Save picture').click();
  const progress = page.getByRole('progressbar', { name: 'Sending the picture' });
  await expect(progress).toBeVisible();
  await button(page, 'Cancel').click();
  await expect(progress).toHaveCount(0);
  await expect(square(page), 'the choice stays').toBeVisible();
  release?.();
  await page.unroute('**/api/save_picture');

  quiet.allowOutage();
  await page.route('**/api/save_picture', (route) => route.abort());
  await button(page, 'Save picture').click();
  await expect(page.getByRole('alert').filter({ hasText: 'could not reach the server' })).toBeVisible();
  await page.unroute('**/api/save_picture');
  await button(page, 'Try again').click();
  await expect(said(page, 'Picture saved')).toBeVisible();
  expect(await colours(face(main(page)))).toEqual(['red', 'blue']);
  await expect(field(page, 'Bio')).toHaveValue('I was still writing');
});

test('without JavaScript the middle is taken', async ({ page, enrolled }) => {
  const person = await enrolled({ as: { javaScriptEnabled: false } });
  const plain = person.page;
  await plain.goto(PAGE);
  await chooser(plain).setInputFiles(await halves(page, 400, 200));
  await button(plain, 'Save picture').click();
  await expect(said(plain, 'Picture saved')).toBeVisible();
  await expect(face(main(plain))).toHaveCount(1);

  await chooser(plain).setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: Buffer.from('GIF89a') });
  await button(plain, 'Save picture').click();
  await expect(chooser(plain)).toHaveAccessibleDescription(/not a PNG, JPEG or WebP picture/);
  await expect(face(main(plain)), 'the one before stays').toHaveCount(1);

  await page.goto(`/people/${person.name}`);
  expect(await colours(face(main(page)))).toEqual(['red', 'blue']);
  await button(plain, 'Remove picture').click();
  await expect(said(plain, 'Picture removed')).toBeVisible();
  await expect(face(plain)).toHaveCount(0);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the choice of a part fits a phone, and axe finds nothing, ${colorScheme}`, async ({ enrolled }) => {
    const { page } = await enrolled({ as: { viewport: { width: 390, height: 844 }, colorScheme, reducedMotion: 'reduce' } });
    await visit(page, PAGE);
    await choose(page, await halves(page, 640, 480));
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await button(page, 'Save picture').click();
    await expect(said(page, 'Picture saved')).toBeVisible();
    await expectNoSidewaysScroll(page);
  });
}

test('initials stay where a picture does not come', async ({ enrolled, open, quiet }) => {
  const { page, name } = await enrolled();
  await visit(page, PAGE);
  await choose(page, await halves(page, 300, 300));
  await button(page, 'Save picture').click();
  await expect(said(page, 'Picture saved')).toBeVisible();
  quiet.allowOutage();
  const { page: other } = await open();
  await other.route('**/media/pictures/**', (route) => route.abort());
  await visit(other, `/people/${name}`);
  const avatar = main(other).locator('.avatar');
  await expect(avatar).toHaveAttribute('data-initials', /\S/);
  const seen = await avatar.evaluate((element) => {
    const image = element.querySelector('img') as HTMLImageElement;
    return { letters: getComputedStyle(element, '::before').content, width: image.naturalWidth };
  });
  expect(seen.width).toBe(0);
  expect(seen.letters).not.toBe('none');
});
