import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { post } from '../fixtures/http';
import { button, heading, hydrated, visit } from '../fixtures/page';
import type { QuietConsole } from '../fixtures/quiet';
import { expect, test } from '../fixtures/test';

/** Waits until the service worker answers for a page, and has what it needs for that. */
async function workerIsReady(page: Page): Promise<void> {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe('activated');
}

/** Everything that any cache of the site holds. */
function cached(page: Page): Promise<Record<string, string[]>> {
  return page.evaluate(async () => {
    const all: Record<string, string[]> = {};
    for (const name of await caches.keys()) {
      const requests = await (await caches.open(name)).keys();
      all[name] = requests.map(({ url }) => new URL(url).pathname);
    }
    return all;
  });
}

/** A server that is down is told of by the browser itself. */
function allowOutage(quiet: QuietConsole): void {
  quiet.allowOutage();
  quiet.allow(/navigation preload request/);
}

test('without a connection there is a page that says so, and afterwards the one that was wanted', async ({ open, server, quiet }) => {
  allowOutage(quiet);
  const { page } = await open();
  await visit(page, '/login');
  await workerIsReady(page);
  await server.stop();
  await page.goto('/register?next=%2Frequests');
  await expect(heading(page, 'No connection')).toBeVisible();
  await expect(page).toHaveURL(/\/register\?next=%2Frequests$/);
  await button(page, 'Try again').click();
  await expect(heading(page, 'No connection')).toBeVisible();

  await server.start();
  // The browser says when the line is back.
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await expect(heading(page, 'Create your account')).toBeVisible();
  await hydrated(page);
  await expect(page).toHaveURL(/\/register\?next=%2Frequests$/);

  await server.stop();
  await page.goto('/login');
  await expect(heading(page, 'No connection')).toBeVisible();
  // And where nobody says so, the page finds out.
  await server.start();
  await expect(heading(page, 'Log in')).toBeVisible();
});

test('it speaks the language of the person, and follows when that changes', async ({ enrolled, server, quiet }) => {
  allowOutage(quiet);
  const { page, context } = await enrolled();
  await visit(page, '/partners');
  await workerIsReady(page);
  const kept = () =>
    page.evaluate(async () => {
      const answer = await (await caches.open('offline')).match('/offline');
      return /<html[^>]*>/.exec((await answer?.text()) ?? '')?.[0];
    });
  await expect.poll(kept).toBe('<html lang="en">');
  await post(context, 'set_appearance', { language: 'es', theme: 'dark' });
  await visit(page, '/partners');
  await expect.poll(kept).toBe('<html lang="es" data-theme="dark">');
  await server.stop();
  await page.goto('/calls');
  await expect(heading(page, 'Sin conexión')).toBeVisible();
  await server.start();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the page for no connection fits and is readable, ${colorScheme}`, async ({ open }) => {
    const { page } = await open({ colorScheme, viewport: { width: 390, height: 844 } });
    const answer = await page.goto('/offline');
    expect(answer?.status()).toBe(200);
    await expect(heading(page, 'No connection')).toBeVisible();
    await expectAccessible(page);
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(ground).toBe(colorScheme === 'light' ? 'rgb(251, 246, 238)' : 'rgb(27, 23, 20)');
    await button(page, 'Try again').click();
    await expect(page).toHaveURL(/\/$/);
  });
}

test('nothing of a build is kept: each page comes from the server', async ({ enrolled, server, quiet }) => {
  allowOutage(quiet);
  const { page } = await enrolled();
  await visit(page, '/partners');
  await workerIsReady(page);
  for (const path of ['/partners', '/calls', '/settings/notifications']) {
    await visit(page, path);
  }
  const requests = new Set<string | undefined>();
  const load = async () => requests.add((await page.goto('/partners'))?.headers()['x-request-id']);
  await load();
  await load();
  await server.stop();
  await server.start();
  await load();
  // Each answer of the server has a number of its own.
  expect([...requests].every((id) => id?.length === 32) && requests.size).toBe(3);
  await hydrated(page);
  await expect.poll(() => cached(page)).toEqual({ offline: ['/offline'] });
});

test('the site can be installed: manifest and icons', async ({ open, baseURL }) => {
  const { page, context } = await open();
  await visit(page, '/login');
  const address = await page.locator('link[rel="manifest"]').getAttribute('href');
  const answer = await context.request.get(address as string);
  expect(answer.headers()['content-type']).toMatch(/^application\/manifest\+json/);
  const manifest = await answer.json();
  expect(manifest).toMatchObject({ name: 'Speakle', start_url: '/', scope: '/', display: 'standalone' });
  for (const { src, sizes, type } of manifest.icons as { src: string; sizes: string; type: string }[]) {
    const icon = await context.request.get(new URL(src, baseURL).href);
    expect([icon.status(), icon.headers()['content-type']], src).toEqual([200, type]);
    const size = await page.evaluate(async (src) => {
      const image = new Image();
      image.src = src;
      await image.decode();
      return `${image.naturalWidth}x${image.naturalHeight}`;
    }, src);
    expect(size, src).toBe(sizes);
  }
  // What Chromium itself would have against it.
  const debug = await context.newCDPSession(page);
  const { errors } = await debug.send('Page.getAppManifest');
  expect(errors).toEqual([]);
});

/** A link that the page does not have, pressed inside the application. */
async function follow(page: Page, path: string): Promise<void> {
  await page.evaluate((path) => {
    const link = document.createElement('a');
    link.href = path;
    link.textContent = 'The way there';
    document.querySelector('main')?.append(link);
  }, path);
  await page.getByRole('link', { name: 'The way there', exact: true }).click();
}

test('a page whose code is gone is loaded anew as a whole, once', async ({ open, enrolled, quiet }) => {
  quiet.allow(/net::ERR_FAILED/, /Failed to fetch/, /was preloaded using link preload but not used/);
  const person = await enrolled();
  const { page } = await open();
  await visit(page, '/login');
  let isGone = true;
  let isMended = false;
  let loads = 0;
  // The code of pages, and not that of the application itself.
  await page.context().route(/\/pkg\/(split|chunk)_[^/]*\.wasm/, (route) => (isGone ? route.abort('failed') : route.continue()));
  page.on('request', (request) => {
    if (request.isNavigationRequest()) {
      loads += 1;
      isGone = isGone && !isMended;
    }
  });
  // Gone for good: the page comes without its code, and is complete as it is.
  await follow(page, `/people/${person.name}`);
  await expect(page).toHaveURL(new RegExp(`/people/${person.name}$`));
  await expect(heading(page, person.name)).toBeVisible();
  await page.waitForLoadState('networkidle');
  expect(loads).toBe(1);
  await expect(page.locator('html[data-hydrated]')).toHaveCount(0);

  // Gone for the old page only, as after a new build: the new one is taken over.
  isMended = true;
  await visit(page, '/login');
  isGone = true;
  loads = 0;
  await follow(page, `/people/${person.name}`);
  await expect(heading(page, person.name)).toBeVisible();
  await hydrated(page);
  expect(loads).toBe(1);
});
