import type { BrowserContext, Locator, Page } from '@playwright/test';
import { incoming, ring } from '../fixtures/calls';
import { accountMenu, article, button, field, hydrated, visit } from '../fixtures/page';
import { becomePartners } from '../fixtures/partners';
import { logIn, type Person } from '../fixtures/people';
import { expect, type JoinOptions, test } from '../fixtures/test';

/** The text by which a partner's card says how they can be reached. */
function says(watcher: Page, name: string, words: string | RegExp): Locator {
  return article(watcher, name).getByText(words, { exact: typeof words === 'string' });
}

/** Two partners, one of whom watches the list in which the other stands. */
async function watched(
  join: (options?: JoinOptions) => Promise<Person>,
  between: (other: Person) => Promise<unknown> = async () => undefined,
): Promise<[Person, Person]> {
  const watcher = await join();
  const other = await join({ speaks: 'English', learns: 'Spanish' });
  await becomePartners(watcher, other);
  await between(other);
  await visit(other.page, '/calls');
  await visit(watcher.page, '/partners');
  await expect(says(watcher.page, other.name, 'Online')).toBeVisible();
  return [watcher, other];
}

test('nobody at any tab for five minutes: away, until one is touched', async ({ join, open }) => {
  const [watcher, other] = await watched(join, (other) => other.context.clock.install());
  // The clock belongs to a browser, so the second tab is in another one.
  const second = await open();
  await second.context.clock.install();
  await logIn(second.page, other.name, other.password);
  await visit(second.page, '/calls');

  await other.page.clock.fastForward('05:01');
  await second.page.clock.fastForward('04:00');
  await expect(says(watcher.page, other.name, 'Online')).toBeVisible();
  await second.page.clock.fastForward('01:01');
  await expect(says(watcher.page, other.name, 'Away')).toBeVisible();
  await other.page.mouse.move(40, 40);
  await other.page.mouse.move(60, 60);
  await expect(says(watcher.page, other.name, 'Online')).toBeVisible();
});

test('appearing offline: gone for others, but not for a call', async ({ join }) => {
  const [watcher, other] = await watched(join);
  await accountMenu(other.page);
  await button(other.page, 'Appear offline').click();
  await expect(button(other.page, 'Appear online')).toBeVisible();
  await expect(says(watcher.page, other.name, /^Last seen/)).toBeVisible();

  await visit(other.page, '/settings/privacy');
  await expect(field(other.page, 'Appear offline')).toBeChecked();
  await expect(field(other.page, 'Show when online')).toBeChecked();
  await watcher.page.reload();
  await hydrated(watcher.page);
  await expect(says(watcher.page, other.name, /^Last seen/)).toBeVisible();
  await ring(watcher, other.name);
  await button(incoming(other.page, watcher.name), 'Decline').click();
  await button(watcher.page, 'Close').click();

  // The page and the menu are of one mind, and what is chosen on the page stays.
  await accountMenu(other.page);
  await button(other.page, 'Appear online').click();
  await expect(says(watcher.page, other.name, 'Online')).toBeVisible();
  await expect(field(other.page, 'Appear offline')).not.toBeChecked();
  await other.page.keyboard.press('Escape');
  await field(other.page, 'Appear offline').check();
  await button(other.page, 'Save').click();
  await expect(other.page.getByRole('status').getByText('Saved')).toBeVisible();
  await expect(field(other.page, 'Appear offline')).toBeChecked();
  await expect(says(watcher.page, other.name, /^Last seen/)).toBeVisible();
});

test('the server is killed and comes back: who does not come back is gone', async ({ join, server, quiet }) => {
  const [watcher, leaves] = await watched(join);
  const stays = await join({ speaks: 'English', learns: 'Spanish' });
  await becomePartners(watcher, stays);
  await visit(watcher.page, '/partners');
  await expect(says(watcher.page, stays.name, 'Online')).toBeVisible();
  quiet.allowOutage();

  await server.kill();
  await leaves.page.close();
  await server.start();
  await expect(says(watcher.page, leaves.name, /^(Last seen|Offline)/)).toBeVisible({ timeout: 30_000 });
  await expect(says(watcher.page, stays.name, 'Online')).toBeVisible({ timeout: 30_000 });
});

/** The sockets of a browser, and what becomes of them. */
interface Wire {
  /** How many were opened. */
  opened: number;
  /** How many answers to a probe came. */
  answers: number;
  /** From now on nothing passes in either direction on those that are open, and nobody says so. */
  cut: () => void;
  /** When the page gave up on one that was cut. */
  givenUp: number | undefined;
}

async function wire(context: BrowserContext): Promise<Wire> {
  const state: Wire = { opened: 0, answers: 0, cut: () => undefined, givenUp: undefined };
  const cuts: (() => void)[] = [];
  state.cut = () => cuts.splice(0).forEach((cut) => cut());
  await context.routeWebSocket(/\/ws(\?|$)/, (socket) => {
    state.opened += 1;
    let isCut = false;
    cuts.push(() => (isCut = true));
    const server = socket.connectToServer();
    socket.onMessage((message) => {
      if (!isCut) {
        server.send(message);
      }
    });
    server.onMessage((message) => {
      if (!isCut) {
        state.answers += String(message).includes('"alive"') ? 1 : 0;
        socket.send(message);
      }
    });
    socket.onClose(() => {
      if (isCut) {
        state.givenUp ??= Date.now();
      }
      void server.close();
    });
  });
  return state;
}

// With half a second for two busy cores.
const NOTICED = 2_000 + 500;

for (const [what, wake] of [
  ['the network is back', (page: Page) => page.evaluate(() => window.dispatchEvent(new Event('online')))],
  [
    'the page comes back from the back-forward cache',
    (page: Page) => page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))),
  ],
  [
    'the tab is seen again',
    (page: Page) => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))),
  ],
  ['the machine has slept', (page: Page) => page.clock.fastForward('01:00')],
] as const) {
  test(`a socket that only looks open is noticed within two seconds when ${what}`, async ({ join }) => {
    let sockets: Wire | undefined;
    const [watcher, other] = await watched(join, async ({ context }) => {
      await context.clock.install();
      sockets = await wire(context);
    });
    if (!sockets) {
      throw new Error('nothing is wired');
    }
    // One that lives stays.
    await other.page.evaluate(() => window.dispatchEvent(new Event('online')));
    await expect.poll(() => sockets?.answers).toBeGreaterThan(0);
    const before = sockets.opened;
    sockets.cut();
    expect(sockets.givenUp).toBeUndefined();
    const woken = Date.now();
    await wake(other.page);
    await expect.poll(() => sockets?.givenUp, { intervals: [50] }).toBeDefined();
    expect((sockets.givenUp ?? Infinity) - woken).toBeLessThan(NOTICED);
    expect(before, 'nothing else opened one').toBeGreaterThan(0);
    await expect.poll(() => sockets?.opened).toBe(before + 1);

    // The new one carries what comes.
    await ring(watcher, other.name);
    await expect(incoming(other.page, watcher.name)).toBeVisible();
  });
}

test('back from another page: here again', async ({ join }) => {
  const [watcher, other] = await watched(join);
  await other.page.goto('about:blank');
  await other.page.goBack();
  await hydrated(other.page);
  await ring(watcher, other.name);
  await expect(incoming(other.page, watcher.name)).toBeVisible();
});
