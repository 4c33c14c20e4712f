import type { BrowserContext, Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { arrive, call, leave } from '../fixtures/calls';
import {
  chat,
  chatButton,
  chatField,
  chatLog,
  closeDataChannels,
  expectAllKept,
  expectLog,
  keepDataChannels,
  kept,
  openChat,
  shutDataChannels,
  write,
} from '../fixtures/chat';
import { expectBothReceiving } from '../fixtures/media';
import { accountMenu, button, expectNoSidewaysScroll, hydrated, visit } from '../fixtures/page';
import { signIn } from '../fixtures/http';
import type { Person } from '../fixtures/people';
import { type Making, partners } from '../fixtures/screens';
import { expect, test } from '../fixtures/test';

/** Cuts the sockets of a browser, and all new ones, until it is mended. */
interface Line {
  cut: () => Promise<void>;
  mend: () => void;
}

async function lineOf(context: BrowserContext): Promise<Line> {
  let isCut = false;
  const open: (() => Promise<unknown>)[] = [];
  await context.routeWebSocket(/\/ws(\?|$)/, (socket) => {
    if (isCut) {
      void socket.close({ code: 1011 });
      return;
    }
    const server = socket.connectToServer();
    open.push(() => Promise.all([server.close({ code: 1011 }), socket.close({ code: 1011 })]));
  });
  return {
    cut: async () => {
      isCut = true;
      await Promise.all(open.splice(0).map((close) => close()));
    },
    mend: () => {
      isCut = false;
    },
  };
}

/** Two partners in a call; `prepare` does something to their browsers before. */
async function inCall(making: Making, prepare: (context: BrowserContext) => Promise<unknown> = async () => {}): Promise<[Person, Person]> {
  const [one, other] = await partners(making);
  for (const person of [one, other]) {
    await prepare(person.context);
    await visit(person.page, '/partners');
  }
  await call(one, other);
  await expectBothReceiving(one.page, other.page);
  return [one, other];
}

function roomOf(page: Page): string {
  return new URL(page.url()).pathname.split('/').pop() as string;
}

test('what one writes the other reads: unread while closed, in turns, with times, on both sides the same', async ({ enrolled, deviceOf }) => {
  const [one, other] = await inCall({ enrolled, deviceOf });
  await openChat(one.page);
  await expect(chat(one.page)).toContainText('Nothing has been written yet');
  await expect(button(chat(one.page), 'Send')).toBeDisabled();
  await chatField(one.page).fill(' \n ');
  await expect(button(chat(one.page), 'Send'), 'white space says nothing').toBeDisabled();

  await chatField(one.page).fill('¿Qué tal?');
  await chatField(one.page).press('Enter');
  await expect(chatField(one.page)).toHaveValue('');
  await expect(chatField(one.page)).toBeFocused();
  await write(one.page, 'Second');
  const unread = other.page.getByRole('button', { name: 'Chat, 2 unread', exact: true });
  await expect(unread).toBeVisible();
  await expect(unread).toContainText('2');
  await expect(unread).toHaveAttribute('aria-expanded', 'false');
  await expect(other.page.getByRole('status').filter({ hasText: `${one.name} writes: Second` })).toBeAttached();

  await openChat(other.page);
  await expect(chatButton(other.page)).toHaveAccessibleName('Chat');
  await expect(chatButton(other.page)).toHaveAttribute('aria-expanded', 'true');
  await write(other.page, 'Muy bien');
  for (const { page } of [one, other]) {
    await expectLog(page, ['¿Qué tal?', 'Second', 'Muy bien']);
    await expectAllKept(page);
    await expect(chatLog(page).locator('time')).toHaveText([/^\d\d:\d\d$/, /^\d\d:\d\d$/, /^\d\d:\d\d$/]);
  }
  // Whose words they are is said, where the turn changes, and to listeners always.
  await expect(chatLog(one.page).getByText('You', { exact: true })).toHaveCount(2);
  await expect(chatLog(one.page).getByText(other.name, { exact: true })).toHaveCount(1);
  expect(await kept(one.context, roomOf(one.page))).toEqual([
    { seq: 1, text: '¿Qué tal?' },
    { seq: 2, text: 'Second' },
    { seq: 3, text: 'Muy bien' },
  ]);

  // What was read stays read, on a page that is loaded anew.
  await expect
    .poll(async () => {
      const { conversation } = await (await other.context.request.get(`/api/room?room=${roomOf(other.page)}`)).json();
      return (await (await other.context.request.get(`/api/messages?conversation=${conversation}`)).json()).unread;
    })
    .toBe(0);
  await other.page.reload();
  await arrive(other.page, one.name);
  await expect(chatButton(other.page)).toHaveAccessibleName('Chat');
  await openChat(other.page);
  await expectLog(other.page, ['¿Qué tal?', 'Second', 'Muy bien']);
});

test('without the server: it arrives directly, is tried again, and is kept when the server is back', async ({ enrolled, deviceOf, quiet }) => {
  quiet.allowOutage();
  const lines = new Map<BrowserContext, Line>();
  const [one, other] = await inCall({ enrolled, deviceOf }, async (context) => lines.set(context, await lineOf(context)));
  const room = roomOf(one.page);
  await openChat(one.page);
  await openChat(other.page);

  for (const { context } of [one, other]) {
    await context.setOffline(true);
    await lines.get(context)?.cut();
  }
  await write(one.page, 'Can you hear me?');
  await expectLog(other.page, ['Can you hear me?']);
  await expect(chat(one.page).getByText('Not sent yet – trying again')).toBeVisible();
  await write(other.page, 'Loud and clear');
  await expectLog(one.page, ['Can you hear me?', 'Loud and clear']);
  await expectBothReceiving(one.page, other.page);

  for (const { context } of [one, other]) {
    lines.get(context)?.mend();
    await context.setOffline(false);
  }
  for (const { page } of [one, other]) {
    await expectAllKept(page);
  }
  const texts = (await kept(one.context, room)).map(({ text }) => text);
  expect([...texts].sort()).toEqual(['Can you hear me?', 'Loud and clear']);
  // In the end both have the order of the server.
  for (const { page } of [one, other]) {
    await expectLog(page, texts);
    await expect(chatLog(page).locator('time')).toHaveCount(2);
  }
});

test('without the data channel: it arrives by way of the server', async ({ enrolled, deviceOf }) => {
  const [one, other] = await inCall({ enrolled, deviceOf }, (context) => context.addInitScript(shutDataChannels));
  await openChat(one.page);
  await openChat(other.page);
  await write(one.page, 'By the long way');
  await expectLog(other.page, ['By the long way']);
  await write(other.page, 'And back');
  for (const { page } of [one, other]) {
    await expectLog(page, ['By the long way', 'And back']);
    await expectAllKept(page);
  }
});

test('what was said while one was away is there when they are back', async ({ enrolled, deviceOf }) => {
  const [one, other] = await inCall({ enrolled, deviceOf });
  await openChat(one.page);
  await write(one.page, 'Before');
  const room = other.page.url();
  await other.page.goto('about:blank');
  await write(one.page, 'Are you there?');
  await expectAllKept(one.page);
  await other.page.goto(room);
  await arrive(other.page, one.name);
  await expect(chatButton(other.page)).toHaveAccessibleName('Chat, 2 unread');
  await openChat(other.page);
  await expectLog(other.page, ['Before', 'Are you there?']);
});

test('what could not be sent outlives a reload, and is sent from whatever page', async ({ enrolled, deviceOf, quiet }) => {
  quiet.allowOutage();
  const [one, other] = await inCall({ enrolled, deviceOf });
  const room = roomOf(one.page);
  let isAway = true;
  await one.context.route('**/api/send_message', (route) => (isAway ? route.abort() : route.continue()));
  await openChat(one.page);
  await write(one.page, 'Keep this');
  await write(one.page, 'And this');
  await expect(chat(one.page).getByText('Not sent yet – trying again')).toBeVisible();

  await one.page.reload();
  await arrive(one.page, other.name);
  await openChat(one.page);
  await expectLog(one.page, ['Keep this', 'And this']);
  await expect(chat(one.page).getByText('Not sent yet – trying again')).toBeVisible();
  expect(await kept(one.context, room)).toEqual([]);

  // The call is over, and the page of it gone.
  await leave(one.page);
  isAway = false;
  await expect
    .poll(() => kept(one.context, room), { timeout: 30_000 })
    .toEqual([
      { seq: 1, text: 'Keep this' },
      { seq: 2, text: 'And this' },
    ]);
  await expect
    .poll(() => one.page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('speakle.unsent'))))
    .toEqual([]);
});

test('nothing is lost when the server and the channel die, the tab is loaded anew meanwhile, and both come back', async ({
  enrolled,
  deviceOf,
  server,
  quiet,
}) => {
  quiet.allowOutage();
  quiet.allowStatus(503);
  const [one, other] = await inCall({ enrolled, deviceOf }, (context) => context.addInitScript(keepDataChannels));
  const room = one.page.url();
  await openChat(one.page);
  await openChat(other.page);
  await write(one.page, 'Both there');
  await expectLog(other.page, ['Both there']);
  await expectAllKept(one.page);

  await server.kill();
  await closeDataChannels(one.page);
  await write(one.page, 'Neither there');
  await write(other.page, 'Nor here');
  for (const { page } of [one, other]) {
    await expect(chat(page).getByText('Not sent yet – trying again')).toBeVisible();
  }
  await expectLog(other.page, ['Both there', 'Nor here']);
  // There is no server to give the page: what was written waits without one.
  await one.page.reload().catch(() => undefined);
  await server.start();
  await one.page.goto(room);
  await arrive(one.page, other.name);
  await expectBothReceiving(one.page, other.page);
  await openChat(one.page);
  for (const { page } of [one, other]) {
    await expect(chatLog(page).locator('.chat-text')).toHaveCount(3, { timeout: 30_000 });
    await expectAllKept(page);
  }
  const texts = (await kept(one.context, roomOf(one.page))).map(({ text }) => text);
  expect([...texts].sort(), 'each once').toEqual(['Both there', 'Neither there', 'Nor here']);
  for (const { page } of [one, other]) {
    await expectLog(page, texts);
  }
  await write(one.page, 'And on');
  await expectLog(other.page, [...texts, 'And on']);
});

test('what could not be sent is gone with the log-out of who wrote it', async ({ enrolled, deviceOf, quiet }) => {
  quiet.allowOutage();
  const [one, other] = await inCall({ enrolled, deviceOf });
  const room = roomOf(one.page);
  await one.context.route('**/api/send_message', (route) => route.abort());
  await openChat(one.page);
  await write(one.page, 'For nobody else to read');
  await expect(chat(one.page).getByText('Not sent yet – trying again')).toBeVisible();
  const unsent = () => one.page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('speakle.unsent')));
  expect(await unsent()).toHaveLength(1);
  await leave(one.page);
  await accountMenu(one.page);
  await button(one.page, 'Log out').click();
  await expect(one.page.getByRole('link', { name: 'Log in', exact: true }).first()).toBeVisible();
  await hydrated(one.page);
  await expect.poll(unsent).toEqual([]);

  // Nor is it sent for whoever comes next, or for the same person.
  await one.context.unroute('**/api/send_message');
  await signIn(one.context, one);
  await visit(one.page, '/partners');
  await expect(button(one.page, 'Account menu')).toBeVisible();
  expect(await kept(other.context, room)).toEqual([]);
});

test('text is text, addresses of the web are links, and what is too long is kept in the field', async ({ enrolled, deviceOf }) => {
  const [one, other] = await inCall({ enrolled, deviceOf });
  await openChat(one.page);
  await openChat(other.page);
  const markup = '<img src=x onerror="document.title=1"> <b>&amp;</b>';
  await write(one.page, markup);
  await write(one.page, 'See https://example.org/a?b=1. Not javascript:alert(1)');
  await chatField(one.page).pressSequentially('one');
  await chatField(one.page).press('Shift+Enter');
  await chatField(one.page).pressSequentially('two');
  await chatField(one.page).press('Enter');
  await expectLog(other.page, [markup, 'See https://example.org/a?b=1. Not javascript:alert(1)', 'one two']);
  await expect(chatLog(other.page).locator('img, b, script')).toHaveCount(0);
  expect(await chatLog(other.page).locator('.chat-text').last().innerText()).toBe('one\ntwo');
  const link = chatLog(other.page).getByRole('link');
  await expect(link).toHaveCount(1);
  await expect(link).toHaveText('https://example.org/a?b=1');
  await expect(link).toHaveAttribute('href', 'https://example.org/a?b=1');
  await expect(link).toHaveAttribute('target', '_blank');
  await expect(link).toHaveAttribute('rel', 'noopener noreferrer');

  await chatField(one.page).fill('x'.repeat(4_001));
  await chatField(one.page).press('Enter');
  await expect(chat(one.page).getByRole('alert')).toContainText('4000');
  await expect(chatField(one.page)).toHaveAttribute('aria-invalid', 'true');
  await expect(chatField(one.page)).toHaveValue('x'.repeat(4_001));
  await chatField(one.page).press('Backspace');
  await expect(chat(one.page).getByRole('alert')).toHaveCount(0);
  await chatField(one.page).press('Enter');
  await expect(chatLog(other.page).locator('.chat-text').last()).toHaveText('x'.repeat(4_000));
  await expectNoSidewaysScroll(other.page);
});

test('by keyboard alone: opened, written, closed by Escape, and the draft is kept', async ({ enrolled, deviceOf }) => {
  const [one, other] = await inCall({ enrolled, deviceOf });
  await chatButton(one.page).focus();
  await one.page.keyboard.press('Enter');
  await expect(chatField(one.page)).toBeFocused();
  await one.page.keyboard.type('Hola');
  await one.page.keyboard.press('Enter');
  await expect(other.page.getByRole('button', { name: 'Chat, 1 unread', exact: true })).toBeVisible();
  await one.page.keyboard.type('not finished');
  await one.page.keyboard.press('Escape');
  await expect(chat(one.page)).toHaveCount(0);
  await expect(chatButton(one.page)).toBeFocused();
  await one.page.keyboard.press('Space');
  await expect(chatField(one.page)).toHaveValue('not finished');
  await one.page.keyboard.press('Shift+Tab');
  await expect(chatLog(one.page)).toBeFocused();
  await one.page.keyboard.press('Shift+Tab');
  await expect(button(one.page, 'Close chat')).toBeFocused();
  await one.page.keyboard.press('Enter');
  await expect(chatButton(one.page)).toBeFocused();
});

for (const [where, viewport] of [
  ['on a small phone', { width: 320, height: 480 }],
  ['on a wide screen', { width: 1280, height: 800 }],
] as const) {
  test(`the chat ${where}: in its place, nothing scrolls sideways, axe finds nothing`, async ({ enrolled, deviceOf }) => {
    const [one, other] = await inCall({
      enrolled: (options) => enrolled({ ...options, as: { viewport, reducedMotion: 'reduce' } }),
      deviceOf,
    });
    await openChat(one.page);
    await openChat(other.page);
    await write(one.page, `A long word: ${'Donaudampfschifffahrt'.repeat(8)} https://example.org/${'way/'.repeat(30)}`);
    await write(other.page, 'Short');
    for (const { page } of [one, other]) {
      await expect(chatLog(page).locator('.chat-text')).toHaveCount(2);
      await expectAllKept(page);
      await expectNoSidewaysScroll(page);
      const [panel, log] = [await chat(page).boundingBox(), await chatLog(page).boundingBox()];
      const field = await chatField(page).boundingBox();
      const picture = await page.locator('.call-pictures').boundingBox();
      if (!panel || !log || !field || !picture) {
        throw new Error('something is not there');
      }
      expect(panel.x + panel.width).toBeLessThanOrEqual(viewport.width);
      expect(field.y + field.height, 'the field is on the screen').toBeLessThanOrEqual(viewport.height);
      expect(log.height, 'there is room to read').toBeGreaterThan(80);
      if (viewport.width > 1_000) {
        expect(panel.x, 'beside the pictures').toBeGreaterThanOrEqual(picture.x + picture.width);
      } else {
        expect(panel.x, 'over the pictures').toBeLessThan(picture.x + picture.width);
      }
      const content = await chatLog(page).evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
      expect(content, 'long words wrap').toBeLessThanOrEqual(0);
      await expectAccessible(page);
    }
    // The way to leave stays in reach.
    await leave(one.page);
  });
}

test('a long conversation begins with its end, and earlier messages can be fetched', async ({ enrolled, deviceOf }) => {
  const [one, other] = await partners({ enrolled, deviceOf });
  for (const person of [one, other]) {
    await visit(person.page, '/partners');
  }
  await call(one, other);
  const { conversation } = await (await one.context.request.get(`/api/room?room=${roomOf(one.page)}`)).json();
  for (let number = 1; number <= 60; number += 1) {
    const client_id = `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;
    const form = { conversation, client_id, text: `Number ${number}` };
    const headers = { accept: 'application/json', 'sec-fetch-site': 'same-origin' };
    expect((await one.context.request.post('/api/send_message', { form, headers })).status()).toBe(200);
  }
  await other.page.reload();
  await arrive(other.page, one.name);
  await openChat(other.page);
  const texts = chatLog(other.page).locator('.chat-text');
  await expect(texts).toHaveCount(50);
  await expect(texts.last()).toHaveText('Number 60');
  await expect(texts.last()).toBeInViewport();
  await button(chatLog(other.page), 'Earlier messages').click();
  await expect(texts).toHaveCount(60);
  await expect(texts.first()).toHaveText('Number 1');
  await expect(button(chatLog(other.page), 'Earlier messages')).toHaveCount(0);
});
