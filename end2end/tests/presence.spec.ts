import type { Locator, Page } from '@playwright/test';
import { call, incoming, leave, ring } from '../fixtures/calls';
import { pairUp, post } from '../fixtures/http';
import { accountMenu, article, button, field, hydrated, visit } from '../fixtures/page';
import { logIn, type Person } from '../fixtures/people';
import { partners } from '../fixtures/screens';
import { expect, type Pairing, test } from '../fixtures/test';

/** The text by which a partner's card says how they can be reached. */
function says(watcher: Page, name: string, words: string | RegExp): Locator {
  return article(watcher, name).getByText(words, { exact: typeof words === 'string' });
}

/** Two partners, one of whom watches the list in which the other stands. */
async function watched(
  paired: Pairing,
  between: (other: Person) => Promise<unknown> = async () => undefined,
): Promise<[Person, Person]> {
  const [watcher, other] = await paired();
  await between(other);
  await visit(other.page, '/calls');
  await visit(watcher.page, '/partners');
  await expect(says(watcher.page, other.name, 'Online')).toBeVisible();
  return [watcher, other];
}

test('nobody at any tab for five minutes: away, until one is touched', async ({ paired, open }) => {
  const [watcher, other] = await watched(paired, (other) => other.context.clock.install());
  // The clock belongs to a browser, so the second tab is in another one.
  const second = await open();
  await second.context.clock.install();
  await logIn(second.page, other.name, other.password);
  await visit(second.page, '/calls');

  await other.page.clock.fastForward('05:01');
  await second.page.clock.fastForward('04:00');
  await expect(says(watcher.page, other.name, 'Online')).toBeVisible();
  await second.page.clock.fastForward('01:01');
  await expect(says(watcher.page, other.name, 'Away')).toBeVisible();
  await other.page.mouse.move(40, 40);
  await other.page.mouse.move(60, 60);
  await expect(says(watcher.page, other.name, 'Online')).toBeVisible();
});

test('appearing offline: gone for others, but not for a call', async ({ paired }) => {
  const [watcher, other] = await watched(paired);
  const menu = button(other.page, 'Account menu');
  const expectAppearsOffline = async () => {
    await expect(menu).toHaveAccessibleDescription('You appear offline to others');
    await expect(menu.locator('.presence-dot')).toBeVisible();
  };
  const expectAppearsOnline = async () => {
    await expect(menu).toHaveAccessibleDescription('');
    await expect(menu.locator('.presence-dot')).toBeHidden();
  };
  await expectAppearsOnline();
  await accountMenu(other.page);
  await button(other.page, 'Appear offline').click();
  await expect(button(other.page, 'Log out'), 'the menu is closed').toBeHidden();
  await expect(menu).toBeFocused();
  await expectAppearsOffline();
  await expect(says(watcher.page, other.name, /^Last seen/)).toBeVisible();

  await visit(other.page, '/settings/privacy');
  await expectAppearsOffline();
  await expect(field(other.page, 'Appear offline')).toBeChecked();
  await expect(field(other.page, 'Show when online')).toBeChecked();
  await watcher.page.reload();
  await hydrated(watcher.page);
  await expect(says(watcher.page, other.name, /^Last seen/)).toBeVisible();
  await ring(watcher, other.name);
  await button(incoming(other.page, watcher.name), 'Decline').click();
  await button(watcher.page, 'Close').click();

  // The page and the menu are of one mind, and what is chosen on the page stays.
  await accountMenu(other.page);
  await button(other.page, 'Appear online').click();
  await expect(button(other.page, 'Log out'), 'the menu is closed').toBeHidden();
  await expectAppearsOnline();
  await expect(says(watcher.page, other.name, 'Online')).toBeVisible();
  await expect(field(other.page, 'Appear offline')).not.toBeChecked();
  await field(other.page, 'Appear offline').check();
  await button(other.page, 'Save').click();
  await expect(other.page.getByRole('status').getByText('Saved')).toBeVisible();
  await expect(field(other.page, 'Appear offline')).toBeChecked();
  await expect(says(watcher.page, other.name, /^Last seen/)).toBeVisible();
});

test('every open page of a partner follows: here, in a call, here again, appearing offline', async ({ enrolled, deviceOf }) => {
  const [watcher, other] = await partners({ enrolled, deviceOf });
  const third = await enrolled();
  await pairUp(other, third);
  const [list, one, home] = [watcher.page, await watcher.context.newPage(), await watcher.context.newPage()];
  await Promise.all([visit(list, '/partners'), visit(one, `/partners/${other.name}`), visit(home, '/')]);
  const online = home.getByRole('region', { name: 'Online now', exact: true });
  const expectSays = async (words: string | RegExp) => {
    await expect(says(list, other.name, words)).toBeVisible();
    await expect(one.getByRole('main').getByText(words, { exact: typeof words === 'string' })).toBeVisible();
    if (typeof words === 'string') {
      await expect(online.getByRole('article', { name: other.name, exact: true })).toContainText(words);
    } else {
      await expect(online).toContainText('None of your partners is here at the moment.');
    }
  };
  const gone = /^(Offline|Last seen)/;
  await expectSays(gone);
  await Promise.all([visit(other.page, '/calls'), visit(third.page, '/calls')]);
  await expectSays('Online');
  await call(other, third);
  await expectSays('In a call');
  await leave(other.page);
  await expectSays('Online');
  await post(other.context, 'set_invisible', { invisible: 'true' });
  await expectSays(gone);
  await post(other.context, 'set_invisible', { invisible: 'false' });
  await expectSays('Online');
});

/** Everything that the cards of a list have said since now. */
async function keepWords(page: Page): Promise<() => Promise<string[]>> {
  const kept = await page.evaluateHandle(() => {
    const words: string[] = [];
    const note = () => document.querySelectorAll('main article').forEach((card) => words.push((card as HTMLElement).innerText));
    note();
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true });
    return words;
  });
  return () => kept.jsonValue();
}

test('closing two tabs of three changes nothing, nor one browser of two; who closes the last is gone', async ({ enrolled, deviceOf }) => {
  const english = { speaks: 'English', learns: 'Spanish' };
  const [watcher, three, two, last] = await Promise.all([enrolled(), enrolled(english), enrolled(english), enrolled(english)]);
  for (const other of [three, two, last]) {
    await pairUp(watcher, other);
  }
  const [second, third] = [await three.context.newPage(), await three.context.newPage()];
  const device = await deviceOf(two);
  await Promise.all([three.page, second, third, two.page, device.page, last.page].map((page) => visit(page, '/calls')));
  await visit(watcher.page, '/partners');
  for (const other of [three, two, last]) {
    await expect(says(watcher.page, other.name, 'Online')).toBeVisible();
  }
  const words = await keepWords(watcher.page);
  for (const page of [second, third, two.page, last.page]) {
    await page.close();
  }
  // Whoever was to go because of it would have gone by then: they closed before.
  await expect(says(watcher.page, last.name, /^Last seen/)).toBeVisible({ timeout: 20_000 });
  for (const other of [three, two]) {
    await expect(says(watcher.page, other.name, 'Online')).toBeVisible();
    const said = (await words()).filter((card) => card.includes(other.name));
    expect(said.length).toBeGreaterThan(0);
    expect(said.filter((card) => !/^Online$/m.test(card)), 'at no moment anything else').toEqual([]);
  }
});

test('the server is killed and comes back: who does not come back is gone', async ({ paired, enrolled, server, quiet }) => {
  const [watcher, leaves] = await watched(paired);
  const stays = await enrolled({ speaks: 'English', learns: 'Spanish' });
  await pairUp(watcher, stays);
  await visit(stays.page, '/requests');
  await visit(watcher.page, '/partners');
  await expect(says(watcher.page, stays.name, 'Online')).toBeVisible();
  quiet.allowOutage();

  await server.kill();
  await leaves.page.close();
  await server.start();
  await expect(says(watcher.page, leaves.name, /^(Last seen|Offline)/)).toBeVisible({ timeout: 30_000 });
  await expect(says(watcher.page, stays.name, 'Online')).toBeVisible({ timeout: 30_000 });
});

test('back from another page: here again', async ({ paired }) => {
  const [watcher, other] = await watched(paired);
  await other.page.goto('about:blank');
  await other.page.goBack();
  await hydrated(other.page);
  await ring(watcher, other.name);
  await expect(incoming(other.page, watcher.name)).toBeVisible();
});
