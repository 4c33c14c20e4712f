import type { BrowserContext, Page } from '@playwright/test';
import { call, expectEnded, leave, partnerGone, ring, roomAddress, summaryAddress } from '../fixtures/calls';
import { fakeMedia } from '../fixtures/chromium';
import { pairUp } from '../fixtures/http';
import { held, keepAccount } from '../fixtures/leaks';
import { expectBothReceiving, expectReceiving } from '../fixtures/media';
import { article, button, visit } from '../fixtures/page';
import { becomePartners } from '../fixtures/partners';
import type { Person } from '../fixtures/people';
import { expect, type JoinOptions, test } from '../fixtures/test';

// The timetable of design.md, with a second for two busy cores.
const TOLD = 5_000 + 1_000;
const ENDS_AFTER_LEAVING = 10_000;
const ENDS_AFTER_SILENCE = 60_000;

async function inCall(
  enrolled: (options?: JoinOptions) => Promise<Person>,
  callee: JoinOptions = {},
  prepare: (context: BrowserContext) => Promise<unknown> = async () => {},
): Promise<[Person, Person]> {
  const one = await enrolled();
  const other = await enrolled({ speaks: 'English', learns: 'Spanish', ...callee });
  await Promise.all([one, other].map(({ context }) => prepare(context)));
  await pairUp(one, other);
  await visit(other.page, '/partners');
  await call(one, other);
  await expectBothReceiving(one.page, other.page);
  return [one, other];
}

/** How often a person's history tells of a partner. */
async function callsWith(page: Page, name: string): Promise<number> {
  await visit(page, '/calls');
  return article(page, name).count();
}

test('the server is stopped in order mid-call: the call goes on and the socket comes back', async ({ enrolled, server, quiet }) => {
  const [one, other] = await inCall(enrolled);
  quiet.allowOutage();

  await server.stop();
  await expectBothReceiving(one.page, other.page);
  // The words about it are in nobody's way.
  await expect(one.page.getByText('Reconnecting…')).toBeVisible();
  await button(one.page, 'Turn camera off').click();
  await button(one.page, 'Turn camera on').click();
  await server.start();
  await expectBothReceiving(one.page, other.page);

  // What one tells the other goes over the socket.
  await button(one.page, 'Mute microphone').click();
  await expect(other.page.getByText(new RegExp(`${one.name}.*(muted|microphone.* off)`, 'i')).first()).toBeVisible({
    timeout: 30_000,
  });

  await leave(one.page);
  await expectEnded(other.page);
  expect(await callsWith(one.page, other.name), 'it was one call').toBe(1);
  expect(await callsWith(other.page, one.name), 'on both sides').toBe(1);
});

test('"Leave call" while the server is away leaves at once; when it is back the other hears of it, and the summary is there', async ({
  enrolled,
  server,
  quiet,
}) => {
  const [one, other] = await inCall(enrolled, {}, (context) => context.addInitScript(keepAccount));
  quiet.allowOutage();
  await server.kill();
  await expect(one.page.getByText('Reconnecting…')).toBeVisible();
  await expectBothReceiving(one.page, other.page);

  await button(one.page, 'Leave call').click();
  await expect(button(one.page, 'Leave call')).toBeHidden();
  await expect(one.page).toHaveURL(summaryAddress);
  await expect.poll(() => held(one.page), 'nothing is sent any more').toMatchObject({ connections: 0, tracks: 0 });
  await expect(one.page.getByRole('alert')).toContainText('We could not reach the server');
  await expect(button(one.page, 'Try again')).toBeVisible();
  await expect(button(other.page, 'Leave call'), 'nobody could tell the other').toBeVisible();

  await server.start();
  await expect(one.page.getByText('You ended the call')).toBeVisible({ timeout: 30_000 });
  await expectEnded(other.page, 30_000);
  expect(await callsWith(other.page, one.name), 'it was one call').toBe(1);
});

for (const [how, go] of [
  ['closes the tab', (page: Page) => page.close({ runBeforeUnload: true })],
  ['goes to another site', (page: Page) => page.goto('about:blank')],
] as const) {
  test(`the partner ${how}: told within 5 s, over after 10 s, and the next call is a new one`, async ({ enrolled }) => {
    const [one, other] = await inCall(enrolled);

    const left = Date.now();
    await go(other.page);
    await expect(partnerGone(one.page, other.name)).toBeVisible({ timeout: TOLD });
    await expectEnded(one.page, ENDS_AFTER_LEAVING + 6_000);
    expect(Date.now() - left, 'there was time to come back').toBeGreaterThan(ENDS_AFTER_LEAVING - 2_000);

    other.page = await other.context.newPage();
    await visit(other.page, '/partners');
    await call(one, other);
    await expectBothReceiving(one.page, other.page);
    await leave(one.page);
    expect(await callsWith(one.page, other.name)).toBe(2);
    expect(await callsWith(other.page, one.name)).toBe(2);
  });
}

test('the partner comes back within 10 s: the same call', async ({ enrolled }) => {
  const [one, other] = await inCall(enrolled);
  const room = other.page.url();
  await other.page.goto('about:blank');
  await expect(partnerGone(one.page, other.name)).toBeVisible({ timeout: TOLD });
  await other.page.goto(room);
  await expect(button(other.page, 'Join call').or(button(other.page, 'Leave call')).first()).toBeVisible();
  if (await button(other.page, 'Join call').isVisible()) {
    await button(other.page, 'Join call').click();
  }
  await expectBothReceiving(one.page, other.page);
  await leave(one.page);
  expect(await callsWith(one.page, other.name)).toBe(1);
});

/** What a tab's camera and microphone send at this moment. */
async function sending(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    window.__pcs
      .filter((pc) => pc.connectionState !== 'closed')
      .flatMap((pc) => pc.getSenders())
      .filter(({ track }) => track?.enabled && track.readyState === 'live')
      .map(({ track }) => track?.kind ?? ''),
  );
}

/** The clock of the call, in seconds. */
async function clock(page: Page): Promise<number> {
  const parts = ((await page.getByRole('timer').textContent()) ?? '').split(':');
  return parts.reduce((seconds, part) => seconds * 60 + Number(part), 0);
}

test('what is switched off stays off through a reload, and the clock goes on', async ({ enrolled }) => {
  const [one, other] = await inCall(enrolled);
  await button(one.page, 'Mute microphone').click();
  await button(one.page, 'Turn camera off').click();
  const told = other.page.getByText(new RegExp(`${one.name}.*camera.* off`, 'i')).first();
  await expect(told).toBeVisible();
  await expect.poll(() => clock(one.page), { timeout: 30_000 }).toBeGreaterThan(4);
  const before = await clock(one.page);

  await one.page.addInitScript(() => {
    const devices = navigator.mediaDevices;
    const ask = devices.getUserMedia.bind(devices);
    devices.getUserMedia = (constraints) => {
      document.documentElement.dataset.asked = JSON.stringify(constraints);
      return ask(constraints);
    };
  });
  await one.page.reload();
  await expect(button(one.page, 'Unmute microphone')).toBeVisible();
  await expect(button(one.page, 'Turn camera on')).toBeVisible();
  await expectReceiving(one.page);
  await expect(told).toBeVisible();
  expect(await sending(one.page)).toEqual([]);
  await expect(one.page.locator('html'), 'the devices were not even asked for').not.toHaveAttribute('data-asked');
  expect(await clock(one.page)).toBeGreaterThanOrEqual(before);

  await button(one.page, 'Unmute microphone').click();
  await expectReceiving(other.page, ['energy']);
  expect(await sending(one.page)).toEqual(['audio']);
});

test('whoever leaves the page of a call finds the way back on every other page', async ({ enrolled }) => {
  const [one, other] = await inCall(enrolled);
  await visit(one.page, '/partners');
  const note = one.page.getByRole('status').filter({ hasText: `Your call with ${other.name}` });
  await expect(note).toBeVisible();
  await expect(button(article(one.page, other.name), 'Call'), 'no second call to the same person').toBeHidden();
  await article(one.page, other.name).getByRole('link', { name: 'Back to the call' }).click();
  await expectBothReceiving(one.page, other.page);
  await expect(note, 'the room needs no way to itself').toBeHidden();

  // Another tab of the same person knows too, and hears when it is over.
  const second = await one.context.newPage();
  await visit(second, '/calls');
  const there = second.getByRole('status').filter({ hasText: `In a call with ${other.name}` });
  await expect(there).toBeVisible();
  await leave(one.page);
  await expect(there).toBeHidden();
  await second.close();
  await button(one.page, 'Call again').click();
  await expect(one.page.getByRole('dialog', { name: `Call ${other.name}`, exact: true })).toBeVisible();
});

test('the partner’s browser is gone without a word: told within 5 s, over after 60 s @long', async ({ enrolled, launch }) => {
  test.setTimeout(180_000);
  const browser = await launch(fakeMedia);
  const [one, other] = await inCall(enrolled, { as: { in: browser } });

  // A renderer that dies says nothing: no pagehide runs.
  const session = await other.context.newCDPSession(other.page);
  session.send('Page.crash').catch(() => undefined);
  await expect(partnerGone(one.page, other.name)).toBeVisible({ timeout: TOLD });
  await expect(one.page, 'still waiting').toHaveURL(roomAddress);
  await expectEnded(one.page, ENDS_AFTER_SILENCE + 10_000);
});

test('an ended partnership closes its room', async ({ enrolled, quiet }) => {
  const [one, other] = await inCall(enrolled);
  const room = new URL(one.page.url()).pathname;
  await leave(one.page);
  await visit(one.page, '/partners');
  await button(article(one.page, other.name), 'End partnership').click();
  const dialog = one.page.getByRole('dialog');
  await button(dialog, 'End partnership').click();
  await expect(article(one.page, other.name)).toBeHidden();

  quiet.allowStatus(404);
  for (const { page } of [one, other]) {
    expect((await page.goto(room))?.status()).toBe(404);
  }
  await visit(other.page, '/partners');
  await expect(article(other.page, one.name)).toBeHidden();
  await sendAgain(one, other);
});

/** Nobody is lost to another for good: they can become partners once more. */
async function sendAgain(one: Person, other: Person): Promise<void> {
  await becomePartners(one, other);
  const dialog = await ring(one, other.name);
  await expect(dialog).toContainText(`Calling ${other.name}…`);
  await button(dialog, 'Cancel call').click();
}
