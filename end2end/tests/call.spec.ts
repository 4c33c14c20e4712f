import { type Browser, chromium } from '@playwright/test';
import { arrive, call, expectEnded, incoming, leave, ring, roomAddress } from '../fixtures/calls';
import { chromiumPath, fakeMedia } from '../fixtures/chromium';
import { expectBothReceiving } from '../fixtures/media';
import { article, button, expectNoSidewaysScroll, heading, visit } from '../fixtures/page';
import { sendRequest } from '../fixtures/partners';
import type { Person } from '../fixtures/people';
import { expectRecognised, filesOf, type Mark } from '../fixtures/recognisable';
import { expect, test as base } from '../fixtures/test';

/** What the two are known by, each in a browser of their own. */
const callers: Mark = { colour: [200, 30, 30], tone: 500 };
const callees: Mark = { colour: [30, 30, 200], tone: 1_300 };

const test = base.extend<{ browsers: [Browser, Browser] }>({
  /** Two whole browsers, whose cameras and microphones play files: the caller's, the callee's. */
  browsers: async ({ headless }, use, info) => {
    const start = (mark: Mark, name: string) => {
      const args = [...fakeMedia, ...filesOf(mark, info.outputPath(), name)];
      return chromium.launch({ executablePath: chromiumPath(), args, headless });
    };
    const browsers: [Browser, Browser] = [await start(callers, 'caller'), await start(callees, 'callee')];
    await use(browsers);
    await Promise.all(browsers.map((browser) => browser.close()));
  },
});

/** Each sees and hears the other, and nobody else. */
async function expectEachOther(caller: Person, callee: Person): Promise<void> {
  await expectBothReceiving(caller.page, callee.page);
  await expectRecognised(caller.page, callee.name, callees, callers);
  await expectRecognised(callee.page, caller.name, callers, callees);
}

// The main job, whole: two people who have never been here meet, talk and find the call in their history.
for (const [speaks, learns] of [
  ['Spanish', 'English'],
  ['English', 'Spanish'],
] as const) {
  test(`two people meet and talk: ${speaks} for ${learns}`, async ({ join, browsers: [near, far] }) => {
    const caller = await join({ speaks, learns, as: { in: near } });
    const callee = await join({ speaks: learns, learns: speaks, as: { in: far } });

    await test.step('one asks, the other accepts, neither reloads', async () => {
      await visit(callee.page, '/requests');
      await expect(heading(callee.page, 'Requests')).toBeVisible();
      await sendRequest(caller.page, callee.name, 'Shall we talk on Thursdays?');
      await visit(caller.page, '/requests');
      await expect(button(article(caller.page, callee.name), 'Cancel request')).toBeVisible();

      const request = article(callee.page, caller.name);
      await expect(request).toContainText('Shall we talk on Thursdays?');
      await button(request, 'Accept').click();
      await expect(request).toBeHidden();
      await expect(article(caller.page, callee.name)).toBeHidden();
    });

    await test.step('the partner is online', async () => {
      await visit(caller.page, '/partners');
      await expect(article(caller.page, callee.name).getByText('Online', { exact: true })).toBeVisible();
    });

    await test.step('one calls, the other is on another page and accepts', async () => {
      await visit(callee.page, '/settings/profile');
      const calling = await ring(caller, callee.name, 'Ready when you are');
      await expect(calling).toContainText(`Calling ${callee.name}…`);
      await expect(button(calling, 'Cancel call')).toBeVisible();
      const dialog = incoming(callee.page, caller.name);
      await expect(dialog).toContainText('Ready when you are');
      await expect(button(dialog, 'Decline')).toBeVisible();
      await button(dialog, 'Accept').click();
      await Promise.all([arrive(caller.page, callee.name), arrive(callee.page, caller.name)]);
      expect(new URL(caller.page.url()).pathname).toBe(new URL(callee.page.url()).pathname);
    });

    await test.step('they see and hear each other', async () => {
      for (const [me, partner] of [
        [caller, callee],
        [callee, caller],
      ] as const) {
        await expect(me.page.getByLabel('Your video', { exact: true })).toBeVisible();
        await expect(me.page.getByLabel(`${partner.name}'s video`, { exact: true })).toBeVisible();
      }
      await expectEachOther(caller, callee);
    });

    await test.step('one leaves: the call is over for both', async () => {
      await leave(caller.page);
      await expectEnded(callee.page);
    });

    await test.step('both find it in their history', async () => {
      for (const [me, partner] of [
        [caller, callee],
        [callee, caller],
      ] as const) {
        await visit(me.page, '/calls');
        await expect(article(me.page, partner.name)).toHaveCount(1);
        await article(me.page, partner.name).getByRole('link', { name: 'Summary', exact: true }).click();
        await expect(heading(me.page, 'Call summary')).toBeVisible();
      }
    });
  });
}

test('microphone and camera are switched off and on, and the partner is told', async ({ paired }) => {
  const [caller, callee] = await paired();
  await call(caller, callee);
  await expectBothReceiving(caller.page, callee.page);

  const told = (what: RegExp) => callee.page.getByText(what).first();
  const microphoneOff = new RegExp(`${caller.name}.*(muted|microphone.* off)`, 'i');
  const cameraOff = new RegExp(`${caller.name}.*camera.* off`, 'i');
  await expect(told(microphoneOff)).toBeHidden();
  await expect(told(cameraOff)).toBeHidden();

  await button(caller.page, 'Mute microphone').click();
  await expect(button(caller.page, 'Unmute microphone')).toBeVisible();
  await expect(told(microphoneOff)).toBeVisible();

  await button(caller.page, 'Turn camera off').click();
  await expect(button(caller.page, 'Turn camera on')).toBeVisible();
  await expect(told(cameraOff)).toBeVisible();

  await button(caller.page, 'Unmute microphone').click();
  await button(caller.page, 'Turn camera on').click();
  await expect(told(microphoneOff)).toBeHidden();
  await expect(told(cameraOff)).toBeHidden();
  await expectBothReceiving(caller.page, callee.page);
});

/** Runs in the page: whatever is pressed next, "Leave call" is pressed in the same place as soon as it is there, as an impatient thumb does. */
function pressAgain(): void {
  addEventListener(
    'pointerdown',
    ({ clientX, clientY }) => {
      const find = () => document.querySelector<HTMLElement>('[aria-label="Leave call"]');
      const observer = new MutationObserver(() => {
        const found = find();
        if (found) {
          observer.disconnect();
          document.documentElement.dataset.pressedAgain = 'yes';
          found.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail: 1, clientX, clientY }));
        }
      });
      observer.observe(document.body, { childList: true, subtree: true });
    },
    { once: true },
  );
}

test('accepting joins at once when the browser has been asked before', async ({ paired }) => {
  const [caller, callee] = await paired();
  await call(caller, callee);
  await leave(callee.page);
  await expectEnded(caller.page);

  await ring(caller, callee.name);
  const accept = button(incoming(callee.page, caller.name), 'Accept');
  await expect(accept).toBeVisible();
  await callee.page.evaluate(pressAgain);
  await accept.click();
  for (const { page } of [caller, callee]) {
    await expect(page).toHaveURL(roomAddress);
    await expect(button(page, 'Leave call')).toBeVisible();
    await expect(button(page, 'Join call')).toBeHidden();
  }
  await expectBothReceiving(caller.page, callee.page);
  expect(await callee.page.evaluate(() => document.documentElement.dataset.pressedAgain), 'the thumb came twice').toBe('yes');
  await leave(callee.page);
});

test('once the room was fetched while it rings, nobody asks for it after "Accept"', async ({ paired }) => {
  const [caller, callee] = await paired();
  await visit(callee.page, '/calls');
  const asked: string[] = [];
  for (const [who, { page }] of Object.entries({ caller, callee })) {
    page.on('request', (request) => {
      if (new URL(request.url()).pathname === '/api/room') {
        asked.push(`the ${who}, on ${page.url()}`);
      }
    });
  }
  for (const time of ['the first call, before which no browser was asked for its camera', 'a second call']) {
    await test.step(time, async () => {
      asked.length = 0;
      const fetched = [caller, callee].map(({ page }) =>
        page.waitForResponse((answer) => new URL(answer.url()).pathname === '/api/room').then((answer) => answer.finished()),
      );
      await ring(caller, callee.name);
      await Promise.all(fetched);
      const accept = button(incoming(callee.page, caller.name), 'Accept');
      await expect(accept).toBeVisible();
      expect(asked, 'once for each, while it rings').toHaveLength(2);
      await accept.click();
      await Promise.all([arrive(caller.page, callee.name), arrive(callee.page, caller.name)]);
      await expectBothReceiving(caller.page, callee.page);
      expect(asked.slice(2), 'after "Accept"').toEqual([]);
      await leave(callee.page);
      await expectEnded(caller.page);
    });
  }
});

test('a reload rejoins without asking', async ({ paired, browsers: [near, far] }) => {
  const [caller, callee] = await paired({ as: { in: near } }, { as: { in: far } });
  await call(caller, callee);
  await expectEachOther(caller, callee);

  await callee.page.reload();
  await expect(button(callee.page, 'Leave call')).toBeVisible();
  await expect(button(callee.page, 'Join call')).toBeHidden();
  await expectEachOther(caller, callee);

  await leave(caller.page);
  await visit(callee.page, '/calls');
  await expect(article(callee.page, caller.name), 'it was one call').toHaveCount(1);
});

test('a direct visit shows the preview first', async ({ paired }) => {
  const [caller, callee] = await paired();
  await call(caller, callee);
  const room = caller.page.url();
  await leave(caller.page);

  await visit(caller.page, room);
  await expect(heading(caller.page, `Call with ${callee.name}`)).toBeVisible();
  await expect(button(caller.page, 'Join call')).toBeVisible();
  for (const picker of ['Camera', 'Microphone', 'Speaker']) {
    await expect(caller.page.getByRole('combobox', { name: picker, exact: true })).toBeVisible();
  }
  await expect(button(caller.page, 'Leave call')).toBeHidden();
});

test('the call fits a phone', async ({ paired }) => {
  const phone = { viewport: { width: 390, height: 844 } };
  const [caller, callee] = await paired({ as: phone }, { as: phone });
  await call(caller, callee);
  for (const control of ['Mute microphone', 'Turn camera off', 'Leave call']) {
    await expect(button(caller.page, control)).toBeInViewport({ ratio: 1 });
  }
  await expectNoSidewaysScroll(caller.page);
});

test('only the two partners can enter the room', async ({ paired, enrolled, open, quiet }) => {
  const [caller, callee] = await paired();
  const third = await enrolled({ speaks: 'English', learns: 'Spanish' });
  await call(caller, callee);
  const room = new URL(caller.page.url()).pathname;

  quiet.allowStatus(404);
  const refused = await third.page.goto(room);
  expect(refused?.status(), 'a stranger learns nothing').toBe(404);
  const unknown = await third.page.goto('/call/5bd3bb9e-04a1-4b04-9f0e-6a1b6a0b1a55');
  expect(unknown?.status(), 'the same as for a room that never was').toBe(404);
  const malformed = await third.page.goto('/call/no-room');
  expect(malformed?.status()).toBe(404);

  const { page: signedOut } = await open();
  await signedOut.goto(room);
  await expect(signedOut).toHaveURL((url) => url.pathname === '/login' && url.searchParams.get('next') === room);
});

test('a call keeps going @long', async ({ paired }) => {
  test.setTimeout(300_000);
  const [caller, callee] = await paired();
  await call(caller, callee);
  for (let until = Date.now() + 180_000; Date.now() < until; ) {
    await expectBothReceiving(caller.page, callee.page);
    await caller.page.waitForTimeout(5_000);
  }
  await leave(callee.page);
  await expectEnded(caller.page);
});
