import type { BrowserContext, Page } from '@playwright/test';
import { arrive, call, incoming, ring } from '../fixtures/calls';
import { end, holdAnswers, keepCapturing, letAnswersThrough, lit, open, putInBackground, timesAsked, timesGiven, waiting } from '../fixtures/capturing';
import { severalDevices } from '../fixtures/chromium';
import { neverAsked } from '../fixtures/devices';
import { expectBothReceiving, expectReceiving } from '../fixtures/media';
import { button, field, visit } from '../fixtures/page';
import type { Person } from '../fixtures/people';
import { partners, type Making } from '../fixtures/screens';
import { expect, test } from '../fixtures/test';

async function pair(making: Making): Promise<[Person, Person]> {
  const [me, other] = await partners(making);
  await keepCapturing(me.context);
  await visit(other.page, '/calls');
  return [me, other];
}

async function inCall(making: Making): Promise<[Person, Person]> {
  const [me, other] = await pair(making);
  await call(me, other);
  await expectBothReceiving(me.page, other.page);
  return [me, other];
}

/** Chooses the last of the devices of a kind in the dialog, which is not the one in use. */
async function chooseLast(page: Page, picker: string): Promise<string> {
  await button(page, 'More').click();
  await button(page, 'Devices').click();
  const dialog = page.getByRole('dialog', { name: 'Devices', exact: true });
  const select = field(dialog, picker);
  const last = (await select.locator('option').last().getAttribute('value')) as string;
  expect(last, 'another than the one in use').not.toBe(await select.inputValue());
  await select.selectOption(last);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  return last;
}

const says = (page: Page, person: Person, device: string) => page.getByText(`${person.name}'s ${device} is off`).first();

test('who mutes themselves while another microphone is being opened stays muted', async ({ enrolled, deviceOf, launch }) => {
  const browser = await launch(severalDevices);
  const [me, other] = await inCall({ enrolled: (options) => enrolled({ as: { in: browser }, ...options }), deviceOf });
  const { page } = me;
  await holdAnswers(page);
  const given = await timesGiven(page, 'audio');
  const chosen = await chooseLast(page, 'Microphone');
  await expect.poll(() => waiting(page)).toBe(1);
  await button(page, 'Mute microphone').click();
  await expect(says(other.page, me, 'microphone')).toBeVisible();
  await letAnswersThrough(page);
  await expect.poll(() => timesGiven(page, 'audio'), { message: 'the answer came' }).toBe(given + 1);
  await expect.poll(() => open(page, 'audio'), { message: 'and was thrown away' }).toBe(0);
  await expect(button(page, 'Unmute microphone')).toBeVisible();
  await expect(says(other.page, me, 'microphone')).toBeVisible();

  await button(page, 'Unmute microphone').click();
  await expectReceiving(other.page, ['energy']);
  const inUse = await page.evaluate(() => window.__capturing.given.filter((track) => track.kind === 'audio').at(-1)?.getSettings().deviceId);
  expect(inUse, 'the one that was chosen').toBe(chosen);
});

test('a microphone that is unplugged while another is being opened leaves the choice alone', async ({ enrolled, deviceOf, launch }) => {
  const browser = await launch(severalDevices);
  const [me, other] = await inCall({ enrolled: (options) => enrolled({ as: { in: browser }, ...options }), deviceOf });
  const { page } = me;
  await holdAnswers(page);
  const chosen = await chooseLast(page, 'Microphone');
  await expect.poll(() => waiting(page)).toBe(1);
  await end(page, 'audio', true);
  await letAnswersThrough(page);
  await expectReceiving(other.page, ['energy']);
  const inUse = await page.evaluate(() =>
    window.__capturing.given.find((track) => track.kind === 'audio' && track.readyState === 'live' && track.enabled)?.getSettings().deviceId,
  );
  expect(inUse).toBe(chosen);
  await expect(button(page, 'Mute microphone')).toBeVisible();
  await expect(page.locator('.call-tile-own.is-speaking'), 'it is on, not starting').toBeVisible();
  await expect(page.getByText(/ is gone\. Now using /), 'nothing took its place but what was chosen').toBeHidden();
});

for (const [kind, device, again, what] of [
  ['audio', 'microphone', 'Unmute microphone', 'energy'],
  ['video', 'camera', 'Turn camera on', 'frames'],
] as const) {
  test(`a ${device} that is taken from the page is not replaced by another`, async ({ enrolled, deviceOf, launch }) => {
    const browser = await launch(severalDevices);
    const [me, other] = await inCall({ enrolled: (options) => enrolled({ as: { in: browser }, ...options }), deviceOf });
    const { page } = me;
    const asked = await timesAsked(page, kind);
    await end(page, kind, false);
    await expect(page.getByText(new RegExp(`Your ${device} stopped`))).toBeVisible();
    await expect(button(page, again)).toBeVisible();
    await expect(says(other.page, me, device)).toBeVisible();
    expect(await timesAsked(page, kind), 'nobody was asked for another').toBe(asked);
    expect(await lit(page, kind)).toBe(0);

    await button(page, 'Try again').click();
    await expectReceiving(other.page, [what]);
    await expect(says(other.page, me, device)).toBeHidden();
  });
}

test('a camera that stops in the background is the same one on return, and one that was switched off stays off', async ({ enrolled, deviceOf, launch }) => {
  const browser = await launch(severalDevices);
  const [me, other] = await inCall({ enrolled: (options) => enrolled({ as: { in: browser }, ...options }), deviceOf });
  const { page } = me;
  const last = () => page.evaluate(() => window.__capturing.given.filter((track) => track.kind === 'video').at(-1)?.getSettings().deviceId);
  const was = await last();
  await putInBackground(page, true);
  await end(page, 'video', false);
  await expect(says(other.page, me, 'camera')).toBeVisible();
  const asked = await timesAsked(page, 'video');
  await putInBackground(page, false);
  await expectReceiving(other.page, ['frames']);
  expect(await last(), 'the same camera').toBe(was);
  expect(await timesAsked(page, 'video')).toBe(asked + 1);

  await button(page, 'Turn camera off').click();
  await expect(says(other.page, me, 'camera')).toBeVisible();
  await putInBackground(page, true);
  await putInBackground(page, false);
  await expectReceiving(other.page, ['energy']);
  await expect(button(page, 'Turn camera on')).toBeVisible();
  expect(await lit(page, 'video')).toBe(0);
});

test('a microphone that the system holds back is given back, and a press brings it again', async ({ enrolled, deviceOf }) => {
  const [me, other] = await inCall({ enrolled, deviceOf });
  const { page } = me;
  await page.evaluate(() => {
    for (const track of window.__capturing.given.filter(({ kind }) => kind === 'audio')) {
      Object.defineProperty(track, 'muted', { get: () => true });
    }
  });
  await expect(page.getByText('The system is holding back your microphone')).toBeVisible({ timeout: 15_000 });
  expect(await lit(page, 'audio')).toBe(0);
  await expect(says(other.page, me, 'microphone')).toBeVisible();
  await button(page, 'Try again').click();
  await expectReceiving(other.page, ['energy']);
  await expect(page.getByText('The system is holding back your microphone')).toBeHidden();
});

test('off before a call closes the device, and nothing is opened for the call', async ({ enrolled, deviceOf }) => {
  const [me, other] = await pair({ enrolled, deviceOf });
  await visit(me.page, '/settings/devices');
  await button(me.page, 'Unmute microphone').click();
  await expect.poll(() => lit(me.page, 'audio')).toBeGreaterThan(0);
  await button(me.page, 'Mute microphone').click();
  await expect.poll(() => lit(me.page, 'audio'), { message: 'its light goes out' }).toBe(0);

  await neverAsked(me.context);
  await me.context.addInitScript(() => localStorage.removeItem('speakle.devices-asked'));
  await visit(me.page, '/calls');
  await ring(other, me.name);
  await button(incoming(me.page, other.name), 'Accept').click();
  await expect(button(me.page, 'Join call')).toBeVisible();
  await expect.poll(() => lit(me.page, 'audio')).toBeGreaterThan(0);
  await button(me.page, 'Mute microphone').click();
  await expect.poll(() => lit(me.page, 'audio')).toBe(0);
  const asked = await timesAsked(me.page, 'audio');
  await Promise.all([arrive(me.page, other.name), arrive(other.page, me.name)]);
  await expectReceiving(me.page);
  await expect(says(other.page, me, 'microphone')).toBeVisible();
  expect(await timesAsked(me.page, 'audio'), 'nothing is opened').toBe(asked);
  expect(await lit(me.page, 'audio')).toBe(0);
  await button(me.page, 'Unmute microphone').click();
  await expectReceiving(other.page, ['energy']);
});

test('a reload leaves off what was off on joining, whatever other pages left off', async ({ enrolled, deviceOf }) => {
  const [me, other] = await pair({ enrolled, deviceOf });
  await me.context.addInitScript(() => {
    if (!sessionStorage.getItem('test.begun')) {
      sessionStorage.setItem('test.begun', 'yes');
      localStorage.setItem('speakle.left-off', 'microphone camera');
    }
  });
  await visit(me.page, '/calls');
  await call(me, other);
  await expect(button(me.page, 'Unmute microphone')).toBeVisible();
  // As another page with the preview does.
  await me.page.evaluate(() => localStorage.setItem('speakle.left-off', ''));
  await me.page.reload();
  await expect(button(me.page, 'Leave call')).toBeVisible();
  await expect(button(me.page, 'Unmute microphone')).toBeVisible();
  await expect(button(me.page, 'Turn camera on')).toBeVisible();
  expect(await timesGiven(me.page, 'audio'), 'nothing was opened').toBe(0);
  expect(await timesGiven(me.page, 'video')).toBe(0);
});

/** A browser that keeps nothing, as in a private window with full storage. */
async function keepNothing(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const { getItem } = Storage.prototype;
    Storage.prototype.getItem = function (key) {
      return key === 'speakle.switched-off' ? null : getItem.call(this, key);
    };
  });
}

test('a browser that keeps nothing learns from the server what is off', async ({ enrolled, deviceOf }) => {
  const [me, other] = await pair({ enrolled, deviceOf });
  await keepNothing(me.context);
  await call(me, other);
  await expectBothReceiving(me.page, other.page);
  await button(me.page, 'Turn camera off').click();
  await expect(says(other.page, me, 'camera')).toBeVisible();
  await me.page.reload();
  await expect(button(me.page, 'Leave call')).toBeVisible();
  await expectReceiving(other.page, ['energy']);
  await expect(button(me.page, 'Turn camera on')).toBeVisible();
  expect(await timesGiven(me.page, 'video')).toBe(0);
});

test('a call that moves to another device keeps off what is off, there and back', async ({ enrolled, deviceOf }) => {
  const [me, other] = await inCall({ enrolled, deviceOf });
  await button(me.page, 'Mute microphone').click();
  await expect(says(other.page, me, 'microphone')).toBeVisible();

  const phone = await deviceOf(me);
  await keepCapturing(phone.context);
  await visit(phone.page, new URL(me.page.url()).pathname);
  await arrive(phone.page, other.name);
  await expect(button(me.page, 'Move the call here')).toBeVisible();
  await expect(button(phone.page, 'Unmute microphone')).toBeVisible();
  await expect(button(phone.page, 'Turn camera off')).toBeVisible();
  await expectReceiving(other.page, ['frames']);
  await expect(says(other.page, me, 'microphone')).toBeVisible();
  expect(await timesGiven(phone.page, 'audio'), 'never opened there').toBe(0);

  await button(phone.page, 'Turn camera off').click();
  await expect(says(other.page, me, 'camera')).toBeVisible();
  const given = await timesGiven(me.page, 'video');
  await button(me.page, 'Move the call here').click();
  await expect(button(me.page, 'Leave call')).toBeVisible();
  await expect(button(me.page, 'Turn camera on')).toBeVisible();
  await expect(button(me.page, 'Unmute microphone')).toBeVisible();
  await expectReceiving(me.page, ['energy']);
  await expect(says(other.page, me, 'camera')).toBeVisible();
  expect(await timesGiven(me.page, 'video'), 'not opened here for what was pressed there').toBe(given);
  await button(me.page, 'Unmute microphone').click();
  await expectReceiving(other.page, ['energy']);
});

test('who reloads while holding the bar to speak is muted, whatever changed meanwhile', async ({ enrolled, deviceOf }) => {
  const [me, other] = await inCall({ enrolled, deviceOf });
  const { page } = me;
  await button(page, 'Mute microphone').click();
  await expect(says(other.page, me, 'microphone')).toBeVisible();
  await page.getByRole('region', { name: 'The call', exact: true }).focus();
  await page.keyboard.down(' ');
  await expect(says(other.page, me, 'microphone')).toBeHidden();
  // A camera that is lost writes down what is off.
  await end(page, 'video', false);
  await expect(says(other.page, me, 'camera')).toBeVisible();
  const off = await page.evaluate(() => localStorage.getItem('speakle.switched-off'));
  expect(off, 'before the page hears that it goes').toMatch(/ microphone$/);
  await page.reload();
  await page.keyboard.up(' ');
  await expect(button(page, 'Leave call')).toBeVisible();
  await expect(button(page, 'Unmute microphone')).toBeVisible();
  expect(await timesGiven(page, 'audio')).toBe(0);
});

test('what plays the partner plays again on return, or a press is asked for', async ({ enrolled, deviceOf }) => {
  const [me, other] = await inCall({ enrolled, deviceOf });
  const { page } = me;
  const partner = page.getByLabel(`${other.name}'s video`, { exact: true });
  const isPaused = () => partner.evaluate((video: HTMLVideoElement) => video.paused);
  // As a phone does with a page in the background.
  await putInBackground(page, true);
  await partner.evaluate((video: HTMLVideoElement) => video.pause());
  expect(await isPaused(), 'nothing helps there').toBe(true);
  await putInBackground(page, false);
  await expect.poll(isPaused).toBe(false);
  await expect(button(page, `Press to hear ${other.name}`)).toBeHidden();

  // As a browser does that wants a press after a telephone call.
  await page.evaluate(() => {
    const { play } = HTMLMediaElement.prototype;
    document.addEventListener('click', () => {
      HTMLMediaElement.prototype.play = play;
    }, { capture: true });
    HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException('', 'NotAllowedError'));
  });
  await partner.evaluate((video: HTMLVideoElement) => video.pause());
  await button(page, `Press to hear ${other.name}`).click();
  await expect.poll(isPaused).toBe(false);
  await expect(button(page, `Press to hear ${other.name}`)).toBeHidden();
});

test('levels are heard again when the browser never answers to a question for its ears', async ({ enrolled, deviceOf }) => {
  const [me] = await pair({ enrolled, deviceOf });
  const { page } = me;
  await page.addInitScript(() => {
    const made: AudioContext[] = [];
    Object.assign(window, { __contexts: made });
    window.AudioContext = class extends AudioContext {
      constructor() {
        super();
        made.push(this);
      }
    };
  });
  await visit(page, '/settings/devices');
  const meter = page.getByRole('meter', { name: 'Microphone level' });
  await button(page, 'Unmute microphone').click();
  await expect(meter).toHaveAttribute('aria-valuetext', 'Good level');
  await page.evaluate(async () => {
    const { resume } = AudioContext.prototype;
    let isFirst = true;
    AudioContext.prototype.resume = function () {
      const isLost = isFirst;
      isFirst = false;
      return isLost ? new Promise(() => undefined) : resume.call(this);
    };
    const { __contexts } = window as unknown as { __contexts: AudioContext[] };
    await Promise.all(__contexts.filter(({ state }) => state === 'running').map((context) => context.suspend()));
  });
  await expect(meter).toHaveAttribute('aria-valuenow', '0');
  await expect(meter).toHaveAttribute('aria-valuenow', /^[1-9]\d*$/);
});
