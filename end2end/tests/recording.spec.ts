import { readFileSync } from 'node:fs';
import type { BrowserContext, Download, Locator, Page } from '@playwright/test';
import { call, expectEnded, leave, summaryAddress } from '../fixtures/calls';
import { openChat } from '../fixtures/chat';
import { expectBothReceiving } from '../fixtures/media';
import { button, hydrated, visit } from '../fixtures/page';
import type { Person } from '../fixtures/people';
import { mark } from '../fixtures/recognisable';
import { type Making, partners } from '../fixtures/screens';
import { pressInMore } from '../fixtures/security';
import { expect, test } from '../fixtures/test';

const question = 'would like to record this call. The file stays on their device.';

declare global {
  interface Window {
    /** Every recorder that was started in this page. */
    __recorders: MediaRecorder[];
    /** How many faces were drawn for a recording, where a test counts them. */
    __drawn: number;
  }
}

/** Runs in the page before its own scripts. */
function keepRecorders(): void {
  window.__recorders = [];
  const start = MediaRecorder.prototype.start;
  MediaRecorder.prototype.start = function (...args) {
    window.__recorders.push(this);
    start.apply(this, args);
  };
}

/** What each recorder of a page is doing, in the order in which they were started. */
async function recorders(page: Page): Promise<RecordingState[]> {
  return page.evaluate(() => window.__recorders.map(({ state }) => state));
}

async function inCall(making: Making, prepare: (context: BrowserContext) => Promise<unknown> = async () => {}): Promise<[Person, Person]> {
  const [ana, ben] = await partners(making);
  for (const { context } of [ana, ben]) {
    await context.addInitScript(keepRecorders);
    await prepare(context);
  }
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
  expect((await recorders(ana.page)).filter((state) => state !== 'inactive')).toEqual([]);
  await button(ben.page, 'Allow').click();
  await expect(ana.page.getByText('You are recording this call')).toBeVisible();
  await expect(ben.page.getByText(`${ana.name} is recording this call`)).toBeVisible();
  expect((await recorders(ana.page)).at(-1)).toBe('recording');
  expect(await recorders(ben.page), 'who is recorded records nothing').toEqual([]);
}

/** What saves the file once more, for as long as the page is there. */
function saveAgain(page: Page): Locator {
  return page.getByRole('link', { name: 'Save recording', exact: true });
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

/** Notes from now on what leaves the pages of a context for any server, in bytes: the body of each request, and all that goes over sockets. */
function watchLeaving(context: BrowserContext): { bodies: Promise<number>[]; sockets: () => number } {
  const bodies: Promise<number>[] = [];
  let socketBytes = 0;
  // Of what is read from a file or a stream nothing but the length is told.
  context.on('request', (request) => {
    bodies.push(request.allHeaders().then((headers) => Number(headers['content-length'] ?? request.postDataBuffer()?.length ?? 0)));
  });
  for (const page of context.pages()) {
    page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => (socketBytes += payload.length)));
  }
  return { bodies, sockets: () => socketBytes };
}

/** What has been sent over the channel beside the media so far, in bytes. */
async function saidToPartner(page: Page): Promise<number> {
  return page.evaluate(async () => {
    let bytes = 0;
    for (const connection of window.__pcs) {
      for (const report of (await connection.getStats()).values()) {
        bytes += report.type === 'data-channel' ? Number(report.bytesSent) : 0;
      }
    }
    return bytes;
  });
}

interface Film {
  begins: string;
  bytes: number;
  seconds: number;
  /** Whether it goes on by itself from its middle. */
  plays: boolean;
  /** Red, green and blue of each half, as they are there on average. */
  halves: [number[], number[]];
  /** How loud each of the tones is that were asked for; 1 is full scale. */
  tones: number[];
}

const anas = { colour: [200, 30, 30] as [number, number, number], tone: 500 };
const bens = { colour: [30, 30, 200] as [number, number, number], tone: 1_300 };
/** Nobody's. */
const silentTone = 2_900;

/** Plays the file in a page and looks at its middle, and listens to all of it. */
async function watch(page: Page, download: Download): Promise<Film> {
  const bytes = readFileSync(await download.path());
  const seen = await page.evaluate(
    async ([base64, wanted]) => {
      const data = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const video = document.createElement('video');
      video.muted = true;
      const happens = (name: string) => new Promise((done) => video.addEventListener(name, done, { once: true }));
      const known = happens('loadedmetadata');
      const address = URL.createObjectURL(new Blob([data], { type: 'video/webm' }));
      video.src = address;
      await known;
      const seconds = video.duration;
      if (!Number.isFinite(seconds)) {
        const beginning = [...data.subarray(0, 160)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
        throw new Error(`It says no length, and begins with ${beginning}`);
      }
      const there = happens('seeked');
      video.currentTime = seconds / 2;
      await there;
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
      const context = canvas.getContext('2d', { willReadFrequently: true })!;
      context.drawImage(video, 0, 0);
      // The faces, without the lines with their names.
      const height = Math.floor(canvas.height * 0.4);
      const top = Math.floor(canvas.height * 0.3);
      const half = (left: number) => {
        const pixels = context.getImageData(left, top, canvas.width / 2, height).data;
        const mean = (colour: number) => pixels.filter((_, place) => place % 4 === colour).reduce((sum, one) => sum + one, 0) / (pixels.length / 4);
        return [mean(0), mean(1), mean(2)];
      };
      const halves: [number[], number[]] = [half(0), half(canvas.width / 2)];
      const goesOn = happens('timeupdate');
      await video.play();
      await goesOn;
      const plays = video.currentTime >= seconds / 2 && video.error === null;
      video.pause();
      URL.revokeObjectURL(address);

      const rate = 48_000;
      const sound = await new OfflineAudioContext(1, rate, rate).decodeAudioData(data.buffer.slice(0));
      const samples = sound.getChannelData(0);
      // The loudest half second of each tone (Goertzel).
      const span = rate / 2;
      const loudness = (tone: number) => {
        let loudest = 0;
        for (let from = 0; from + span <= samples.length; from += span) {
          const turn = 2 * Math.cos((2 * Math.PI * tone) / rate);
          let [one, two] = [0, 0];
          for (let at = from; at < from + span; at += 1) {
            [one, two] = [(samples[at] ?? 0) + turn * one - two, one];
          }
          loudest = Math.max(loudest, (2 * Math.sqrt(one * one + two * two - turn * one * two)) / span);
        }
        return loudest;
      };
      return { seconds, plays, halves, tones: wanted.map(loudness) };
    },
    [bytes.toString('base64'), [anas.tone, bens.tone, silentTone]] as const,
  );
  return { begins: bytes.subarray(0, 4).toString('hex'), bytes: bytes.length, ...seen };
}

/** Ana has recorded: Ben is on the left, as he is in a call, and both are heard. */
function expectBoth(film: Film): void {
  expect(film.begins, 'EBML').toBe('1a45dfa3');
  expect(film.plays, 'it plays').toBe(true);
  const [left, right] = film.halves as [[number, number, number], [number, number, number]];
  expect(left[2], `the partner's picture: ${left}`).toBeGreaterThan(left[0] + 80);
  expect(right[0], `the own picture: ${right}`).toBeGreaterThan(right[2] + 80);
  const [mine, theirs, nobodys] = film.tones as [number, number, number];
  for (const [whose, tone] of [
    ['mine', mine],
    ['theirs', theirs],
  ] as const) {
    expect(tone, `${whose}: ${film.tones}`).toBeGreaterThan(0.01);
    expect(tone, `${whose}: ${film.tones}`).toBeGreaterThan(nobodys * 10);
  }
}

test('a call that both agree to record becomes a file of both', async ({ enrolled, deviceOf }) => {
  const marks = [anas, bens];
  const leaving: ReturnType<typeof watchLeaving>[] = [];
  const [ana, ben] = await inCall({ enrolled, deviceOf }, (context) => {
    leaving.push(watchLeaving(context));
    return mark(context, marks.shift()!);
  });
  const requested = leaving.map(({ bodies }) => bodies.length);
  const sentBefore = leaving.map(({ sockets }) => sockets());
  const saidBefore = await saidToPartner(ana.page);
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

  const film = await watch(ana.page, download);
  await test.step('the file has stayed on the device', async () => {
    for (const [place, { bodies, sockets }] of leaving.entries()) {
      const sizes = await Promise.all(bodies.slice(requested[place]));
      expect(sizes.filter((size) => size > 1_000), 'no request carries it').toEqual([]);
      expect(sockets(), 'the sockets are watched').toBeGreaterThan(sentBefore[place]!);
      expect(sockets() - sentBefore[place]!, 'nor does a socket').toBeLessThan(film.bytes / 4);
    }
    expect((await saidToPartner(ana.page)) - saidBefore, 'nor does the channel').toBeLessThan(film.bytes / 4);
  });
  expectBoth(film);
  expect(film.seconds, 'as long as it said').toBeGreaterThan(4);
  expect(film.seconds).toBeLessThan(30);
  expect(await recorders(ana.page)).toEqual(['inactive']);
  await expectBothReceiving(ana.page, ben.page);

  // And again: it was agreed to once.
  await record(ana, ben);
});

test('that it is recorded is to be seen all the time, also in a narrow window with a panel open, and can be ended there', async ({
  enrolled,
  deviceOf,
}) => {
  const [ana, ben] = await inCall({ enrolled, deviceOf });
  await record(ana, ben);
  for (const { page } of [ana, ben]) {
    await page.setViewportSize({ width: 320, height: 568 });
    await openChat(page);
    await expect(page.getByText('Recording', { exact: true })).toBeInViewport();
    await expect(recording(page)).toBeInViewport();
    await expect(button(page, 'Stop recording')).toBeInViewport();
  }
  await button(ben.page, 'Stop recording').click();
  await expect(recording(ana.page)).toBeHidden();
  expect(await recorders(ana.page)).toEqual(['inactive']);
});

test('nothing but the two ends it: not another size of the windows, again and again', async ({ enrolled, deviceOf }) => {
  const [ana, ben] = await inCall({ enrolled, deviceOf });
  await record(ana, ben);
  const sizes = [
    [390, 844],
    [320, 568],
    [1280, 800],
    [844, 390],
  ] as const;
  for (let seconds = 2; seconds <= 8; seconds += 2) {
    for (const [place, { page }] of [ana, ben].entries()) {
      const [width, height] = sizes[(seconds / 2 + place) % sizes.length]!;
      await page.setViewportSize({ width, height });
    }
    await lasts(ana.page, seconds);
    await lasts(ben.page, seconds);
  }
  expect(await recorders(ana.page), 'the one recorder').toEqual(['recording']);
  const saving = ana.page.waitForEvent('download');
  await button(ana.page, 'Stop recording').click();
  const film = await watch(ana.page, await saving);
  expect(film.seconds, 'all of it').toBeGreaterThan(7);
});

test('a device that is too slow for all the pictures makes fewer, and hears the partner as before', async ({ enrolled, deviceOf }) => {
  const [ana, ben] = await inCall({ enrolled, deviceOf }, (context) =>
    context.addInitScript(() => {
      // Two faces are drawn for each picture, of which there are 25 in a second.
      const { drawImage } = CanvasRenderingContext2D.prototype;
      window.__drawn = 0;
      CanvasRenderingContext2D.prototype.drawImage = function (...args: unknown[]) {
        window.__drawn += 1;
        for (const until = performance.now() + 40; performance.now() < until; );
        (drawImage as (...all: unknown[]) => void).apply(this, args);
      };
    }),
  );
  await record(ana, ben);
  // What the partner's page says each second is heard in time, or the recording would have ended.
  await lasts(ana.page, 12);
  await lasts(ben.page, 12);
  await expect(ana.page.getByText('You are recording this call')).toBeVisible();
  expect(await recorders(ana.page)).toEqual(['recording']);
  const saving = ana.page.waitForEvent('download');
  const pictures = (await ana.page.evaluate(() => window.__drawn)) / 2;
  await button(ben.page, 'Stop recording').click();
  const { seconds } = await watch(ana.page, await saving);
  expect(seconds).toBeGreaterThan(11);
  expect(pictures / seconds, 'pictures in a second').toBeLessThan(20);
  expect(pictures / seconds, 'but there are some').toBeGreaterThan(1);
});

test('a recorder that the browser ends is said to have ended, and its file is kept', async ({ enrolled, deviceOf }) => {
  const [ana, ben] = await inCall({ enrolled, deviceOf });
  await record(ana, ben);
  await lasts(ana.page, 2);
  const saving = ana.page.waitForEvent('download');
  await ana.page.evaluate(() => window.__recorders.at(-1)?.stop());
  const film = await watch(ana.page, await saving);
  expect(film.seconds).toBeGreaterThan(1);
  await expect(ana.page.getByText('This browser could not record the call')).toBeVisible();
  for (const { page } of [ana, ben]) {
    await expect(recording(page)).toBeHidden();
  }
});

test('a file that the browser did not save by itself can be saved until the page is left, which asks first', async ({ enrolled, deviceOf }) => {
  const [ana, ben] = await inCall({ enrolled, deviceOf }, (context) =>
    context.addInitScript(() => {
      // As a browser that holds back downloads that nobody has pressed for.
      const click = HTMLAnchorElement.prototype.click;
      HTMLAnchorElement.prototype.click = function () {
        if (!this.download) {
          click.call(this);
        }
      };
    }),
  );
  await record(ana, ben);
  await lasts(ana.page, 2);
  await leave(ana.page);
  await expect(ana.page.getByText(/The recording speakle-\S+\.webm is ready\./)).toBeVisible();
  // Whatever page of the application is opened meanwhile.
  await ana.page.getByRole('link', { name: 'My partners' }).first().click();
  await expect(ana.page).toHaveURL(/\/partners$/);
  const saving = ana.page.waitForEvent('download');
  await saveAgain(ana.page).click();
  const film = await watch(ana.page, await saving);
  expect(film.begins).toBe('1a45dfa3');
  expect(film.seconds).toBeGreaterThan(1);

  const asking = ana.page.waitForEvent('dialog');
  const leaving = ana.page.reload().catch(() => undefined);
  const question = await asking;
  expect(question.type()).toBe('beforeunload');
  await question.dismiss();
  await leaving;
  await expect(saveAgain(ana.page)).toBeVisible();
  await button(ana.page, 'I have the file').click();
  await expect(saveAgain(ana.page)).toHaveCount(0);
  const dialogs: string[] = [];
  ana.page.on('dialog', (dialog) => {
    dialogs.push(dialog.type());
    void dialog.accept();
  });
  await ana.page.reload();
  await hydrated(ana.page);
  expect(dialogs).toEqual([]);
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
  for (const { page } of [ana, ben]) {
    expect(await recorders(page), 'nothing was recorded').toEqual([]);
  }
  await expect(saveAgain(ana.page)).toHaveCount(0);
});

test('by keyboard alone: the focus is never lost with a button that goes away', async ({ enrolled, deviceOf }) => {
  const [ana, ben] = await inCall({ enrolled, deviceOf });
  const press = async (page: Page, name: string) => {
    await button(page, name).focus();
    await page.keyboard.press('Enter');
    await expect(button(page, name)).toHaveCount(0);
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName), `after "${name}"`).not.toBe('BODY');
  };
  await pressInMore(ana.page, 'Record the call');
  await expect(button(ben.page, 'Do not allow')).toBeVisible();
  await press(ben.page, 'Do not allow');
  await pressInMore(ana.page, 'Record the call');
  await expect(button(ben.page, 'Allow')).toBeVisible();
  await press(ana.page, 'Do not record');
  await pressInMore(ana.page, 'Record the call');
  await expect(button(ben.page, 'Allow')).toBeVisible();
  await press(ben.page, 'Allow');
  await expect(recording(ben.page)).toBeVisible();
  await press(ben.page, 'Stop recording');
});

test('who has agreed can take it back at any moment', async ({ enrolled, deviceOf }) => {
  const [ana, ben] = await inCall({ enrolled, deviceOf });
  await record(ana, ben);
  await lasts(ben.page, 2);
  const saving = ana.page.waitForEvent('download');
  await button(ben.page, 'Stop recording').click();
  await saving;
  expect(await recorders(ana.page)).toEqual(['inactive']);
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
