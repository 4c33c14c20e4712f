import type { BrowserContextOptions, Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { expectNoSidewaysScroll, heading, hydrated } from '../fixtures/page';
import { becomePartners } from '../fixtures/partners';
import { type Places, makePlaces, privatePages, publicPages, signedInPages, type SitePage } from '../fixtures/site';
import { expect, type JoinOptions, test } from '../fixtures/test';
import type { Person } from '../fixtures/people';

type Session = Awaited<ReturnType<Person['context']['storageState']>>;

/** Two partners after a call, and the session of one of them; a spec's first test makes it, the others use it. */
let world: (Places & { session: Session; server: string }) | undefined;

async function theWorld(join: (options?: JoinOptions) => Promise<Person>, server: string) {
  // After a failure the next test has a new server, where nobody lives yet.
  if (world?.server !== server) {
    const me = await join();
    const partner = await join({ speaks: 'English', learns: 'Spanish' });
    await becomePartners(me, partner);
    const places = await makePlaces(me, partner);
    world = { ...places, session: await me.context.storageState(), server };
  }
  return world;
}

/** The page answers, has its one heading, fits its window, and axe finds nothing. */
async function inspect(page: Page, { path, heading: name }: SitePage, status = 200): Promise<void> {
  await test.step(path, async () => {
    const answer = await page.goto(path);
    expect(answer?.status(), `${path} answers ${status}`).toBe(status);
    await hydrated(page);
    await expect(heading(page, name), path).toBeVisible();
    await expect(page.getByRole('heading', { level: 1 }), `${path} has one level-1 heading`).toHaveCount(1);
    await expect(page, `${path} has a title`).toHaveTitle(/\S/);
    await expectNoSidewaysScroll(page);
    await expectAccessible(page, path);
  });
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [390, 1280]) {
    // Reduced motion: axe would measure the contrast of what is still fading in.
    const look: BrowserContextOptions = { colorScheme, viewport: { width, height: 844 }, reducedMotion: 'reduce' };

    test(`every page signed in, ${colorScheme}, ${width} px`, async ({ join, open, server }) => {
      test.setTimeout(180_000);
      const world = await theWorld(join, server.url);
      const { page } = await open({ ...look, storageState: world.session });
      for (const place of signedInPages(world)) {
        await inspect(page, place);
      }
    });

    test(`every page signed out, ${colorScheme}, ${width} px`, async ({ join, open, server, quiet }) => {
      test.setTimeout(120_000);
      const world = await theWorld(join, server.url);
      const { page } = await open(look);
      for (const place of publicPages(world)) {
        await inspect(page, place);
      }
      quiet.allowStatus(404);
      await inspect(page, { name: 'not-found', path: '/no-such-page', heading: /.+/ }, 404);
    });
  }
}

for (const width of [320, 390]) {
  test(`every page fits a window of ${width} px in the longer language`, async ({ join, open, server, quiet }) => {
    test.setTimeout(120_000);
    const world = await theWorld(join, server.url);
    const look: BrowserContextOptions = { locale: 'es-ES', viewport: { width, height: 844 } };
    quiet.allowStatus(404);
    for (const [session, pages] of [
      [undefined, [...publicPages(world), { name: 'not-found', path: '/no-such-page' }]],
      [world.session, signedInPages(world)],
    ] as const) {
      const { context, page } = await open({ ...look, storageState: session });
      for (const { path } of pages) {
        await test.step(path, async () => {
          await page.goto(path);
          await hydrated(page);
          await expect(page.locator('html')).toHaveAttribute('lang', 'es');
          await expectNoSidewaysScroll(page);
        });
      }
      await context.close();
    }
  });
}

test('private pages send a stranger to log in, and to where they wanted to go', async ({ join, open, server }) => {
  const world = await theWorld(join, server.url);
  const { page } = await open();
  for (const { path } of privatePages(world)) {
    await page.goto(path);
    await expect(page, path).toHaveURL((url) => url.pathname === '/login' && url.searchParams.get('next') === path);
  }
});

test('what is not there answers 404, signed in too', async ({ join, open, server, quiet }) => {
  const world = await theWorld(join, server.url);
  const { page } = await open({ storageState: world.session });
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

test('every page without JavaScript: its heading, its links, nothing that waits for a script', async ({ join, open, server }) => {
  const world = await theWorld(join, server.url);
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

test('the links of the header lead everywhere', async ({ join, open, server }) => {
  const world = await theWorld(join, server.url);
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
