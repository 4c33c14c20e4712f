import type { Locator, Page } from '@playwright/test';
import { call, summaryAddress } from '../fixtures/calls';
import { keepCapturing } from '../fixtures/capturing';
import { severalDevices } from '../fixtures/chromium';
import { expectBothReceiving } from '../fixtures/media';
import { button, visit } from '../fixtures/page';
import type { Person } from '../fixtures/people';
import { partners, type Making } from '../fixtures/screens';
import { expect, test } from '../fixtures/test';

async function inCall(making: Making): Promise<[Person, Person]> {
  const [me, other] = await partners(making);
  await visit(other.page, '/calls');
  await call(me, other);
  await expectBothReceiving(me.page, other.page);
  return [me, other];
}

async function chooseLayout(page: Page, name: string): Promise<void> {
  await button(page, 'More').click();
  await page.getByRole('radio', { name, exact: true }).check();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('radio', { name, exact: true })).toBeHidden();
}

async function area(of: Locator): Promise<number> {
  const box = await of.boundingBox();
  return (box?.width ?? 0) * (box?.height ?? 0);
}

interface Middle {
  x: number;
  y: number;
}

async function middle(of: Locator): Promise<Middle> {
  const box = await of.boundingBox();
  return { x: (box?.x ?? 0) + (box?.width ?? 0) / 2, y: (box?.y ?? 0) + (box?.height ?? 0) / 2 };
}

/** In which corner of the partner's picture the own one lies. */
async function corner(own: Locator, partner: Locator): Promise<string> {
  const [mine, theirs] = await Promise.all([middle(own), middle(partner)]);
  return `${mine.y < theirs.y ? 'top' : 'bottom'} ${mine.x < theirs.x ? 'left' : 'right'}`;
}

const faces = (me: Person, other: Person): [Locator, Locator] => [
  me.page.getByLabel('Your video', { exact: true }),
  me.page.getByLabel(`${other.name}'s video`, { exact: true }),
];

test('three orders of the pictures, and the one chosen is remembered', async ({ enrolled, deviceOf }) => {
  const [me, other] = await inCall({ enrolled, deviceOf });
  const [own, partner] = faces(me, other);
  await expect.poll(async () => (await area(partner)) / (await area(own)), { message: 'the partner is large at first' }).toBeGreaterThan(3);
  expect(await corner(own, partner), 'and the own picture lies over it').toBe('bottom right');

  await chooseLayout(me.page, 'Side by side');
  await expect.poll(async () => (await area(partner)) / (await area(own)), { message: 'both alike' }).toBeCloseTo(1, 1);

  await chooseLayout(me.page, 'Picture in picture');
  const [small, large] = await Promise.all([own.boundingBox(), partner.boundingBox()]);
  expect(small && large && small.x > large.x && small.x + small.width < large.x + large.width, 'one lies over the other').toBe(true);

  await chooseLayout(me.page, 'Side by side');
  await me.page.reload();
  await expect(button(me.page, 'Leave call')).toBeVisible();
  await expect.poll(async () => (await area(partner)) / (await area(own)), { message: 'after a reload' }).toBeCloseTo(1, 1);
  await expectBothReceiving(me.page, other.page);
});

test('a press on a picture makes it large', async ({ enrolled, deviceOf }) => {
  const [me, other] = await inCall({ enrolled, deviceOf });
  const [own, partner] = faces(me, other);
  const enlarge = button(me.page, 'Show yourself large');
  await expect(enlarge).toHaveAttribute('aria-pressed', 'false');
  await enlarge.click();
  await expect(enlarge).toHaveAttribute('aria-pressed', 'true');
  await expect.poll(async () => (await area(own)) / (await area(partner))).toBeGreaterThan(3);
  await button(me.page, `Show ${other.name} large`).press('Enter');
  await expect.poll(async () => (await area(partner)) / (await area(own))).toBeGreaterThan(3);
  await expectBothReceiving(me.page, other.page);
});

test('the small picture is pulled, and led by arrow keys, from corner to corner', async ({ enrolled, deviceOf }) => {
  const [me, other] = await inCall({ enrolled, deviceOf });
  const [own, partner] = faces(me, other);
  await chooseLayout(me.page, 'Picture in picture');
  await expect.poll(() => corner(own, partner)).toBe('bottom right');

  const over = button(me.page, 'Show yourself large');
  await over.focus();
  await me.page.keyboard.press('ArrowLeft');
  await expect.poll(() => corner(own, partner)).toBe('bottom left');
  await expect(me.page.getByRole('status').filter({ hasText: 'Bottom left corner' })).toHaveCount(1);
  await me.page.keyboard.press('ArrowUp');
  await expect.poll(() => corner(own, partner)).toBe('top left');

  const from = await middle(own);
  const large = await partner.boundingBox();
  await me.page.mouse.move(from.x, from.y);
  await me.page.mouse.down();
  await me.page.mouse.move((large?.x ?? 0) + (large?.width ?? 0) * 0.8, from.y + 20, { steps: 8 });
  await me.page.mouse.up();
  await expect.poll(() => corner(own, partner)).toBe('top right');
  await expect(over, 'a pull is no press').toHaveAttribute('aria-pressed', 'false');

  await test.step('a press is enough', async () => {
    await button(me.page, 'More').click();
    const corners = me.page.getByRole('group', { name: 'Corner of the small picture', exact: true });
    await expect(corners.getByRole('radio', { name: 'Top right corner', exact: true })).toBeChecked();
    await corners.getByRole('radio', { name: 'Bottom left corner', exact: true }).check();
    await expect.poll(() => corner(own, partner)).toBe('bottom left');
    await corners.getByRole('radio', { name: 'Top right corner', exact: true }).check();
    await expect.poll(() => corner(own, partner)).toBe('top right');
    await me.page.keyboard.press('Escape');
    await expect(corners).toBeHidden();
    await chooseLayout(me.page, 'Spotlight');
    await button(me.page, 'More').click();
    await expect(corners, 'where nothing lies over anything').toHaveCount(0);
    await me.page.keyboard.press('Escape');
    await chooseLayout(me.page, 'Picture in picture');
  });

  await me.page.reload();
  await expect(button(me.page, 'Leave call')).toBeVisible();
  await expect.poll(() => corner(own, partner), { message: 'after a reload' }).toBe('top right');
});

test('the call fills the screen, and the buttons go when nothing moves', async ({ enrolled, deviceOf }) => {
  const [me] = await inCall({ enrolled, deviceOf });
  const { page } = me;
  const controls = page.getByRole('group', { name: 'Call controls', exact: true });
  await button(page, 'More').click();
  await button(page, 'Full screen').click();
  await expect.poll(() => page.evaluate(() => document.fullscreenElement !== null)).toBe(true);
  await expect(page.locator('.frame-header')).toBeHidden();

  await page.mouse.move(200, 200);
  await page.getByRole('region', { name: 'The call', exact: true }).focus();
  await expect(controls, 'they fade').toHaveCSS('opacity', '0');
  await page.mouse.move(240, 240);
  await expect(controls, 'they are back').toHaveCSS('opacity', '1');
  await page.keyboard.press('Tab');
  await button(page, 'Mute microphone').focus();
  await expect(controls).toHaveCSS('opacity', '1');

  await button(page, 'More').click();
  await button(page, 'Leave full screen').click();
  await expect.poll(() => page.evaluate(() => document.fullscreenElement === null)).toBe(true);
  await button(page, 'More').click();
  await button(page, 'Full screen').click();
  await expect.poll(() => page.evaluate(() => document.fullscreenElement !== null)).toBe(true);
  await button(page, 'Leave call').click();
  await expect.poll(() => page.evaluate(() => document.fullscreenElement === null), { message: 'with the call' }).toBe(true);
});

test("the partner's picture is asked for in a window of its own", async ({ enrolled, deviceOf }) => {
  const [me, other] = await partners({ enrolled, deviceOf });
  // Where nobody sees them, browsers open no such windows.
  await me.context.addInitScript(() => {
    Object.defineProperty(Document.prototype, 'pictureInPictureEnabled', { get: () => true });
    HTMLVideoElement.prototype.requestPictureInPicture = function () {
      document.documentElement.dataset.poppedOut = this.getAttribute('aria-label') ?? '';
      return Promise.reject(new DOMException('There is no window.', 'NotSupportedError'));
    };
  });
  await visit(other.page, '/calls');
  await call(me, other);
  await expectBothReceiving(me.page, other.page);
  await button(me.page, 'More').click();
  await button(me.page, 'Pop out the picture').click();
  await expect(me.page.locator('html')).toHaveAttribute('data-popped-out', `${other.name}'s video`);
});

test('another camera is chosen in the middle of the call', async ({ enrolled, deviceOf, launch }) => {
  const browser = await launch(severalDevices);
  const [me, other] = await partners({ enrolled: (options) => enrolled({ as: { in: browser }, ...options }), deviceOf });
  await keepCapturing(me.context);
  await visit(other.page, '/calls');
  await call(me, other);
  await expectBothReceiving(me.page, other.page);
  const inUse = () =>
    me.page.evaluate(() => {
      const senders = window.__pcs.filter((pc) => pc.connectionState === 'connected').flatMap((pc) => pc.getSenders());
      return senders.map(({ track }) => track).find((track) => track?.kind === 'video' && track.readyState === 'live')?.getSettings().deviceId;
    });
  const before = await inUse();
  await button(me.page, 'More').click();
  await button(me.page, 'Devices').click();
  const dialog = me.page.getByRole('dialog', { name: 'Devices', exact: true });
  for (const picker of ['Camera', 'Microphone', 'Speaker']) {
    await expect(dialog.getByRole('combobox', { name: picker, exact: true })).toBeVisible();
  }
  const cameras = dialog.getByRole('combobox', { name: 'Camera', exact: true });
  const chosen = (await cameras.locator('option').last().getAttribute('value')) as string;
  expect(chosen, 'another than the one in use').not.toBe(before);
  await cameras.selectOption(chosen);
  await me.page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(button(me.page, 'More')).toBeFocused();
  await expect.poll(inUse).toBe(chosen);
  await expectBothReceiving(me.page, other.page);
});

test('the system is told of the call and acts on it, and the screen is kept on', async ({ enrolled, deviceOf }) => {
  const [me, other] = await partners({ enrolled, deviceOf });
  await me.context.addInitScript(() => {
    const locks: { released: boolean }[] = [];
    const actions: Record<string, MediaSessionActionHandler | null> = {};
    Object.assign(window, { __locks: locks, __actions: actions });
    const { setActionHandler } = MediaSession.prototype;
    MediaSession.prototype.setActionHandler = function (action, handler) {
      setActionHandler.call(this, action, handler);
      actions[action] = handler;
    };
    Object.defineProperty(navigator, 'wakeLock', {
      value: {
        request: async () => {
          const lock = {
            released: false,
            release: async () => {
              lock.released = true;
            },
          };
          locks.push(lock);
          return lock;
        },
      },
    });
  });
  const held = () =>
    me.page.evaluate(() => (window as unknown as { __locks: { released: boolean }[] }).__locks.filter((lock) => !lock.released).length);
  await visit(other.page, '/calls');
  await call(me, other);
  await expect.poll(() => me.page.evaluate(() => navigator.mediaSession.metadata?.title)).toBe(`Call with ${other.name}`);
  await expect.poll(held).toBe(1);
  // The browser takes it back when the page is hidden.
  await me.page.evaluate(() => {
    for (const lock of (window as unknown as { __locks: { released: boolean }[] }).__locks) {
      lock.released = true;
    }
  });
  await expect.poll(held, { message: 'asked for again' }).toBe(1);
  // As a key of the device or a button of the system does.
  const press = (action: string) =>
    me.page.evaluate((action) => {
      const actions = (window as unknown as { __actions: Record<string, ((details: object) => void) | null> }).__actions;
      actions[action]?.({ action });
    }, action);
  await press('togglemicrophone');
  await expect(button(me.page, 'Unmute microphone')).toBeVisible();
  await press('togglecamera');
  await expect(button(me.page, 'Turn camera on')).toBeVisible();
  await expect(other.page.getByText(`${me.name}'s camera is off`).first()).toBeVisible();
  await press('hangup');
  await expect(me.page).toHaveURL(summaryAddress);
  await expect.poll(held, { message: 'given back' }).toBe(0);
  await expect.poll(() => me.page.evaluate(() => navigator.mediaSession.metadata)).toBeNull();
});

test('the call is timed for both, and a reload does not set the clock back', async ({ enrolled, deviceOf }) => {
  const [me, other] = await inCall({ enrolled, deviceOf });
  const timer = (page: Page) => page.getByRole('timer', { name: 'Length of the call', exact: true });
  const seconds = async (page: Page) => {
    const [minutes = 0, rest = 0] = ((await timer(page).textContent()) ?? '').split(':').map(Number);
    return minutes * 60 + rest;
  };
  await expect(timer(me.page)).toHaveText(/^\d+:\d\d$/);
  await expect.poll(() => seconds(me.page), { timeout: 20_000 }).toBeGreaterThan(4);
  const [mine, theirs] = await Promise.all([seconds(me.page), seconds(other.page)]);
  expect(Math.abs(mine - theirs), 'both read the same clock').toBeLessThanOrEqual(2);
  const before = await seconds(me.page);
  await me.page.reload();
  await expect(timer(me.page)).toBeVisible();
  expect(await seconds(me.page)).toBeGreaterThanOrEqual(before);
});
