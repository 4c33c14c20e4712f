import { arrive, incoming, ring } from '../fixtures/calls';
import { pairUp } from '../fixtures/http';
import { expectBothReceiving } from '../fixtures/media';
import { button, field, visit } from '../fixtures/page';
import { expect, test } from '../fixtures/test';

test('an answer that comes while the caller’s socket is away leads both into the call', async ({ enrolled }) => {
  const one = await enrolled();
  const other = await enrolled({ speaks: 'English', learns: 'Spanish' });
  let isAway = false;
  const cuts: (() => Promise<unknown>)[] = [];
  await one.context.routeWebSocket(/\/ws$/, (socket) => {
    if (isAway) {
      socket.close({ code: 1011 });
      return;
    }
    const server = socket.connectToServer();
    cuts.push(() => Promise.all([server.close({ code: 1011 }), socket.close({ code: 1011 })]));
  });
  await pairUp(one, other);
  await visit(other.page, '/partners');
  await ring(one, other.name);
  await expect(incoming(other.page, one.name)).toBeVisible();
  isAway = true;
  await Promise.all(cuts.map((cut) => cut()));
  await button(incoming(other.page, one.name), 'Accept').click();
  await arrive(other.page, one.name);
  isAway = false;
  await arrive(one.page, other.name);
  await expectBothReceiving(one.page, other.page);
});

test('whoever is typing when it rings answers nothing by accident', async ({ paired }) => {
  const [caller, callee] = await paired();
  await visit(callee.page, '/settings/profile');
  await field(callee.page, 'Bio').pressSequentially('I like');
  const dialog = await ring(caller, callee.name);
  await expect(incoming(callee.page, caller.name)).toBeVisible();
  await callee.page.keyboard.press('Enter');
  await callee.page.keyboard.press('Space');
  await callee.page.mouse.click(5, 300);
  await expect(incoming(callee.page, caller.name)).toBeVisible();
  await expect(dialog).toContainText(`Calling ${callee.name}…`);
  await expect(field(callee.page, 'Bio')).toHaveValue('I like');
  await callee.page.keyboard.press('Tab');
  await expect(button(incoming(callee.page, caller.name), 'Decline')).toBeFocused();
});
