import { readFileSync } from 'node:fs';
import type { Download, Page } from '@playwright/test';
import { call, expectEnded, leave, summaryAddress } from '../fixtures/calls';
import { expectBothReceiving } from '../fixtures/media';
import { button, hydrated, visit } from '../fixtures/page';
import type { Person } from '../fixtures/people';
import { type Making, partners } from '../fixtures/screens';
import { pressInMore } from '../fixtures/security';
import { expect, test } from '../fixtures/test';

const question = 'would like to record this call. The file stays on their device.';

async function inCall(making: Making): Promise<[Person, Person]> {
  const [ana, ben] = await partners(making);
  await visit(ben.page, '/calls');
  await call(ana, ben);
  await expectBothReceiving(ana.page, ben.page);
  return [ana, ben];
}

/** Ana asks, Ben agrees, and both see that it is recorded. */
async function record(ana: Person, ben: Person): Promise<void> {
  await pressInMore(ana.page, 'Record the call');
  await expect(ben.page.getByText(`${ana.name} ${question}`)).toBeVisible();
  await expect(recording(ana.page), 'asking is not recording').toBeHidden();
  await button(ben.page, 'Allow').click();
  await expect(ana.page.getByText('You are recording this call')).toBeVisible();
  await expect(ben.page.getByText(`${ana.name} is recording this call`)).toBeVisible();
}

function recording(page: Page) {
  return page.getByRole('timer', { name: 'Length of the recording' });
}

/** Waits until it is so many seconds long. */
async function lasts(page: Page, seconds: number): Promise<void> {
  const long = async () => {
    const [minutes = 0, rest = 0] = ((await recording(page).textContent()) ?? '').split(':').map(Number);
    return minutes * 60 + rest;
  };
  await expect.poll(long, { timeout: 30_000 }).toBeGreaterThanOrEqual(seconds);
}

interface Film {
  begins: string;
  seconds: number;
  /** How far the colours of each half vary: nothing at all where nothing is drawn. */
  variety: [number, number];
  /** How far the halves are from each other, of 255. */
  distance: number;
  /** Root mean square of the sound. */
  loudness: number;
}

/** Plays the file in a page and looks at its middle. */
async function watch(page: Page, download: Download): Promise<Film> {
  const bytes = readFileSync(await download.path());
  const seen = await page.evaluate(async (base64) => {
    const data = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const video = document.createElement('video');
    video.muted = true;
    const happens = (name: string) => new Promise((done) => video.addEventListener(name, done, { once: true }));
    const known = happens('loadedmetadata');
    const address = URL.createObjectURL(new Blob([data], { type: 'video/webm' }));
    video.src = address;
    await known;
    const seconds = video.duration;
    const there = happens('seeked');
    video.currentTime = seconds / 2;
    await there;
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    const context = canvas.getContext('2d', { willReadFrequently: true })!;
    context.drawImage(video, 0, 0);
    // The faces, without the lines with their names.
    const height = Math.floor(canvas.height * 0.6);
    const top = Math.floor(canvas.height * 0.2);
    const half = (left: number) => context.getImageData(left, top, canvas.width / 2, height).data;
    const [left, right] = [half(0), half(canvas.width / 2)];
    const variety = (pixels: Uint8ClampedArray) => {
      const greens = pixels.filter((_, place) => place % 4 === 1);
      const mean = greens.reduce((sum, one) => sum + one, 0) / greens.length;
      return Math.sqrt(greens.reduce((sum, one) => sum + (one - mean) ** 2, 0) / greens.length);
    };
    const distance = left.reduce((sum, one, place) => sum + Math.abs(one - (right[place] ?? 0)), 0) / left.length;
    const sound = await new OfflineAudioContext(1, 48_000, 48_000).decodeAudioData(data.buffer.slice(0));
    const samples = sound.getChannelData(0);
    const loudness = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
    URL.revokeObjectURL(address);
    return { seconds, variety: [variety(left), variety(right)] as [number, number], distance, loudness };
  }, bytes.toString('base64'));
  return { begins: bytes.subarray(0, 4).toString('hex'), ...seen };
}

test('a call that both agree to record becomes a file of both', async ({ enrolled, deviceOf }) => {
  const [ana, ben] = await inCall({ enrolled, deviceOf });
  await record(ana, ben);
  await lasts(ana.page, 5);
  await lasts(ben.page, 5);
  const saving = ana.page.waitForEvent('download');
  await button(ana.page, 'Stop recording').click();
  const download = await saving;
  for (const { page } of [ana, ben]) {
    await expect(recording(page)).toBeHidden();
  }
  expect(download.suggestedFilename()).toMatch(new RegExp(`^speakle-\\d{4}-\\d\\d-\\d\\d-${ben.name}\\.webm$`));
  await expect(ana.page.getByText('The recording is saved')).toBeVisible();

  const film = await watch(ana.page, download);
  expect(film.begins, 'EBML').toBe('1a45dfa3');
  expect(film.seconds, 'as long as it said').toBeGreaterThan(4);
  expect(film.seconds).toBeLessThan(30);
  for (const variety of film.variety) {
    expect(variety, 'there is a face').toBeGreaterThan(5);
  }
  expect(film.distance, 'and they are two').toBeGreaterThan(0.1);
  expect(film.loudness, 'there is sound').toBeGreaterThan(0.001);
  await expectBothReceiving(ana.page, ben.page);

  // And again: it was agreed to once.
  await record(ana, ben);
});

test('who is asked and refuses is not recorded', async ({ enrolled, deviceOf }) => {
  const [ana, ben] = await inCall({ enrolled, deviceOf });
  const downloads: string[] = [];
  ana.page.on('download', (download) => downloads.push(download.suggestedFilename()));
  await pressInMore(ana.page, 'Record the call');
  await expect(ana.page.getByText(`Waiting for ${ben.name} to allow the recording.`)).toBeVisible();
  await button(ben.page, 'Do not allow').click();
  await expect(ana.page.getByText(`${ben.name} does not want to be recorded`)).toBeVisible();
  await expect(recording(ana.page)).toBeHidden();
  await expect(recording(ben.page)).toBeHidden();

  // A question can be taken back.
  await pressInMore(ana.page, 'Record the call');
  await expect(ben.page.getByText(`${ana.name} ${question}`)).toBeVisible();
  await button(ana.page, 'Do not record').click();
  await expect(ben.page.getByText(`${ana.name} ${question}`)).toBeHidden();
  await leave(ana.page);
  expect(downloads).toEqual([]);
});

test('who has agreed can take it back at any moment', async ({ enrolled, deviceOf }) => {
  const [ana, ben] = await inCall({ enrolled, deviceOf });
  await record(ana, ben);
  await lasts(ben.page, 2);
  const saving = ana.page.waitForEvent('download');
  await button(ben.page, 'Stop recording').click();
  await saving;
  for (const { page } of [ana, ben]) {
    await expect(recording(page)).toBeHidden();
  }
  await expect(ana.page.getByText(`${ben.name} has ended the recording`)).toBeVisible();
});

test('a page that was loaded anew has agreed to nothing', async ({ enrolled, deviceOf }) => {
  const [ana, ben] = await inCall({ enrolled, deviceOf });
  await record(ana, ben);
  const saving = ana.page.waitForEvent('download');
  await ben.page.reload();
  await hydrated(ben.page);
  await saving;
  await expect(recording(ana.page)).toBeHidden();
  await expect(recording(ben.page)).toBeHidden();
});

test('the file is there when the call is over', async ({ enrolled, deviceOf }) => {
  const [ana, ben] = await inCall({ enrolled, deviceOf });
  await record(ana, ben);
  await lasts(ana.page, 2);
  const saving = ana.page.waitForEvent('download');
  await leave(ben.page);
  const download = await saving;
  await expectEnded(ana.page);
  await expect(ana.page).toHaveURL(summaryAddress);
  const film = await watch(ana.page, download);
  expect(film.begins).toBe('1a45dfa3');
  expect(film.seconds).toBeGreaterThan(1);
});
