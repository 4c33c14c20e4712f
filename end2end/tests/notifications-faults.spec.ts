import { ask } from '../fixtures/http';
import { expectUnread, shown, toast } from '../fixtures/notifications';
import { visit } from '../fixtures/page';
import { screensOf } from '../fixtures/screens';
import { expect, test } from '../fixtures/test';

test('through drops, reloads and a kill of the server each tab shows each thing once', async ({ enrolled, deviceOf, server, quiet }) => {
  quiet.allowOutage();
  const english = { speaks: 'English', learns: 'Spanish' };
  const [me, ...others] = await Promise.all([enrolled(), ...[1, 2, 3, 4].map(() => enrolled(english))]);
  const words = others.map(({ name }) => `${name} would like to be your partner`);
  const cuts: (() => Promise<unknown>)[] = [];
  await me.context.routeWebSocket(/\/ws(\?|$)/, (socket) => {
    const through = socket.connectToServer();
    cuts.push(() => Promise.all([through.close({ code: 1011 }), socket.close({ code: 1011 })]));
  });
  const screens = await screensOf(me, { enrolled, deviceOf }, ['/partners', '/calls', '/settings/privacy', '/partners/find']);
  const [first, second] = screens;
  await expectUnread(screens, 0);
  const next = async (place: number) => {
    await ask(others[place] as (typeof others)[number], me);
  };
  const expectToasts = (place: number) =>
    Promise.all(screens.map((screen) => expect(toast(screen, words[place] as string)).toBeVisible({ timeout: 20_000 })));

  await next(0);
  await expectToasts(0);

  await expect.poll(() => cuts.length).toBe(3);
  const cut = Promise.all(cuts.splice(0).map((close) => close()));
  await next(1);
  await cut;
  await expectToasts(1);
  await expectUnread(screens, 2);

  await server.kill();
  await server.start();
  await next(2);
  await expectToasts(2);
  await expectUnread(screens, 3);
  for (const screen of screens) {
    expect((await shown(screen)).toasts, screen.url()).toEqual(words.slice(0, 3));
  }

  // What was shown is known over page loads, and what comes between two pages is shown on the next.
  await Promise.all([first, second].map((screen) => screen.goto('about:blank')));
  await next(3);
  await Promise.all([visit(first, '/calls'), visit(second, '/partners')]);
  await expectToasts(3);
  await expectUnread(screens, 4);
  for (const [place, screen] of screens.entries()) {
    expect((await shown(screen)).toasts, screen.url()).toEqual(place < 2 ? [words[3]] : words);
  }
});
