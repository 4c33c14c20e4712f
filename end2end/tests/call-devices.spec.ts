import { arrive, call, incoming, ring } from '../fixtures/calls';
import { fakeMediaThatAsks, noCamera } from '../fixtures/chromium';
import { expectReceiving } from '../fixtures/media';
import { button, heading } from '../fixtures/page';
import { becomePartners } from '../fixtures/partners';
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
  test(`${what}: the call goes on and says why`, async ({ join, launch }) => {
    const as: OpenOptions = { in: await launch(args), permissions };
    const caller = await join();
    const callee = await join({ speaks: 'English', learns: 'Spanish', as });
    await becomePartners(caller, callee);
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

test('a browser that has never been asked shows the preview before it joins', async ({ join, launch }) => {
  const as: OpenOptions = { in: await launch(fakeMediaThatAsks), permissions: undefined };
  const caller = await join();
  const callee = await join({ speaks: 'English', learns: 'Spanish', as });
  await becomePartners(caller, callee);
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
