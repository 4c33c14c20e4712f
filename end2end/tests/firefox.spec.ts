import { arrive, incoming, leave, ring } from '../fixtures/calls';
import { chatLog, openChat, write } from '../fixtures/chat';
import { type FirefoxTab, test } from '../fixtures/firefox';
import { pairUp } from '../fixtures/http';
import { expectBothReceiving } from '../fixtures/media';
import { button, visit } from '../fixtures/page';
import type { Person } from '../fixtures/people';
import { readWords } from '../fixtures/security';
import { expect } from '../fixtures/test';

declare global {
  interface Window {
    /** What came over data channels. */
    __said: string[];
  }
}

/** Runs in the page before its own scripts: keeps what the partner's page says directly. */
function keepSaid(): void {
  window.__said = [];
  const create = RTCPeerConnection.prototype.createDataChannel;
  RTCPeerConnection.prototype.createDataChannel = function (...args) {
    const channel = create.apply(this, args);
    channel.addEventListener('message', ({ data }) => window.__said.push(String(data)));
    return channel;
  };
}

const said = () => window.__said.join('\n');

/** Waits until Firefox is in the call. It does not say that it was asked for its camera before, so its preview comes first. */
async function arriveInFirefox(tab: FirefoxTab, name: string): Promise<void> {
  await tab.find('heading', `Call with ${name}`);
  await tab.press('Join call');
  await tab.find('button', 'Leave call');
}

/** Both see and hear each other, in elements that play. */
async function expectTalking(ana: Person, tab: FirefoxTab, ben: Person): Promise<void> {
  await expectBothReceiving(ana.page, tab.page);
  const played = (name: string) =>
    tab.page.evaluate((name) => {
      const video = document.querySelector<HTMLVideoElement>(`video[aria-label="${name}"]`);
      return video !== null && !video.paused && video.videoWidth > 0;
    }, name);
  await expect.poll(() => played(`${ana.name}'s video`), { message: 'Firefox plays Chromium' }).toBe(true);
  await expect.poll(() => played('Your video'), { message: 'Firefox shows its own camera' }).toBe(true);
  const theirs = ana.page.getByLabel(`${ben.name}'s video`, { exact: true });
  await expect.poll(() => theirs.evaluate((video: HTMLVideoElement) => video.videoWidth)).toBeGreaterThan(0);
}

async function expectChat(ana: Person, tab: FirefoxTab): Promise<void> {
  await openChat(ana.page);
  await write(ana.page, 'From Chromium');
  await expect.poll(() => tab.page.evaluate(said), { message: 'it comes to Firefox directly' }).toContain('From Chromium');
  await tab.press('Chat, 1 unread');
  const log = '[role=log] .chat-text';
  await expect.poll(() => tab.texts(log)).toEqual(['From Chromium']);
  await tab.type('Message', 'From Firefox');
  await tab.press('Send');
  await expect.poll(() => ana.page.evaluate(said), { message: 'it comes to Chromium directly' }).toContain('From Firefox');
  for (const texts of [() => chatLog(ana.page).locator('.chat-text').allTextContents(), () => tab.texts(log)]) {
    await expect.poll(texts).toEqual(['From Chromium', 'From Firefox']);
  }
  await tab.press('Close chat');
}

async function expectSameWords(ana: Person, tab: FirefoxTab): Promise<void> {
  const hers = await readWords(ana.page);
  await tab.press('More');
  await tab.press('Security words');
  const his = () => tab.texts('.security-words li');
  await expect.poll(his, { message: 'both read the same words', timeout: 20_000 }).toEqual(hers);
}

// Who was registered first answers the other's offer. Two minutes each: the way in which fewer of ours is tested elsewhere is always run.
for (const offers of ['Firefox', 'Chromium']) {
  test(`a call between Chromium and Firefox, where ${offers} offers${offers === 'Chromium' ? ' @long' : ''}`, async ({ enrolled, tab }) => {
    test.setTimeout(240_000);
    const [first, second] = [await enrolled(), await enrolled({ speaks: 'English', learns: 'Spanish' })];
    await pairUp(first, second);
    const [ana, ben] = offers === 'Firefox' ? [first, second] : [second, first];
    await ana.context.addInitScript(keepSaid);
    await tab.page.evaluateOnNewDocument(keepSaid);
    await tab.logIn(ben);
    await tab.visit('/partners');

    if (offers === 'Firefox') {
      await ring(ana, ben.name);
      await tab.find('dialog', `Incoming call from ${ana.name}`);
      await tab.press('Accept');
    } else {
      await visit(ana.page, '/calls');
      await tab.press('Call');
      await tab.find('dialog', `Call ${ana.name}`);
      await tab.press('Start call');
      await button(incoming(ana.page, ben.name), 'Accept').click();
    }
    await Promise.all([arrive(ana.page, ben.name), arriveInFirefox(tab, ana.name)]);
    await expectTalking(ana, tab, ben);
    await expectChat(ana, tab);
    await expectSameWords(ana, tab);

    if (offers === 'Firefox') {
      await leave(ana.page);
    } else {
      await tab.press('Leave call');
      await expect(ana.page).toHaveURL(/\/calls\/[0-9a-f-]{36}$/);
    }
    await tab.find('heading', 'Call summary');
    expect(tab.path()).toMatch(/^\/calls\/[0-9a-f-]{36}$/);
    await expect(ana.page.getByRole('heading', { level: 1, name: 'Call summary' })).toBeVisible();
  });
}
