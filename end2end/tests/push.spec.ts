import type { BrowserContext, Page, Request } from '@playwright/test';
import { attention, press, setHidden, watchAttention } from '../fixtures/attention';
import { call as talk, incoming, ring, roomAddress } from '../fixtures/calls';
import { ask, get, pairUp, post } from '../fixtures/http';
import { button, field, heading, visit } from '../fixtures/page';
import type { Person } from '../fixtures/people';
import { expect, type JoinOptions, test } from '../fixtures/test';
import { news, ringing, SiteWorker, standInForPushService, withoutPushService } from '../fixtures/worker';

/** A browser that may show notifications. */
const allowed: JoinOptions = { as: { permissions: ['camera', 'microphone', 'notifications'] } };
const partner: JoinOptions = { speaks: 'English', learns: 'Spanish' };

/** What was posted to a server function, from now on. */
function posted(context: BrowserContext, name: string): Record<string, string>[] {
  const all: Record<string, string>[] = [];
  context.on('request', (request: Request) => {
    if (request.method() === 'POST' && new URL(request.url()).pathname === `/api/${name}`) {
      all.push(Object.fromEntries(new URLSearchParams(request.postData() ?? '')));
    }
  });
  return all;
}

/** The worker of somebody's browser, in which then no page of ours is open any more. */
async function closedBrowser(person: Person): Promise<SiteWorker> {
  await withoutPushService(person.context);
  await visit(person.page, '/calls');
  const worker = await SiteWorker.of(person.page);
  await person.page.goto('about:blank');
  // A page that is on its way out may still say that it tells.
  await expect.poll(() => worker.pages()).toBe(0);
  return worker;
}

test('asked for in its place and not on load; then subscribed and saved once, and ended by "Turn off on this device"', async ({ enrolled }) => {
  const me = await enrolled();
  const { page, context } = me;
  await standInForPushService(context);
  const [saved, forgotten] = [posted(context, 'save_push_subscription'), posted(context, 'forget_push_subscription')];
  await visit(page, '/partners');
  await expect(page.getByText('Want to hear of calls while Speakle is closed or out of view?')).toBeVisible();
  expect(await page.evaluate(() => [window.__asked(), window.__subscribed()])).toEqual([0, []]);

  await button(page, 'Turn on notifications').click();
  await expect.poll(() => saved.length).toBe(1);
  expect(await page.evaluate(() => window.__asked())).toBe(1);
  const [made] = await page.evaluate(() => window.__subscribed());
  expect(made?.key, 'with the key of this installation').toBe(await get(context, 'push_key'));
  expect(saved[0]?.endpoint).toBe(made?.endpoint);
  // A point of 65 bytes and a secret of 16, in base64url.
  expect(saved[0]).toMatchObject({ p256dh: expect.stringMatching(/^[\w-]{87}$/), auth: expect.stringMatching(/^[\w-]{22}$/) });

  // The page asks for the key each time, to learn whether it still holds, and is done when it has it.
  const asksForKey = () => page.waitForResponse((answer) => new URL(answer.url()).pathname === '/api/push_key');
  for (const path of ['/partners', '/settings/notifications']) {
    await Promise.all([asksForKey(), visit(page, path)]);
  }
  expect(await page.evaluate(() => window.__subscribed())).toHaveLength(1);
  const device = page.getByRole('group', { name: 'This device', exact: true });
  await expect(device.getByText('They are turned on here.')).toBeVisible();
  await button(device, 'Turn off on this device').click();
  await expect(device.getByText('They are turned off here.')).toBeVisible();
  await expect.poll(() => forgotten).toEqual([{ endpoint: made?.endpoint }]);
  expect(saved, 'no second time').toHaveLength(1);

  await button(device, 'Turn on notifications').click();
  await expect(device.getByText('They are turned on here.')).toBeVisible();
  await expect.poll(() => saved.length).toBe(2);
  expect(await page.evaluate(() => window.__asked()), 'the browser had said yes').toBe(1);
});

test('another session in the same browser saves the subscription as its own', async ({ enrolled }) => {
  const me = await enrolled();
  const { page, context } = me;
  await standInForPushService(context);
  const saved = posted(context, 'save_push_subscription');
  await visit(page, '/partners');
  await button(page, 'Turn on notifications').click();
  await expect.poll(() => saved.length).toBe(1);
  // Without a page: no script of ours sees the sign-out.
  await page.goto('about:blank');
  await post(context, 'log_out');
  await post(context, 'log_in', { login: me.name, password: me.password });
  await visit(page, '/partners');
  await expect.poll(() => saved.length).toBe(2);
  expect(saved[1]).toEqual(saved[0]);
});

test('where no push can come, it is said that only an open page tells', async ({ enrolled, quiet }) => {
  quiet.allowOutage();
  const me = await enrolled();
  const { page, context } = me;
  const save = '**/api/save_push_subscription';
  const words = 'They are turned on, but this browser shows them only while Speakle is open in a tab.';
  const device = page.getByRole('group', { name: 'This device', exact: true });
  await standInForPushService(context);
  await page.route(save, (route) => route.abort());
  await visit(page, '/partners');
  await expect(page.getByText(words)).toHaveCount(0);
  await button(page, 'Turn on notifications').click();
  await expect(page.getByRole('status').getByText(words)).toBeVisible();
  await visit(page, '/settings/notifications');
  await expect(device.getByText(words)).toBeVisible();
  await button(device, 'Turn off on this device').click();
  await expect(device.getByText('They are turned off here.')).toBeVisible();

  // Once the server knows the browser, pushes come.
  await button(device, 'Turn on notifications').click();
  await expect(device.getByText(words)).toBeVisible();
  await page.unroute(save);
  const saved = page.waitForResponse((answer) => new URL(answer.url()).pathname === '/api/save_push_subscription');
  await visit(page, '/settings/notifications');
  expect((await saved).status()).toBe(200);
  await expect(device.getByText('They are turned on here.')).toBeVisible();

  // A browser whose push service subscribes nobody, and one that lets no worker in.
  const [alone, bare] = [await enrolled(allowed), await enrolled(allowed)];
  await withoutPushService(alone.context);
  await bare.context.addInitScript(() => {
    ServiceWorkerContainer.prototype.register = () => Promise.reject(new DOMException('No workers here.', 'SecurityError'));
  });
  for (const other of [alone, bare]) {
    await visit(other.page, '/settings/notifications');
    await expect(other.page.getByText(words)).toBeVisible();
  }
});

test('a call is pushed to a browser without a page: shown with its buttons, replaced when it is over, and gone', async ({ enrolled }) => {
  const worker = await closedBrowser(await enrolled(allowed));
  const call = ringing('0190a0d0-0000-7000-8000-000000000001', 3, 'Incoming call from Ana');
  await worker.deliver(call);
  await expect
    .poll(() => worker.shown())
    .toEqual([{ title: call.title, tag: call.tag, actions: ['answer', 'decline'], stays: true, silent: false }]);
  await worker.deliver({ ...news(call.tag, 4, 'Answered'), state: 'over' });
  await expect
    .poll(() => worker.shown())
    .toEqual([{ title: 'Answered', tag: call.tag, actions: [], stays: false, silent: true }]);
  await expect.poll(() => worker.shown()).toEqual([]);

  // What comes too late, or from before what is known, is not shown.
  await worker.deliver(
    { ...call, seq: 3 },
    { ...ringing('0190a0d0-0000-7000-8000-000000000002', 5, 'Too late'), until: Date.now() - 180_000 },
    news('request:1', 7, 'Newer'),
    news('request:1', 6, 'Older'),
    news('request:2', 8, 'The last'),
  );
  await expect.poll(() => worker.titles()).toEqual(['Newer', 'The last']);

  // What was swept away does not come again, though the server sends it once more; and clocks of devices are wrong by a minute.
  await worker.sweep();
  await expect.poll(() => worker.titles()).toEqual([]);
  await worker.deliver(
    news('request:2', 8, 'The last'),
    { ...ringing('0190a0d0-0000-7000-8000-000000000003', 9, 'By a clock that is fast'), until: Date.now() - 45_000 },
  );
  await expect.poll(() => worker.titles()).toEqual(['By a clock that is fast']);
});

test('while a page is looked at, the page tells; but what is shown is replaced', async ({ enrolled }) => {
  const me = await enrolled(allowed);
  const worker = await closedBrowser(me);
  await worker.deliver(news('request:1', 1, 'Before'));
  await expect.poll(() => worker.titles()).toEqual(['Before']);
  // So that the questions of this test are no presses.
  await watchAttention(me.context);
  const tab = await me.context.newPage();
  await visit(tab, '/calls');
  await expect.poll(() => worker.tellers()).toEqual([{ shows: true, sounds: false }]);
  await worker.deliver(news('request:2', 2, 'Meanwhile'), news('request:1', 3, 'After'));
  // Delivered in their order: the first was dealt with.
  await expect.poll(() => worker.titles()).toEqual(['After']);
  await tab.goto('about:blank');
  await expect.poll(() => worker.pages()).toBe(0);
  await worker.deliver(news('request:3', 4, 'Nobody looks'));
  await expect.poll(() => worker.titles()).toEqual(['After', 'Nobody looks']);
  // A page that is looked at, but hears of nothing.
  await tab.goto(new URL('/offline', worker.worker.url()).href);
  await expect(heading(tab, 'No connection')).toBeVisible();
  await worker.deliver(news('request:4', 5, 'Nobody hears'));
  await expect.poll(() => worker.titles()).toEqual(['After', 'Nobody hears', 'Nobody looks']);
});

test('what a page sounds for the system shows in silence', async ({ enrolled }) => {
  const me = await enrolled(allowed);
  const worker = await closedBrowser(me);
  await watchAttention(me.context);
  const tab = await me.context.newPage();
  await visit(tab, '/calls');
  await press(tab);
  await setHidden(tab, true);
  await expect.poll(() => worker.tellers()).toEqual([{ shows: false, sounds: true }]);
  await worker.deliver(news('request:1', 1_000, 'Tea?'));
  await expect.poll(() => worker.shown()).toMatchObject([{ title: 'Tea?', silent: true }]);
  await tab.goto('about:blank');
  await expect.poll(() => worker.pages()).toBe(0);
  await worker.deliver(news('request:2', 1_001, 'Coffee?'));
  await expect.poll(async () => (await worker.shown()).find(({ title }) => title === 'Coffee?')?.silent).toBe(false);
});

test('a press leads nobody out of a call', async ({ join, enrolled }) => {
  const caller = await join();
  const callee = await enrolled({ ...partner, ...allowed });
  await pairUp(caller, callee);
  await withoutPushService(callee.context);
  await visit(callee.page, '/partners');
  const worker = await SiteWorker.of(callee.page);
  // From the page of partners, as calls are accepted: for some browsers the tab is still there.
  await talk(caller, callee);
  const show = () =>
    callee.page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      await registration.showNotification('News', { tag: 'request:1', data: { state: 'news', url: '/requests' } });
    });
  await show();
  expect(await worker.press('request:1')).toEqual({ focused: [], opened: ['/requests'] });
  const tab = await callee.context.newPage();
  await visit(tab, '/calls');
  await expect.poll(() => worker.tellers()).toHaveLength(2);
  await show();
  expect(await worker.press('request:1')).toEqual({ focused: ['/calls'], opened: [] });
  await expect(heading(tab, 'Requests')).toBeVisible();
  await expect(callee.page).toHaveURL(roomAddress);
  await expect(button(callee.page, 'Leave call')).toBeVisible();
});

test('a press leads a page of ours there, and opens one where there is none', async ({ enrolled }) => {
  const me = await enrolled(allowed);
  const worker = await closedBrowser(me);
  await worker.deliver(news('request:1', 1, 'One'), news('request:2', 2, 'Two'), ringing('1', 3, 'Somebody calls'));
  await expect.poll(() => worker.titles()).toEqual(['One', 'Somebody calls', 'Two']);
  expect(await worker.press('request:1')).toEqual({ focused: [], opened: ['/requests'] });

  const tab = await me.context.newPage();
  await visit(tab, '/partners');
  await expect.poll(() => worker.tellers()).toHaveLength(1);
  expect(await worker.press('call:1'), 'the dialog is on every page').toEqual({ focused: ['/partners'], opened: [] });
  await expect(tab).toHaveURL(/\/partners$/);
  expect(await worker.press('request:2')).toEqual({ focused: ['/partners'], opened: [] });
  await expect(heading(tab, 'Requests')).toBeVisible();
  await expect(tab).toHaveURL(/\/requests$/);
  expect(await worker.titles()).toEqual([]);
});

/** Calls, waits until it rings on that page of the other one's, and answers the invitation's id. */
async function ringsOn(page: Page, caller: Person, callee: Person): Promise<string> {
  const started = caller.page.waitForResponse((answer) => new URL(answer.url()).pathname === '/api/start_call');
  await ring(caller, callee.name);
  const { ringing: invitation } = (await (await started).json()) as { ringing: { id: string } };
  await expect(incoming(page, caller.name)).toBeVisible();
  return invitation.id;
}

test('"Decline" on the notification declines, and the caller is told', async ({ join, enrolled, deviceOf }) => {
  const caller = await join();
  const callee = await enrolled({ ...partner, ...allowed });
  await pairUp(caller, callee);
  const worker = await closedBrowser(callee);
  // Another device of theirs keeps them online.
  const device = await deviceOf(callee);
  await visit(device.page, '/partners');
  const invitation = await ringsOn(device.page, caller, callee);
  await worker.deliver(ringing(invitation, 1, `Incoming call from ${caller.name}`));
  await expect.poll(() => worker.titles()).toEqual([`Incoming call from ${caller.name}`]);
  expect(await worker.press(`call:${invitation}`, 'decline')).toEqual({ focused: [], opened: [] });
  await expect(caller.page.getByRole('dialog')).toContainText(`${callee.name} declined`);
  await expect(incoming(device.page, caller.name)).toBeHidden();
  expect(await worker.titles()).toEqual([]);
});

test('"Accept" on the notification accepts, in a page that it brings to the front or opens', async ({ join, enrolled }) => {
  const caller = await join();
  const callee = await enrolled({ ...partner, ...allowed });
  await pairUp(caller, callee);
  const worker = await closedBrowser(callee);
  const tab = await callee.context.newPage();
  await visit(tab, '/partners');
  const first = await ringsOn(tab, caller, callee);
  await tab.goto('about:blank');
  await worker.deliver(ringing(first, 1, `Incoming call from ${caller.name}`));
  await expect.poll(() => worker.titles()).toEqual([`Incoming call from ${caller.name}`]);
  // No page is there: one is opened, and answers when it can.
  expect(await worker.press(`call:${first}`, 'answer')).toEqual({ focused: [], opened: ['/'] });
  await tab.goto(new URL('/', caller.page.url()).href);
  await expect(tab).toHaveURL(/\/call\//);
  await expect(caller.page).toHaveURL(/\/call\//);
  await button(caller.page, 'Leave call').click();
  await expect(heading(caller.page, 'Call summary')).toBeVisible();
  await expect(heading(tab, 'Call summary')).toBeVisible();

  await visit(tab, '/partners');
  await visit(caller.page, '/partners');
  const second = await ringsOn(tab, caller, callee);
  await tab.evaluate(async ([title, tag, invitation]) => {
    const registration = await navigator.serviceWorker.ready;
    await registration.showNotification(title as string, { tag, data: { state: 'ringing', invitation } });
  }, [`Incoming call from ${caller.name}`, `call:${second}`, second]);
  expect(await worker.press(`call:${second}`, 'answer')).toEqual({ focused: ['/partners'], opened: [] });
  await expect(tab).toHaveURL(/\/call\//);
  await expect(caller.page).toHaveURL(/\/call\//);
});

test('a page that is slow to take a call on is the only one that does', async ({ join, enrolled }) => {
  const caller = await join();
  const callee = await enrolled({ ...partner, ...allowed });
  await pairUp(caller, callee);
  const worker = await closedBrowser(callee);
  const tab = await callee.context.newPage();
  await visit(tab, '/partners');
  const invitation = await ringsOn(tab, caller, callee);
  await tab.goto('about:blank');
  await worker.deliver(ringing(invitation, 1, `Incoming call from ${caller.name}`));
  await expect.poll(() => worker.titles()).toEqual([`Incoming call from ${caller.name}`]);
  expect(await worker.press(`call:${invitation}`, 'answer')).toEqual({ focused: [], opened: ['/'] });

  // Pages that open ask the worker; these are busy then for longer than it is patient.
  await tab.addInitScript((busy) => {
    const ask = ServiceWorker.prototype.postMessage;
    ServiceWorker.prototype.postMessage = function (this: ServiceWorker, message: unknown) {
      ask.call(this, message);
      const free = performance.now() + busy;
      while (message === 'answer?' && performance.now() < free) {
        // Nothing else runs.
      }
    };
  }, 1_500);
  await tab.goto(new URL('/', caller.page.url()).href);
  await expect(tab).toHaveURL(/\/call\//);
  await expect(caller.page).toHaveURL(/\/call\//);
  await button(caller.page, 'Leave call').click();
  await expect(heading(tab, 'Call summary')).toBeVisible();

  // The next page that opens asks too, and there is nothing left to answer.
  const accepted: string[] = [];
  tab.on('request', (request) => accepted.push(new URL(request.url()).pathname));
  await visit(tab, '/partners');
  await button(tab, 'Account menu').click();
  await expect(button(tab, 'Log out')).toBeVisible();
  expect(accepted).not.toContain('/api/accept_call');
});

/** The titles of what the system shows, as the stand-in of a page has them. */
const titles = async (page: Page) => Object.values((await attention(page)).shown).map(({ title }) => title);

test('hidden, the system tells of a request, once for all tabs, until it is read on whatever device', async ({ enrolled, deviceOf }) => {
  const [me, other] = [await enrolled(), await enrolled(partner)];
  await watchAttention(me.context);
  const tabs = [me.page, await me.context.newPage()];
  for (const tab of tabs) {
    await visit(tab, '/partners');
    await setHidden(tab, true);
  }
  await ask(other, me, 'Tea?');
  const shown = async () => (await Promise.all(tabs.map(titles))).flat();
  await expect.poll(shown).toEqual([`${other.name} would like to be your partner`]);
  const device = await deviceOf(me);
  await visit(device.page, '/notifications');
  await button(device.page, 'Mark all as read').click();
  await expect.poll(shown).toEqual([]);
});

test('the system tells nothing in quiet hours, of kinds that are not wanted, and while somebody looks at a tab', async ({ enrolled }) => {
  const me = await enrolled();
  const [first, second, third, fourth] = [await enrolled(partner), await enrolled(partner), await enrolled(partner), await enrolled(partner)];
  await watchAttention(me.context);
  const tabs = [me.page, await me.context.newPage()];
  for (const tab of tabs) {
    await visit(tab, '/partners');
    // Who is to keep quiet could sound.
    await press(tab);
  }
  for (const tab of tabs) {
    await setHidden(tab, true);
  }
  const both = { 'on[0]': 'request_received.desktop', 'on[1]': 'request_received.sound' };
  const night = { quiet_from: '22:00', quiet_to: '07:00' };
  const told = async () => {
    const all = await Promise.all(tabs.map((tab) => attention(tab)));
    return [all.flatMap(({ history }) => history), all.reduce((sum, { begun }) => sum + (begun.message ?? 0), 0)];
  };
  const reads = () => tabs.map((tab) => tab.waitForResponse((answer) => new URL(answer.url()).pathname === '/api/notification_settings'));
  /** Asks, and waits until each tab has read how that is to be told. */
  const asks = async (other: Person) => {
    await Promise.all([...reads(), ask(other, me)]);
  };
  await post(me.context, 'save_notification_settings', { ...both, quiet: 'on', quiet_from: '00:00', quiet_to: '00:00' });
  await asks(first);
  await post(me.context, 'save_notification_settings', { 'on[0]': 'call_missed.desktop', ...night });
  await asks(second);
  // The third takes the same way after them: what they had begun would be seen with it.
  await post(me.context, 'save_notification_settings', { ...both, ...night });
  await asks(third);
  const once = [[`${third.name} would like to be your partner`], 1];
  await expect.poll(told).toEqual(once);

  const looked = tabs[1] as Page;
  await setHidden(looked, false);
  await post(me.context, 'save_notification_settings', { 'on[0]': 'request_received.desktop', 'on[1]': 'request_received.in_app', ...night });
  await asks(fourth);
  await expect(looked.locator('.toast')).toContainText(`${fourth.name} would like to be your partner`);
  // As long as the hidden tab asks whether somebody looks at another: nothing says that it has given up.
  await looked.waitForTimeout(4_000);
  expect(await told()).toEqual(once);
});

test('news with a sound sound in one tab', async ({ enrolled }) => {
  const [me, other] = [await enrolled(), await enrolled(partner)];
  await watchAttention(me.context);
  const tabs = [me.page, await me.context.newPage(), await me.context.newPage()];
  await visit(me.page, '/settings/notifications');
  const asked = me.page.getByRole('group', { name: 'Somebody asks to be your partner', exact: true });
  await field(asked, 'Sound').check();
  await button(me.page, 'Save').click();
  await expect(me.page.getByText('Saved', { exact: true })).toBeVisible();
  for (const tab of tabs) {
    await visit(tab, '/partners');
    await press(tab);
  }
  const heard = async () => {
    const all = await Promise.all(tabs.map((tab) => attention(tab)));
    return all.map(({ begun }) => begun.message ?? 0).reduce((sum, times) => sum + times);
  };
  await ask(other, me);
  for (const tab of tabs) {
    await expect(tab.locator('.toast')).toContainText(`${other.name} would like to be your partner`);
  }
  await expect.poll(heard).toBe(1);
});
