import { arrive, call, expectEnded, incoming, leave, ring, summaryAddress } from '../fixtures/calls';
import { chatLog, expectAllKept, openChat, write } from '../fixtures/chat';
import { expectBothReceiving } from '../fixtures/media';
import { toast } from '../fixtures/notifications';
import { button, heading, visit } from '../fixtures/page';
import type { Person } from '../fixtures/people';
import { type Making, partners } from '../fixtures/screens';
import { pressInMore } from '../fixtures/security';
import { expect, test } from '../fixtures/test';

// What goes on beside the talk itself does not end it, and does not get into its way.

async function inCall(making: Making): Promise<[Person, Person]> {
  const [ana, ben] = await partners(making);
  await visit(ben.page, '/calls');
  await call(ana, ben);
  await expectBothReceiving(ana.page, ben.page);
  return [ana, ben];
}

test('whoever follows a link during a call gets another tab, and the call goes on', async ({ enrolled, deviceOf }) => {
  const [ana, ben] = await inCall({ enrolled, deviceOf });
  const room = ana.page.url();
  const opening = ana.context.waitForEvent('page');
  await ana.page.getByRole('link', { name: 'My partners' }).first().click();
  const beside = await opening;
  await expect(beside).toHaveURL(/\/partners$/);
  const told = toast(ana.page, 'Opened in another tab. Your call goes on here.');
  await told.getByRole('button').click();
  await expect(told).toBeHidden();
  expect(ana.page.url()).toBe(room);
  await expect(beside.getByRole('link', { name: 'Back to the call' }).first()).toBeVisible();
  await expectBothReceiving(ana.page, ben.page);
  await beside.getByRole('link', { name: 'Back to the call' }).first().click();
  await expect(beside.getByText('You are in this call in another tab. If you join here, it moves to this one.')).toBeVisible();
  await expect(button(beside, 'Join call')).toBeVisible();
  await beside.close();

  const pages = ana.context.pages().length;
  await ana.page.getByRole('link', { name: 'Find partners' }).first().click({ modifiers: ['Control'] });
  await expect.poll(() => ana.context.pages().length, { message: 'by the browser itself' }).toBe(pages + 1);
  await expect(told, 'who asks for a tab is not told of it').toBeHidden();
  await ana.page.getByRole('link', { name: 'Find partners' }).first().press('Enter');
  await expect(told, 'by a key as well').toBeVisible();
  await expect.poll(() => ana.context.pages().length).toBe(pages + 2);
  expect(ana.page.url()).toBe(room);

  await leave(ana.page);
  await ana.page.getByRole('link', { name: 'My partners' }).first().click();
  await expect(ana.page, 'after the call links are links').toHaveURL(/\/partners$/);
});

test('who comes back too late is led to how it went, and may stop waiting for another', async ({ enrolled, deviceOf }) => {
  const [ana, ben] = await inCall({ enrolled, deviceOf });
  const room = ben.page.url();
  await leave(ana.page);
  await expectEnded(ben.page);
  await visit(ben.page, room);
  await expect(ben.page.getByText(`There is no call with ${ana.name} right now.`)).toBeVisible();

  const join = button(ben.page, 'Join call');
  await join.click();
  await expect(ben.page.getByText('The call has not begun yet. You join as soon as it does.')).toBeVisible();
  await button(ben.page, 'Stop waiting').click();
  await expect(ben.page.getByText(`There is no call with ${ana.name} right now.`)).toBeVisible();
  await expect(join).not.toHaveAttribute('aria-busy', 'true');
  await expect(join, 'which may be pressed next').toBeFocused();

  await ben.page.getByRole('link', { name: 'How your last call went', exact: true }).click();
  await expect(ben.page).toHaveURL(summaryAddress);
  await expect(heading(ben.page, 'Call summary')).toBeVisible();
});

test('between "Accept" and the call nobody is shown a preview of it', async ({ enrolled, deviceOf }) => {
  const [ana, ben] = await partners({ enrolled, deviceOf });
  await visit(ben.page, '/calls');
  await ring(ana, ben.name);
  const accept = button(incoming(ben.page, ana.name), 'Accept');
  await expect(accept).toBeVisible();
  for (const { page } of [ana, ben]) {
    await page.evaluate(() => {
      const look = () => {
        if (document.querySelector('.call-preview')) {
          document.documentElement.dataset.previewed = '';
        }
      };
      new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
    });
  }
  await accept.click();
  await Promise.all([arrive(ana.page, ben.name), arrive(ben.page, ana.name)]);
  await expectBothReceiving(ana.page, ben.page);
  for (const { page } of [ana, ben]) {
    await expect(page.locator('html')).not.toHaveAttribute('data-previewed');
  }
});

test('the chat stays at its last line when it gets shorter', async ({ enrolled, deviceOf }) => {
  const [ana, ben] = await inCall({ enrolled, deviceOf });
  await openChat(ana.page);
  const lines = Array.from({ length: 14 }, (_, n) => `Line ${n + 1}`);
  for (const line of lines) {
    await write(ana.page, line);
  }
  await expectAllKept(ana.page);
  const last = chatLog(ana.page).getByText('Line 14', { exact: true });
  await expect(last).toBeInViewport();
  const height = async () => (await chatLog(ana.page).boundingBox())?.height ?? 0;
  const before = await height();
  await pressInMore(ana.page, 'Connection details');
  await expect.poll(height, { message: 'it shares its place' }).toBeLessThan(before - 50);
  await expect(last).toBeInViewport({ ratio: 0.9 });

  // Who reads further up stays there.
  await chatLog(ana.page).evaluate((log) => log.scrollTo(0, 0));
  const first = chatLog(ana.page).getByText('Line 1', { exact: true });
  await expect(first).toBeInViewport();
  await button(ana.page, 'Close connection details').click();
  await expect.poll(height).toBeGreaterThan(before - 5);
  await expect(first).toBeInViewport();
  await leave(ben.page);
});

test('a recording that is ready is told among the notes of the call, and over nothing', async ({ enrolled, deviceOf }) => {
  const [ana, ben] = await inCall({ enrolled, deviceOf });
  await pressInMore(ana.page, 'Record the call');
  await button(ben.page, 'Allow').click();
  await expect(ana.page.getByText('You are recording this call')).toBeVisible();
  const saved = ana.page.waitForEvent('download');
  await button(ana.page, 'Stop recording').click();
  await saved;
  const note = ana.page.locator('.recording-to-save');
  await expect(note).toBeVisible();
  for (const size of [
    { width: 1280, height: 800 },
    { width: 390, height: 844 },
  ]) {
    await ana.page.setViewportSize(size);
    for (const other of [ana.page.getByLabel(`${ben.name}'s video`, { exact: true }), heading(ana.page, `Call with ${ben.name}`)]) {
      const isApart = async () => {
        const [a, b] = await Promise.all([note.boundingBox(), other.boundingBox()]);
        return a !== null && b !== null && (a.y + a.height <= b.y + 1 || b.y + b.height <= a.y + 1);
      };
      await expect.poll(isApart, { message: `at ${size.width} px` }).toBe(true);
    }
  }
  await leave(ana.page);
  await expect(note, 'after the call it is told beside the pages').toBeVisible();
  await button(ana.page, 'I have the file').click();
  await expect(note).toHaveCount(0);
});
