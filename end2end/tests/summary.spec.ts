import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { call, expectEnded, leave } from '../fixtures/calls';
import { get } from '../fixtures/http';
import { button, expectNoSidewaysScroll, field, heading, visit } from '../fixtures/page';
import { expect, type Pairing, test } from '../fixtures/test';
import type { Person } from '../fixtures/people';

/** Two people talk until both have seen each other and the server knows, and one of them leaves: her page is the summary. */
async function talk(paired: Pairing): Promise<{ ana: Person; ben: Person }> {
  const [ana, ben] = await paired();
  let isTold = false;
  ana.page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      isTold ||= String(payload).includes('"receiving":true');
    }),
  );
  // The socket that is watched is one that was opened since.
  await ana.page.reload();
  await call(ana, ben);
  for (const person of [ana, ben]) {
    await expectPictures(person.page);
  }
  await expect.poll(() => isTold, { message: 'the server is told that media came' }).toBe(true);
  await leave(ana.page);
  await expectEnded(ben.page);
  return { ana, ben };
}

/** Frames of the partner's camera are decoded, and more of them as time goes on. */
async function expectPictures(page: Page): Promise<void> {
  const decoded = () =>
    page.evaluate(() =>
      Math.max(...[...document.querySelectorAll('video')].map((video) => video.getVideoPlaybackQuality().totalVideoFrames)),
    );
  await expect.poll(decoded).toBeGreaterThan(5);
}

test('the summary tells how long, how it ended, with what, and how the connection was', async ({ paired }) => {
  const { ana, ben } = await talk(paired);
  const { page } = ana;
  for (const term of ['How long', 'When', 'How it ended', 'Devices', 'First sound or picture']) {
    await expect(page.getByText(term, { exact: true })).toBeVisible();
  }
  await expect(page.getByText('You ended the call')).toBeVisible();
  await expect(page.getByText(/^Within \d+ seconds?$/)).toBeVisible();
  await expect(page.getByText('You: computer')).toBeVisible();
  await expect(page.getByText(`${ben.name}: computer`)).toBeVisible();
  await expect(page.getByRole('heading', { level: 2, name: 'Your connection' })).toBeVisible();
  // The other side reads its own.
  await visit(ben.page, new URL(page.url()).pathname);
  await expect(ben.page.getByText(`${ana.name} ended the call`)).toBeVisible();
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 844 });
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
  }
});

test('what was measured is drawn, and can be read as a table', async ({ paired }) => {
  test.setTimeout(120_000);
  const [ana, ben] = await paired();
  // Samples are sent every ten seconds: the chart needs two.
  let samples = 0;
  ana.page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      samples += String(payload).includes('"type":"sample"') ? 1 : 0;
    }),
  );
  // The socket that is watched is one that was opened since.
  await ana.page.reload();
  await call(ana, ben);
  await expect.poll(() => samples, { timeout: 60_000 }).toBeGreaterThanOrEqual(3);
  await leave(ana.page);
  const { page } = ana;
  const charts = page.getByRole('img', { name: /over the call/ });
  await expect(charts).toHaveCount(2);
  for (const width of [320, 390, 1280]) {
    await page.setViewportSize({ width, height: 844 });
    await expectNoSidewaysScroll(page);
    const { letters, inside } = await charts.first().evaluate((chart) => {
      const box = chart.getBoundingClientRect();
      const texts = [...chart.querySelectorAll('text')].map((text) => text.getBoundingClientRect());
      return {
        letters: Math.min(...texts.map((text) => text.height)),
        inside: texts.every((text) => text.left >= box.left - 1 && text.right <= box.right + 1),
      };
    });
    expect(letters, `letters at ${width} px`).toBeGreaterThan(9);
    expect(inside, `nothing is cut off at ${width} px`).toBe(true);
  }
  await page.getByText('Show as a table', { exact: true }).click();
  const table = page.getByRole('table', { name: 'The connection over time' });
  await expect(table.getByRole('row')).not.toHaveCount(1);
  await expect(table.getByRole('columnheader', { name: 'There and back' })).toBeVisible();
  await expectAccessible(page);
});

test('what was measured while the server was away is kept as well', async ({ paired, server, quiet }) => {
  test.setTimeout(150_000);
  const [ana, ben] = await paired();
  type Sample = { number: number; ago_ms: number; sample: { span_ms: number } };
  const sent: Sample[] = [];
  const kept: number[] = [];
  const calls = (payload: string | Buffer) =>
    (JSON.parse(String(payload)) as { calls?: { type: string } & Sample }).calls;
  ana.page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => {
      const command = calls(payload);
      if (command?.type === 'sample') {
        sent.push(command);
      }
    });
    socket.on('framereceived', ({ payload }) => {
      const news = calls(payload);
      if (news?.type === 'sampled') {
        kept.push(news.number);
      }
    });
  });
  // The sockets that are watched are those that are opened from now on.
  await ana.page.reload();
  await call(ana, ben);
  for (const person of [ana, ben]) {
    await expectPictures(person.page);
  }
  quiet.allowOutage();
  await server.kill();
  const began = await talked(ana.page);
  const before = sent.length;
  await expect
    .poll(() => talked(ana.page), { message: 'the call goes on', timeout: 60_000 })
    .toBeGreaterThanOrEqual(began + 25);
  await server.start();
  await expect(ana.page.getByText('Reconnecting…')).toBeHidden({ timeout: 30_000 });
  await expect.poll(() => Math.max(0, ...kept), { timeout: 30_000 }).toBeGreaterThanOrEqual(before + 2);
  const late = sent.slice(before);
  expect(Math.max(...late.map(({ ago_ms }) => ago_ms)), 'measured some time before it was sent').toBeGreaterThan(5_000);
  const seconds = await talked(ana.page);
  await leave(ana.page);

  const id = new URL(ana.page.url()).pathname.split('/').at(-1);
  type Answer = { connection: { totals: { measured_ms: number } } };
  const measured = async () => {
    const { connection } = await get<Answer>(ana.context, `call_summary?call=${id}`);
    return connection.totals.measured_ms / 1_000;
  };
  // But for the moments in which the connection came about.
  await expect.poll(measured, { timeout: 20_000 }).toBeGreaterThan(seconds - 8);
  const numbers = new Set(sent.map(({ number }) => number));
  expect([...numbers].toSorted((one, other) => one - other)).toEqual([...numbers].map((_, place) => place + 1));
});

/** The clock of the call, in seconds. */
async function talked(page: Page): Promise<number> {
  const parts = ((await page.getByRole('timer').textContent()) ?? '').split(':');
  return parts.reduce((seconds, part) => seconds * 60 + Number(part), 0);
}

test('feedback is given with the keyboard, kept, and changed', async ({ paired }) => {
  const { ana, ben } = await talk(paired);
  const { page } = ana;
  await page.getByRole('radio', { name: '1 star', exact: false }).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('radio', { name: /3 stars/ })).toBeChecked();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await expect(page.getByRole('checkbox', { name: 'Great conversation' })).toBeChecked();
  await field(page, 'Private note').fill('Two new words');
  await button(page, 'Save feedback').click();
  await expect(page.getByText('Feedback saved', { exact: true })).toBeVisible();

  await page.reload();
  await expect(page.getByRole('radio', { name: /3 stars/ })).toBeChecked();
  await expect(field(page, 'Private note')).toHaveValue('Two new words');
  await page.getByRole('radio', { name: /5 stars/ }).check({ force: true });
  await button(page, 'Save feedback').click();
  await expect(page.getByText('Feedback saved', { exact: true })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('radio', { name: /5 stars/ })).toBeChecked();

  await visit(ben.page, new URL(page.url()).pathname);
  await expect(ben.page.getByRole('radio', { checked: true })).toHaveCount(0);
  await expect(field(ben.page, 'Private note')).toHaveValue('');
});

test('feedback without stars says what is missing; without JavaScript too', async ({ paired, open, quiet }) => {
  // The browser says in its console that a form was refused.
  quiet.allowStatus(422);
  const { ana } = await talk(paired);
  await button(ana.page, 'Save feedback').click();
  await expect(ana.page.locator('#feedback-stars-error')).toBeVisible();
  await expectAccessible(ana.page);

  const storageState = await ana.context.storageState();
  const { page } = await open({ javaScriptEnabled: false, storageState });
  await page.goto(new URL(ana.page.url()).pathname);
  await field(page, 'Private note').fill('Typed already');
  await button(page, 'Save feedback').click();
  await expect(page.locator('#feedback-stars-error')).toBeVisible();
  await expect(field(page, 'Private note')).toHaveValue('Typed already');
  await page.getByRole('radio', { name: /4 stars/ }).check({ force: true });
  await button(page, 'Save feedback').click();
  await expect(page.getByText('Feedback saved', { exact: true })).toBeVisible();
  await expect(page.getByRole('radio', { name: /4 stars/ })).toBeChecked();
  await expect(field(page, 'Private note')).toHaveValue('Typed already');
});

test('"Call again" rings the same partner', async ({ paired }) => {
  const { ana, ben } = await talk(paired);
  await expect(heading(ben.page, 'Call summary')).toBeVisible();
  await button(ana.page, 'Call again').click();
  const dialog = ana.page.getByRole('dialog', { name: `Call ${ben.name}`, exact: true });
  await button(dialog, 'Start call').click();
  await expect(ben.page.getByRole('dialog', { name: `Incoming call from ${ana.name}`, exact: true })).toBeVisible();
});
