import { arrive, call, incoming, ring } from '../fixtures/calls';
import { fakeMediaThatAsks, noCamera } from '../fixtures/chromium';
import { failFor } from '../fixtures/devices';
import { expectReceiving } from '../fixtures/media';
import { button, heading, visit } from '../fixtures/page';
import { expect, type OpenOptions, test } from '../fixtures/test';

// What the browser refuses or lacks never keeps two people apart: the call goes on with what there is, and says why.
const cases: { what: string; args: string[]; permissions?: string[]; reason: RegExp; sends: ('frames' | 'energy')[] }[] = [
  {
    what: 'camera and microphone denied',
    args: fakeMediaThatAsks,
    permissions: [],
    reason: /camera.*(blocked|denied|not allowed|permission)|(blocked|denied|not allowed|permission).*camera/i,
    sends: [],
  },
  {
    what: 'camera denied',
    args: fakeMediaThatAsks,
    permissions: ['microphone'],
    reason: /camera.*(blocked|denied|not allowed|permission)|(blocked|denied|not allowed|permission).*camera/i,
    sends: ['energy'],
  },
  {
    what: 'no camera',
    args: noCamera,
    permissions: ['camera', 'microphone'],
    reason: /no camera|camera.*(not found|missing)/i,
    sends: ['energy'],
  },
];

for (const { what, args, permissions, reason, sends } of cases) {
  test(`${what}: the call goes on and says why`, async ({ paired, launch }) => {
    const as: OpenOptions = { in: await launch(args), permissions };
    const [caller, callee] = await paired({}, { as });
    await call(caller, callee);

    await expect(callee.page.getByText(reason).first()).toBeVisible();
    await expectReceiving(callee.page);
    if (sends.length > 0) {
      await expectReceiving(caller.page, sends);
    }
    await expect(button(caller.page, 'Leave call')).toBeVisible();
    await expect(heading(callee.page, `Call with ${caller.name}`)).toBeVisible();
  });
}

test('a browser that has never been asked shows the preview before it joins', async ({ paired, launch }) => {
  const as: OpenOptions = { in: await launch(fakeMediaThatAsks), permissions: undefined };
  const [caller, callee] = await paired({}, { as });
  await ring(caller, callee.name);
  await button(incoming(callee.page, caller.name), 'Accept').click();
  await expect(heading(callee.page, `Call with ${caller.name}`)).toBeVisible();
  await expect(button(callee.page, 'Join call')).toBeVisible();
  await expect(button(callee.page, 'Leave call')).toBeHidden();

  await callee.context.grantPermissions(['camera', 'microphone']);
  await callee.page.reload();
  await Promise.all([arrive(callee.page, caller.name), arrive(caller.page, callee.name)]);
  await Promise.all([expectReceiving(caller.page), expectReceiving(callee.page)]);
});

test.describe('each failure is named, with what helps in this browser', () => {
  const windows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)';
  const chrome = `${windows} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36`;
  const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)';
  const agents: { what: string; userAgent: string; helps: RegExp }[] = [
    { what: 'Chrome', userAgent: chrome, helps: /symbol at the left of the address and switch on “Camera”/ },
    { what: 'Edge', userAgent: `${chrome} Edg/131.0.0.0`, helps: /lock at the left of the address.*“Camera” to “Allow”/ },
    {
      what: 'Firefox',
      userAgent: `${windows.replace(')', '; rv:133.0)')} Gecko/20100101 Firefox/133.0`,
      helps: /crossed-out symbol.*remove the block on “Camera”/,
    },
    { what: 'Safari', userAgent: `${mac} Version/18.1 Safari/605.1.15`, helps: /menu “Safari”.*“Camera” to “Allow”/ },
    {
      what: 'Safari on a phone',
      userAgent: `${mac.replace('Macintosh; Intel Mac OS X 10_15_7', 'iPhone; CPU iPhone OS 18_1 like Mac OS X')} Version/18.1 Mobile/15E148 Safari/604.1`,
      helps: /“Website Settings”.*“Camera” to “Allow”/,
    },
  ];
  for (const { what, userAgent, helps } of agents) {
    test(`denied in ${what}`, async ({ enrolled, launch }) => {
      const as: OpenOptions = { in: await launch(fakeMediaThatAsks), permissions: ['microphone'], userAgent };
      const { page } = await enrolled({ as });
      await visit(page, '/settings/devices');
      await button(page, 'Turn camera on').click();
      await expect(page.getByText('Access to your camera is blocked for this page.')).toBeVisible();
      await expect(page.getByText(helps)).toBeVisible();
    });
  }

  const failures: { name: string; words?: string; says: RegExp; helps: RegExp }[] = [
    { name: 'NotAllowedError', words: 'Permission dismissed', says: /closed without an answer/, helps: /choose “Allow” when the browser asks/ },
    { name: 'NotAllowedError', words: 'Permission denied by system', says: /settings of your device keep your camera/, helps: /settings of Windows/ },
    { name: 'NotFoundError', says: /No camera was found/, helps: /Connect one/ },
    { name: 'NotReadableError', says: /Another program may be in the way/, helps: /Close other programs and tabs/ },
    { name: 'AbortError', says: /began to start and then gave up/, helps: /unplug it for a moment/ },
    { name: 'SecurityError', says: /no page can use your camera/, helps: /whoever looks after it/ },
    { name: 'TypeError', says: /cannot use a camera/, helps: /current Chrome, Edge, Firefox or Safari/ },
  ];
  for (const { name, words, says, helps } of failures) {
    test(`${name}${words ? `: ${words}` : ''}`, async ({ enrolled }) => {
      const { page } = await enrolled({ as: { userAgent: chrome } });
      await failFor(page, 'video', name, words);
      await visit(page, '/settings/devices');
      await button(page, 'Turn camera on').click();
      await expect(page.getByText(says)).toBeVisible();
      await expect(page.getByText(helps)).toBeVisible();
    });
  }
});

test('“Try again” keeps the focus, says that it did not help, and goes when it did', async ({ enrolled, launch }) => {
  const as: OpenOptions = { in: await launch(fakeMediaThatAsks), permissions: [] };
  const { page, context } = await enrolled({ as });
  await visit(page, '/settings/devices');
  await button(page, 'Unmute microphone').click();
  const again = button(page, 'Try again');
  await again.focus();
  for (const _ of [1, 2]) {
    await page.keyboard.press('Enter');
    await expect(page.getByText('It has not worked yet.')).toBeVisible();
    await expect(again).toBeFocused();
  }
  await context.grantPermissions(['camera', 'microphone']);
  await page.keyboard.press('Enter');
  await expect(again).toBeHidden();
  await expect(button(page, 'Mute microphone')).toBeVisible();
  await expect(page.locator('body'), 'the focus is not lost').not.toBeFocused();
});
