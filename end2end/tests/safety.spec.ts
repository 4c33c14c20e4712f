import type { BrowserContext } from '@playwright/test';
import { arrive, incoming, leave, ring } from '../fixtures/calls';
import { article, button, field, heading, visit } from '../fixtures/page';
import { becomePartners, findPerson, sendRequest } from '../fixtures/partners';
import { expect, test } from '../fixtures/test';

declare global {
  interface Window {
    __ran: boolean | undefined;
  }
}

const hostile = '<img src=x onerror="window.__ran=true"><script>window.__ran=true</script><b>bold</b>';

test('what a partner writes is text, never HTML', async ({ join }) => {
  const writer = await join();
  const reader = await join({ speaks: 'English', learns: 'Spanish' });
  const unharmed = async () => {
    expect(await reader.page.evaluate(() => window.__ran)).toBeUndefined();
    await expect(reader.page.locator('img[src="x"], main b, [role=dialog] b')).toHaveCount(0);
  };

  await visit(writer.page, '/settings/profile');
  await field(writer.page, 'Display name').fill('<b>Mallory</b>');
  await field(writer.page, 'Bio').fill(hostile);
  await button(writer.page, 'Save profile').click();
  const [username, name] = [writer.name, '<b>Mallory</b>'];
  await expect
    .poll(async () => {
      await visit(reader.page, `/people/${username}`);
      return heading(reader.page, name).count();
    }, { message: 'the profile is stored' })
    .toBe(1);
  await expect(reader.page.getByText(hostile)).toBeVisible();
  await unharmed();

  await sendRequest(writer.page, reader.name, hostile);
  await visit(reader.page, '/requests');
  await expect(article(reader.page, name)).toContainText(hostile);
  await unharmed();
  await button(article(reader.page, name), 'Accept').click();
  await expect(article(reader.page, name)).toBeHidden();

  await visit(reader.page, '/partners');
  await expect(article(reader.page, name)).toBeVisible();
  await unharmed();

  await ring(writer, reader.name, hostile);
  const dialog = incoming(reader.page, name);
  await expect(dialog).toContainText(hostile);
  await unharmed();
  await button(dialog, 'Accept').click();
  await Promise.all([arrive(writer.page, reader.name), arrive(reader.page, name)]);
  await unharmed();
  await leave(reader.page);
  await unharmed();
});

/** Everything that reaches a context: pages, answers of server functions, socket messages. */
function collect(context: BrowserContext): { text: () => Promise<string> } {
  const parts: (string | Promise<string>)[] = [];
  context.on('response', (response) => {
    if (/text|json|javascript/.test(response.headers()['content-type'] ?? '')) {
      parts.push(response.text().catch(() => ''));
    }
  });
  context.on('page', (page) =>
    page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => parts.push(String(payload)))),
  );
  return { text: async () => (await Promise.all(parts)).join('\n') };
}

test('nobody’s e-mail address reaches anybody else', async ({ join, open }) => {
  const { context } = await open();
  const seen = collect(context);
  const other = await join({ speaks: 'English', learns: 'Spanish' });
  const first = await join();
  // The collecting context is signed in as the first person, so that every byte of it is theirs.
  await context.addCookies(await first.context.cookies());
  const page = await context.newPage();
  const me = { ...first, context, page };

  await findPerson(page, other.name);
  await becomePartners(me, other);
  for (const path of ['/', `/people/${other.name}`, '/partners', `/partners/${other.name}`, '/requests']) {
    await visit(page, path);
  }
  await ring(me, other.name);
  await button(incoming(other.page, me.name), 'Accept').click();
  await Promise.all([arrive(page, other.name), arrive(other.page, me.name)]);
  await leave(page);
  await visit(page, '/calls');

  const text = await seen.text();
  expect(text, 'something was collected').toContain(other.name);
  expect(text).not.toContain(other.email);
});

test('the session cookie is out of reach of scripts and of other sites', async ({ join }) => {
  const { context, page } = await join();
  expect(await page.evaluate(() => document.cookie)).not.toMatch(/session/i);
  const session = (await context.cookies()).filter((cookie) => cookie.httpOnly);
  expect(session.length).toBeGreaterThan(0);
  for (const cookie of session) {
    expect(cookie.sameSite, cookie.name).toBe('Lax');
  }
});
