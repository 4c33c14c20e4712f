import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { expectNoSidewaysScroll, heading, hydrated } from '../fixtures/page';
import { expectStill, watchShifts } from '../fixtures/shift';
import { type Places, makePlaces, privatePages, publicPages, signedInPages, type SitePage } from '../fixtures/site';
import { expect, type Pairing, test } from '../fixtures/test';
import type { Person } from '../fixtures/people';

type Session = Awaited<ReturnType<Person['context']['storageState']>>;

/** Two partners after a call, and the session of one of them; a spec's first test makes it, the others use it. */
let world: (Places & { session: Session; server: string }) | undefined;

async function theWorld(paired: Pairing, server: string) {
  // After a failure the next test has a new server, where nobody lives yet.
  if (world?.server !== server) {
    const [me, partner] = await paired();
    const places = await makePlaces(me, partner);
    world = { ...places, session: await me.context.storageState(), server };
  }
  return world;
}

/**
 * The page answers, has its one heading, stays still when it comes to life, fits its window, and axe finds nothing: in the dark on a wide screen,
 * where it is loaded, and in the light on a phone. Each theme has its colours and each width its parts, so the other two would show nothing else.
 */
async function inspect(page: Page, { path, heading: name, moves }: SitePage, status = 200): Promise<void> {
  await test.step(path, async () => {
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'no-preference' });
    await page.setViewportSize({ width: 1280, height: 844 });
    const answer = await expectStill(page, path, moves);
    expect(answer?.status(), `${path} answers ${status}`).toBe(status);
    await expect(page, `${path} has a title`).toHaveTitle(/\S/);
    // Else axe would measure the contrast of what is still fading in.
    await page.emulateMedia({ reducedMotion: 'reduce' });
    for (const [colorScheme, width] of [
      ['dark', 1280],
      ['light', 390],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 844 });
      const where = `${path}, ${colorScheme}, ${width} px`;
      await expect(heading(page, name), where).toBeVisible();
      await expect(page.getByRole('heading', { level: 1 }), `${where}: one level-1 heading`).toHaveCount(1);
      await expectNoSidewaysScroll(page);
      await expectAccessible(page, where);
    }
  });
}

test('every page signed in', async ({ paired, open, server, quiet }) => {
  test.setTimeout(300_000);
  const world = await theWorld(paired, server.url);
  const { page } = await open({ storageState: world.session });
  await watchShifts(page, quiet);
  for (const place of signedInPages(world)) {
    await inspect(page, place);
  }
});

test('every page signed out', async ({ paired, open, server, quiet }) => {
  test.setTimeout(200_000);
  const world = await theWorld(paired, server.url);
  const { page } = await open();
  await watchShifts(page, quiet);
  for (const place of publicPages(world)) {
    await inspect(page, place);
  }
  quiet.allowStatus(404);
  await inspect(page, { name: 'not-found', path: '/no-such-page', heading: /.+/ }, 404);
});

test('every page fits a phone in the longer language, and the narrowest, and stays still', async ({ paired, open, server, quiet }) => {
  test.setTimeout(200_000);
  const world = await theWorld(paired, server.url);
  quiet.allowStatus(404);
  for (const [session, pages] of [
    [undefined, [...publicPages(world), { name: 'not-found', path: '/no-such-page', heading: /.+/ }]],
    [world.session, signedInPages(world)],
  ] satisfies [Session | undefined, SitePage[]][]) {
    const { context, page } = await open({ locale: 'es-ES', storageState: session });
    await watchShifts(page, quiet);
    for (const { path, moves } of pages) {
      await test.step(path, async () => {
        await page.setViewportSize({ width: 390, height: 844 });
        await expectStill(page, path, moves);
        await expect(page.locator('html')).toHaveAttribute('lang', 'es');
        await page.setViewportSize({ width: 320, height: 844 });
        await expectNoSidewaysScroll(page);
      });
    }
    await context.close();
  }
});

test('private pages send a stranger to log in, and to where they wanted to go', async ({ paired, open, server }) => {
  const world = await theWorld(paired, server.url);
  const { page } = await open();
  for (const { path } of privatePages(world)) {
    await page.goto(path);
    await expect(page, path).toHaveURL((url) => url.pathname === '/login' && url.searchParams.get('next') === path);
  }
});

test('what is not there answers 404, signed in too', async ({ paired, open, server, quiet }) => {
  const world = await theWorld(paired, server.url);
  const { page } = await open({ storageState: world.session });
  await watchShifts(page, quiet);
  quiet.allowStatus(404);
  for (const path of [
    '/no-such-page',
    '/people/nobody_of_this_name',
    '/partners/nobody_of_this_name',
    '/calls/0190a0d0-0000-7000-8000-000000000000',
    '/calls/no-call',
    '/call/no-room',
  ]) {
    await inspect(page, { name: 'not-found', path, heading: /.+/ }, 404);
  }
});

test('every page without JavaScript: its heading, its links, nothing that waits for a script', async ({ paired, open, server }) => {
  const world = await theWorld(paired, server.url);
  const signedIn = await open({ javaScriptEnabled: false, storageState: world.session });
  const signedOut = await open({ javaScriptEnabled: false });
  for (const [page, pages] of [
    [signedIn.page, signedInPages(world)],
    [signedOut.page, publicPages(world)],
  ] as const) {
    for (const { path, heading: name } of pages) {
      const answer = await page.goto(path);
      expect(answer?.status(), path).toBe(200);
      await expect(heading(page, name), path).toBeVisible();
      await expect(page.getByRole('main'), path).toBeVisible();
      await expectNoSidewaysScroll(page);
    }
  }
});

test('the links of the header lead everywhere', async ({ paired, open, server }) => {
  const world = await theWorld(paired, server.url);
  const { page } = await open({ storageState: world.session, viewport: { width: 1280, height: 844 } });
  await page.goto('/');
  await hydrated(page);
  for (const [link, title] of [
    ['Find partners', 'Find partners'],
    ['Requests', 'Requests'],
    ['My partners', 'My partners'],
    ['Calls', 'Call history'],
  ] as const) {
    await page.getByRole('link', { name: link, exact: true }).first().click();
    await expect(heading(page, title)).toBeVisible();
    await hydrated(page);
  }
  for (const [link, title] of [
    ['My profile', world.me],
    ['Settings', /.+/],
  ] as const) {
    await page.getByRole('button', { name: 'Account menu', exact: true }).click();
    await page.getByRole('link', { name: link, exact: true }).click();
    await expect(heading(page, title)).toBeVisible();
    await hydrated(page);
  }
});
