import type { BrowserContext } from '@playwright/test';
import { attention, press, watchAttention } from '../fixtures/attention';
import { incoming, ring } from '../fixtures/calls';
import { pairUp } from '../fixtures/http';
import { button, visit } from '../fixtures/page';
import { expect, test } from '../fixtures/test';

// What tells a tab of the end of a call where no news come.

const RING_SECONDS = 8;
test.use({ serverSettings: { RING_SECONDS: String(RING_SECONDS) } });

/** Its time, the grace of two seconds, and some for two busy cores. */
const RUNG_OUT = { timeout: (RING_SECONDS + 7) * 1_000 };

const english = { speaks: 'English', learns: 'Spanish' };

/** Lets a test take the network away from a context, with the sockets that are open, and give it back. */
async function networkOf(context: BrowserContext): Promise<{ cut: () => Promise<void>; mend: () => Promise<void> }> {
  let isCut = false;
  const open: (() => Promise<unknown>)[] = [];
  await context.routeWebSocket(/\/ws(\?|$)/, (socket) => {
    if (isCut) {
      void socket.close({ code: 1011 });
      return;
    }
    const server = socket.connectToServer();
    open.push(() => Promise.all([server.close({ code: 1011 }), socket.close({ code: 1011 })]));
  });
  return {
    cut: async () => {
      isCut = true;
      await context.setOffline(true);
      await Promise.all(open.splice(0).map((close) => close()));
    },
    mend: async () => {
      isCut = false;
      await context.setOffline(false);
    },
  };
}

test('with no network in mid-ring it is silent when its time is up', async ({ enrolled, quiet }) => {
  quiet.allowOutage();
  const [caller, callee] = await Promise.all([enrolled(), enrolled(english)]);
  await pairUp(caller, callee);
  await watchAttention(callee.context);
  const network = await networkOf(callee.context);
  await visit(callee.page, '/partners');
  await press(callee.page);
  const title = async () => (await callee.page.title()).replace(/^\(\d+\) /, '');
  const before = await title();
  await ring(caller, callee.name);
  await expect(incoming(callee.page, caller.name)).toBeVisible();
  await expect.poll(async () => (await attention(callee.page)).sounding).toEqual(['ringtone']);
  await network.cut();

  await expect(incoming(callee.page, caller.name)).toBeHidden(RUNG_OUT);
  await expect.poll(() => attention(callee.page)).toMatchObject({ sounding: [], isShaking: false });
  await expect.poll(title).toBe(before);
  await expect(callee.page.getByRole('status').filter({ hasText: 'Reconnecting…' }), 'nobody has told').toBeVisible();
});

test('a caller without a network sees no answer when the time is up, and the truth when it is back', async ({ enrolled, quiet }) => {
  quiet.allowOutage();
  const [caller, callee] = await Promise.all([enrolled(), enrolled(english)]);
  await pairUp(caller, callee);
  const network = await networkOf(caller.context);
  await visit(callee.page, '/partners');
  const dialog = await ring(caller, callee.name);
  await expect(incoming(callee.page, caller.name)).toBeVisible();
  await network.cut();
  await button(incoming(callee.page, caller.name), 'Decline').click();
  await expect(incoming(callee.page, caller.name)).toBeHidden();
  await expect(dialog).toContainText(`Calling ${callee.name}…`);
  await expect(dialog).toContainText(`${callee.name} did not answer`, RUNG_OUT);
  await network.mend();
  await expect(dialog).toContainText(`${callee.name} declined`, { timeout: 20_000 });
});

test('a caller without a socket hears how a call ended of which no line tells them', async ({ enrolled }) => {
  const [caller, callee] = await Promise.all([enrolled(), enrolled(english)]);
  await pairUp(caller, callee);
  await caller.context.routeWebSocket(/\/ws(\?|$)/, () => {});
  // Somebody is there, but nothing of the call comes to their page: to the caller, only the server can say so.
  await callee.context.routeWebSocket(/\/ws(\?|$)/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      if (!String(message).includes('"ringing"')) {
        socket.send(message);
      }
    });
  });
  await visit(callee.page, '/partners');
  const dialog = await ring(caller, callee.name);
  await expect(dialog).toContainText(`Calling ${callee.name}…`);
  await expect(dialog).toContainText(`${callee.name} is offline`, RUNG_OUT);
});
