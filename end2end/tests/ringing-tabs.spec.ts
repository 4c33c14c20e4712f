import { arrive, incoming, ring, roomAddress } from '../fixtures/calls';
import { get, pairUp, settle } from '../fixtures/http';
import { button, visit } from '../fixtures/page';
import { expect, test } from '../fixtures/test';

const english = { speaks: 'English', learns: 'Spanish' };

test('two ring at once: who is not answered rings on', async ({ enrolled }) => {
  const [callee, first, second] = await Promise.all([enrolled(english), enrolled(), enrolled()]);
  await pairUp(first, callee);
  await pairUp(second, callee);
  await visit(callee.page, '/partners');
  await ring(first, callee.name);
  await expect(incoming(callee.page, first.name)).toBeVisible();
  const waiting = await ring(second, callee.name, 'And me?');
  await expect(waiting).toContainText(`Calling ${callee.name}…`);
  // A cross would read as a third answer.
  await expect(button(incoming(callee.page, first.name), 'Dismiss')).toHaveCount(0);

  await button(incoming(callee.page, first.name), 'Accept').click();
  await expect(callee.page).toHaveURL(roomAddress, { timeout: 20_000 });
  const dialog = incoming(callee.page, second.name);
  await expect(dialog).toContainText('And me?');
  await expect(button(dialog, 'End and accept')).toBeVisible();
  await expect(dialog.locator(':focus'), 'the focus is inside, though it is a second call by now').toHaveCount(1);
  await expect(waiting).toContainText(`Calling ${callee.name}…`);
  await button(dialog, 'Decline').click();
  await expect(waiting).toContainText(`${callee.name} declined`);
  await Promise.all([arrive(callee.page, first.name), arrive(first.page, callee.name)]);
});

test('of two tabs that show the same call, one goes when it is answered', async ({ enrolled }) => {
  const [caller, callee] = await Promise.all([enrolled(), enrolled(english)]);
  await pairUp(caller, callee);
  await visit(callee.page, '/partners');
  await expect(await ring(caller, callee.name)).toContainText(`Calling ${callee.name}…`);
  // As a browser duplicates a tab: with what the tab has remembered, by now which call it is.
  const remembered = await caller.page.evaluate(() => JSON.stringify(sessionStorage));
  const twin = await caller.context.newPage();
  await twin.addInitScript((kept: string) => {
    if (!sessionStorage.getItem('is-twin')) {
      Object.entries(JSON.parse(kept) as Record<string, string>).forEach(([key, value]) => sessionStorage.setItem(key, value));
      sessionStorage.setItem('is-twin', 'yes');
    }
  }, remembered);
  await visit(twin, '/partners');
  const tabs = [caller.page, twin];
  const calling = tabs.map((tab) => tab.getByRole('dialog', { name: `Calling ${callee.name}…`, exact: true }));
  await Promise.all(calling.map((dialog) => expect(dialog).toBeVisible()));

  await button(incoming(callee.page, caller.name), 'Accept').click();
  await Promise.all(calling.map((dialog) => expect(dialog).toBeHidden()));
  await expect.poll(() => tabs.filter((tab) => roomAddress.test(tab.url())).length).toBe(1);
  const goes = tabs.find((tab) => roomAddress.test(tab.url()));
  await Promise.all([arrive(goes ?? twin, callee.name), arrive(callee.page, caller.name)]);
  expect(tabs.filter((tab) => roomAddress.test(tab.url())), 'the other stays').toHaveLength(1);
});

test('a caller without a socket hears that another tab of theirs gave up', async ({ enrolled }) => {
  const [caller, callee] = await Promise.all([enrolled(), enrolled(english)]);
  await pairUp(caller, callee);
  await caller.context.routeWebSocket(/\/ws(\?|$)/, () => {});
  await visit(callee.page, '/partners');
  await ring(caller, callee.name);
  const calling = caller.page.getByRole('dialog', { name: `Calling ${callee.name}…`, exact: true });
  await expect(calling).toBeVisible();
  await expect(incoming(callee.page, caller.name)).toBeVisible();
  const { outgoing } = await get<{ outgoing: { id: string }[] }>(caller.context, 'ringing');
  expect(outgoing).toHaveLength(1);
  await settle(caller, outgoing[0]?.id ?? '', 'cancel');
  await expect(incoming(callee.page, caller.name)).toBeHidden();
  // Four seconds until it asks for the first time, which is far from the end of its ringing.
  await expect(calling).toBeHidden({ timeout: 15_000 });
});
