import { arrive, call, incoming, ring } from '../fixtures/calls';
import { pairUp } from '../fixtures/http';
import { expectReceiving } from '../fixtures/media';
import { article, button, visit } from '../fixtures/page';
import { expect, test } from '../fixtures/test';

// That nobody answers is in missed-calls.spec.ts, where it rings for a few seconds only.

test('declined', async ({ paired }) => {
  const [caller, callee] = await paired();
  const dialog = await ring(caller, callee.name);
  await button(incoming(callee.page, caller.name), 'Decline').click();
  await expect(incoming(callee.page, caller.name)).toBeHidden();
  await expect(dialog).toContainText(`${callee.name} declined`);
  await button(dialog, 'Close').click();
  await expect(dialog).toBeHidden();
});

test('cancelled', async ({ paired }) => {
  const [caller, callee] = await paired();
  const dialog = await ring(caller, callee.name);
  await expect(incoming(callee.page, caller.name)).toBeVisible();
  await button(dialog, 'Cancel call').click();
  await expect(dialog).toBeHidden();
  await expect(incoming(callee.page, caller.name)).toBeHidden();
});

test('nobody there', async ({ paired }) => {
  const [caller, callee] = await paired();
  await callee.context.close();
  await visit(caller.page, '/partners');
  await expect(article(caller.page, callee.name).getByText(/^Last seen/)).toBeVisible({ timeout: 20_000 });
  const dialog = await ring(caller, callee.name);
  await expect(dialog).toContainText(`${callee.name} is offline`);
  await button(dialog, 'Close').click();
  await expect(dialog).toBeHidden();
});

test('answered in one tab, silent in the other', async ({ paired }) => {
  const [caller, callee] = await paired();
  const second = await callee.context.newPage();
  await visit(second, '/partners');
  await ring(caller, callee.name);
  await expect(incoming(second, caller.name)).toBeVisible();
  await button(incoming(callee.page, caller.name), 'Accept').click();
  await expect(incoming(second, caller.name)).toBeHidden();
  await Promise.all([arrive(caller.page, callee.name), arrive(callee.page, caller.name)]);
  await expect(second, 'only the tab that accepted goes to the call').toHaveURL(/\/partners$/);
});

test('declined in one tab, silent in the other', async ({ paired }) => {
  const [caller, callee] = await paired();
  const second = await callee.context.newPage();
  await visit(second, '/partners');
  const dialog = await ring(caller, callee.name);
  await button(incoming(second, caller.name), 'Decline').click();
  await expect(incoming(callee.page, caller.name)).toBeHidden();
  await expect(dialog).toContainText(`${callee.name} declined`);
});

test('both call at once: one call', async ({ paired }) => {
  const [one, other] = await paired();
  await Promise.all([visit(one.page, '/partners'), visit(other.page, '/partners')]);
  await Promise.all([button(article(one.page, other.name), 'Call').click(), button(article(other.page, one.name), 'Call').click()]);
  await Promise.all([button(one.page, 'Start call').click(), button(other.page, 'Start call').click()]);
  await Promise.all([arrive(one.page, other.name), arrive(other.page, one.name)]);
  await Promise.all([expectReceiving(one.page), expectReceiving(other.page)]);
});

test('who presses "Start call" while the other begins to call has pressed it', async ({ paired }) => {
  const [one, other] = await paired();
  await Promise.all([visit(one.page, '/partners'), visit(other.page, '/partners')]);
  await button(article(other.page, one.name), 'Call').click();
  const start = button(other.page, 'Start call');
  await start.hover();
  const before = await start.boundingBox();
  await other.page.mouse.down();
  await ring(one, other.name);
  await expect(other.page.getByText(`${one.name} is calling you`)).toBeVisible();
  expect(await start.boundingBox(), 'nothing moves under the pointer').toEqual(before);
  await other.page.mouse.up();
  await Promise.all([arrive(one.page, other.name), arrive(other.page, one.name)]);
});

test('a call that began before the page was told how things stand rings on when it is told', async ({ paired }) => {
  const [caller, callee] = await paired();
  const held: (() => void)[] = [];
  let isHeld = true;
  await caller.page.routeWebSocket(/\/ws/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((frame) => {
      const send = () => socket.send(frame);
      // News keep their order.
      if (isHeld && (held.length > 0 || String(frame).includes('"snapshot"'))) {
        held.push(send);
      } else {
        send();
      }
    });
  });
  await visit(callee.page, '/partners');
  const dialog = await ring(caller, callee.name);
  await expect(button(dialog, 'Cancel call')).toBeVisible();
  await expect.poll(() => held.length, { message: 'what was read before the call' }).toBeGreaterThan(0);
  isHeld = false;
  for (const tell of held) {
    tell();
  }
  await button(incoming(callee.page, caller.name), 'Accept').click();
  await Promise.all([arrive(caller.page, callee.name), arrive(callee.page, caller.name)]);
});

test('closing another tab neither ends the call nor makes its person look gone', async ({ paired, enrolled }) => {
  const [caller, callee] = await paired();
  const leaves = await enrolled({ speaks: 'English', learns: 'Spanish' });
  await pairUp(caller, leaves);
  const second = await callee.context.newPage();
  await Promise.all([visit(second, '/partners'), visit(leaves.page, '/calls')]);
  await call(caller, callee);
  const list = await caller.context.newPage();
  await visit(list, '/partners');
  await expect(article(list, leaves.name).getByText('Online', { exact: true })).toBeVisible();

  await second.close({ runBeforeUnload: true });
  await expect.poll(() => second.isClosed()).toBe(true);
  // A page that is closed has ten seconds to come back, in a call or not: whoever closes their last one later is gone after that, and by
  // then the call would have ended as well.
  await leaves.page.close({ runBeforeUnload: true });
  await expect(article(list, leaves.name).getByText(/^Last seen/)).toBeVisible({ timeout: 20_000 });
  await expect(article(list, callee.name).getByText('In a call', { exact: true })).toBeVisible();
  await Promise.all([expectReceiving(caller.page), expectReceiving(callee.page)]);
  await expect(button(caller.page, 'Leave call')).toBeVisible();
});
