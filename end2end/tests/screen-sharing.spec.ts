import { call, leave } from '../fixtures/calls';
import { fakeMediaThatAsks } from '../fixtures/chromium';
import { expectBothReceiving } from '../fixtures/media';
import { button, visit } from '../fixtures/page';
import type { Person } from '../fixtures/people';
import { pairUp } from '../fixtures/http';
import { type Picked, expectComing, expectSharedPicture, receivedOn, standInForPicker } from '../fixtures/sharing';
import { partners, type Making } from '../fixtures/screens';
import { expect, test } from '../fixtures/test';

/** Two people in a call, where the first can share what is given. */
async function inCall(making: Making, picked: Picked = {}): Promise<[Person, Person]> {
  const [sharer, other] = await partners(making);
  await sharer.context.addInitScript(standInForPicker, picked);
  await other.context.addInitScript(standInForPicker, {});
  await visit(other.page, '/calls');
  await call(sharer, other);
  await expectBothReceiving(sharer.page, other.page);
  return [sharer, other];
}

const screenOf = (viewer: Person, sharer: Person) => viewer.page.getByLabel(`${sharer.name}'s screen`, { exact: true });

test('a shared screen arrives, both faces go on, and one press ends it', async ({ enrolled, deviceOf }) => {
  const [sharer, other] = await inCall({ enrolled, deviceOf });
  await expect(screenOf(other, sharer)).toBeHidden();

  await button(sharer.page, 'Share screen').click();
  await expect(button(sharer.page, 'Stop sharing')).toBeVisible();
  await expect(sharer.page.getByText('You are sharing your screen', { exact: true })).toBeVisible();
  await expectSharedPicture(screenOf(other, sharer));
  for (const name of [`${sharer.name}'s video`, 'Your video']) {
    await expect(other.page.getByLabel(name, { exact: true })).toBeVisible();
  }
  await expect(other.page.getByRole('status').filter({ hasText: `${sharer.name} is sharing their screen` })).toHaveCount(1);
  await Promise.all([
    expectComing(other.page, 'screen'),
    expectComing(other.page, 'camera'),
    expectComing(other.page, 'microphone'),
    expectComing(sharer.page, 'camera'),
    expectComing(sharer.page, 'microphone'),
  ]);
  // The shared screen is the large picture, the faces are small.
  const [screen, face] = await Promise.all([
    screenOf(other, sharer).boundingBox(),
    other.page.getByLabel(`${sharer.name}'s video`, { exact: true }).boundingBox(),
  ]);
  expect((screen?.width ?? 0) * (screen?.height ?? 0)).toBeGreaterThan(2 * (face?.width ?? 0) * (face?.height ?? 0));

  await button(sharer.page, 'Stop sharing').click();
  await expect(button(sharer.page, 'Share screen')).toBeVisible();
  await expect(sharer.page.getByText('You are sharing your screen', { exact: true })).toBeHidden();
  await expect(screenOf(other, sharer)).toBeHidden();
  expect(await sharer.page.evaluate(() => window.__shared?.getTracks().map((track) => track.readyState))).toEqual(['ended']);
  await expectBothReceiving(sharer.page, other.page);
});

test('a screen that ends while it is in a window of its own leaves nothing to put back', async ({ enrolled, deviceOf }) => {
  const [sharer, other] = await partners({ enrolled, deviceOf });
  await sharer.context.addInitScript(standInForPicker, {});
  // Where nobody sees them, browsers open no such windows. A window closes with its element, and says so there.
  await other.context.addInitScript(() => {
    let shown: Element | null = null;
    Object.defineProperty(Document.prototype, 'pictureInPictureEnabled', { get: () => true });
    Object.defineProperty(Document.prototype, 'pictureInPictureElement', { get: () => (shown?.isConnected ? shown : null) });
    HTMLVideoElement.prototype.requestPictureInPicture = async function () {
      shown = this;
      this.dispatchEvent(new Event('enterpictureinpicture', { bubbles: true }));
      return {} as PictureInPictureWindow;
    };
  });
  await visit(other.page, '/calls');
  await call(sharer, other);
  await expectBothReceiving(sharer.page, other.page);
  await button(sharer.page, 'Share screen').click();
  await expectSharedPicture(screenOf(other, sharer));
  await button(other.page, 'More').click();
  await button(other.page, 'Pop out the picture').click();
  await button(other.page, 'More').click();
  await expect(button(other.page, 'Put the picture back')).toBeVisible();
  await button(sharer.page, 'Stop sharing').click();
  await expect(button(other.page, 'Pop out the picture')).toBeVisible();
});

test("the browser's own button ends it, and it can begin again", async ({ enrolled, deviceOf }) => {
  const [sharer, other] = await inCall({ enrolled, deviceOf });
  await button(sharer.page, 'Share screen').click();
  await expectSharedPicture(screenOf(other, sharer));

  await sharer.page.evaluate(() => {
    const track = window.__shared?.getVideoTracks()[0];
    track?.stop();
    track?.dispatchEvent(new Event('ended'));
  });
  await expect(button(sharer.page, 'Share screen')).toBeVisible();
  await expect(screenOf(other, sharer)).toBeHidden();
  await expect(sharer.page.getByRole('status').filter({ hasText: 'You are no longer sharing your screen' })).toHaveCount(1);

  await button(sharer.page, 'Share screen').click();
  await expectSharedPicture(screenOf(other, sharer));
});

test('what a screen sounds is heard beside the voice', async ({ enrolled, deviceOf }) => {
  const [sharer, other] = await inCall({ enrolled, deviceOf }, { surface: 'browser', sound: true });
  await button(sharer.page, 'Share screen').click();
  await expect(sharer.page.getByText('You are sharing your screen and its sound', { exact: true })).toBeVisible();
  await expectSharedPicture(screenOf(other, sharer));
  await Promise.all([expectComing(other.page, 'screenSound'), expectComing(other.page, 'microphone')]);
  const wishes = await sharer.page.evaluate(() => window.__wishes);
  expect(wishes).toMatchObject({ selfBrowserSurface: 'exclude', audio: { restrictOwnAudio: true } });
});

test('both share at once: each sees what the other shares, and who leaves off is left with it', async ({ enrolled, deviceOf }) => {
  const [one, other] = await inCall({ enrolled, deviceOf });
  await button(one.page, 'Share screen').click();
  await expectSharedPicture(screenOf(other, one));
  await button(other.page, 'Share screen').click();
  await expectSharedPicture(screenOf(one, other));
  await expectSharedPicture(screenOf(other, one));
  await button(one.page, 'Stop sharing').click();
  await expect(screenOf(other, one)).toBeHidden();
  await expectSharedPicture(screenOf(one, other));
});

test('whoever shares a window sees it, whoever shares the whole screen does not', async ({ enrolled, deviceOf }) => {
  const [sharer] = await inCall({ enrolled, deviceOf }, { surface: 'window' });
  const own = sharer.page.getByLabel('Your screen', { exact: true });
  await button(sharer.page, 'Share screen').click();
  await expectSharedPicture(own);
  await button(sharer.page, 'Stop sharing').click();
  await expect(own).toBeHidden();

  const [whole] = await inCall({ enrolled, deviceOf }, { surface: 'monitor' });
  await button(whole.page, 'Share screen').click();
  await expect(whole.page.getByText('You are sharing your screen', { exact: true })).toBeVisible();
  await expect(whole.page.getByLabel('Your screen', { exact: true })).toBeHidden();
});

test('a reload ends sharing and nothing else', async ({ enrolled, deviceOf }) => {
  const [sharer, other] = await inCall({ enrolled, deviceOf });
  await button(sharer.page, 'Share screen').click();
  await expectSharedPicture(screenOf(other, sharer));
  await sharer.page.reload();
  await expect(button(sharer.page, 'Share screen')).toBeVisible();
  await expect(screenOf(other, sharer)).toBeHidden();
  await expectBothReceiving(sharer.page, other.page);
});

test('who shares and reloads sees what the other shares', async ({ enrolled, deviceOf }) => {
  const [one, other] = await inCall({ enrolled, deviceOf });
  await button(other.page, 'Share screen').click();
  await expectSharedPicture(screenOf(one, other));
  await one.page.reload();
  await expectSharedPicture(screenOf(one, other));
  await expectComing(one.page, 'screen');
});

test('leaving the call gives the screen back', async ({ enrolled, deviceOf }) => {
  const [sharer, other] = await inCall({ enrolled, deviceOf });
  await button(sharer.page, 'Share screen').click();
  await expectSharedPicture(screenOf(other, sharer));
  await leave(sharer.page);
  expect(await sharer.page.evaluate(() => window.__shared?.getTracks().map((track) => track.readyState))).toEqual(['ended']);
});

for (const { what, fails, words } of [
  { what: 'a refusal is no error', fails: { name: 'NotAllowedError', message: 'Permission denied' }, words: undefined },
  {
    what: 'what the system forbids is said, with what helps',
    fails: { name: 'NotAllowedError', message: 'Permission denied by system' },
    words: /Allow it in the system's settings/,
  },
  {
    what: 'what cannot be read is said, with what helps',
    fails: { name: 'NotReadableError', message: 'Could not start video source' },
    words: /Choose another window or the whole screen/,
  },
]) {
  test(`sharing: ${what}`, async ({ enrolled, deviceOf }) => {
    const [sharer, other] = await inCall({ enrolled, deviceOf }, { fails });
    await button(sharer.page, 'Share screen').click();
    const said = sharer.page.getByText('Your screen could not be shared');
    if (words) {
      await expect(said).toBeVisible();
      await expect(sharer.page.getByText(words)).toBeVisible();
    }
    await expect(button(sharer.page, 'Share screen')).toBeVisible();
    await expectComing(other.page, 'camera');
    if (!words) {
      await expect(said).toBeHidden();
    }
    expect((await receivedOn(other.page, 'screen')).frames).toBe(0);
  });
}

test('a browser that cannot share offers nothing', async ({ enrolled }) => {
  const [one, other] = [await enrolled(), await enrolled({ speaks: 'English', learns: 'Spanish' })];
  await pairUp(one, other);
  await one.context.addInitScript(() => {
    Reflect.deleteProperty(MediaDevices.prototype, 'getDisplayMedia');
  });
  await visit(other.page, '/calls');
  await call(one, other);
  await expect(button(other.page, 'Share screen')).toBeVisible();
  await expect(button(one.page, 'Share screen')).toBeHidden();
});

test('a tab that the browser itself captures arrives, with its sound', async ({ enrolled, launch }) => {
  const title = 'What is shared in this test';
  // With its stand-in for the questions about devices, Chromium shares a made-up screen instead; the context grants them anyway.
  const capturing = await launch([
    ...fakeMediaThatAsks,
    `--auto-select-tab-capture-source-by-title=${title}`,
    '--autoplay-policy=no-user-gesture-required',
  ]);
  const sharer = await enrolled({ as: { in: capturing } });
  const other = await enrolled({ speaks: 'English', learns: 'Spanish' });
  await pairUp(sharer, other);
  const shared = await sharer.context.newPage();
  await shared.setContent(
    `<title>${title}</title><style>body{margin:0;height:100vh;background:linear-gradient(90deg,rgb(220,20,20) 50%,rgb(20,20,220) 50%)}</style>`,
  );
  await shared.evaluate(() => {
    const audio = new AudioContext();
    const tone = new OscillatorNode(audio, { frequency: 330 });
    tone.connect(audio.destination);
    tone.start();
  });
  await visit(other.page, '/calls');
  await sharer.page.bringToFront();
  await call(sharer, other);
  await button(sharer.page, 'Share screen').click();
  await expectSharedPicture(screenOf(other, sharer));
  await Promise.all([expectComing(other.page, 'camera'), expectComing(other.page, 'screenSound')]);
});
