import { article, button, heading, hydrated, visit } from '../fixtures/page';
import { sendRequest } from '../fixtures/partners';
import { expect, test } from '../fixtures/test';

test('the link "Skip to content" leads the keyboard past the navigation', async ({ enrolled }) => {
  const { page } = await enrolled({ as: { viewport: { width: 1280, height: 844 } } });
  await visit(page, '/partners');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content', exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('main').getByRole('link').first()).toBeFocused();
});

test('a navigation inside the application brings the focus to the heading of the new page', async ({ enrolled }) => {
  const { page } = await enrolled({ as: { viewport: { width: 1280, height: 844 } } });
  await visit(page, '/partners');
  await expect(page.locator('h1:focus'), 'the first page is left alone').toHaveCount(0);
  await page.getByRole('link', { name: 'Requests', exact: true }).first().press('Enter');
  await expect(heading(page, 'Requests')).toBeFocused();
  await expect(page.getByRole('main').getByRole('link').first(), 'what was fetched is there').toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('main').locator(':focus'), 'the next stop is on the page').toHaveCount(1);
  await page.goBack();
  await expect(heading(page, 'My partners')).toBeFocused();
});

test('a new question to the same page leaves the focus where it is', async ({ enrolled }) => {
  const { page } = await enrolled();
  await visit(page, '/partners/find');
  const search = page.getByLabel('Search by name', { exact: true });
  await search.fill('nobody of this name');
  await search.press('Enter');
  await expect(page).toHaveURL(/name=nobody/);
  await expect(page.getByRole('status').filter({ hasText: 'Nobody fits all of this right now' })).toBeAttached();
  await expect(page.locator('h1:focus')).toHaveCount(0);
});

test('answers to requests are read out, and the keyboard goes on from the next', async ({ enrolled }) => {
  const me = await enrolled();
  const others = [await enrolled({ speaks: 'English', learns: 'Spanish' }), await enrolled({ speaks: 'English', learns: 'Spanish' })];
  for (const other of others) {
    await sendRequest(other.page, me.name);
  }
  await visit(me.page, '/requests');
  const articles = me.page.getByRole('main').getByRole('article');
  await expect(articles).toHaveCount(2);
  await button(articles.first(), 'Decline').press('Enter');
  await expect(articles).toHaveCount(1);
  await expect(me.page.getByRole('main').getByRole('status')).toHaveText(/Request declined/);
  await expect(articles.first().getByRole('link').first()).toBeFocused();

  await button(articles.first(), 'Accept').press('Enter');
  await expect(articles).toHaveCount(0);
  await expect(me.page.getByRole('main').getByRole('status')).toHaveText(/You are partners now/);
  await expect(heading(me.page, 'Requests')).toBeFocused();
});

test('what cannot be loaded can be tried again, and takes nothing away', async ({ enrolled, quiet }) => {
  const me = await enrolled({ as: { viewport: { width: 1280, height: 844 } } });
  const other = await enrolled({ speaks: 'English', learns: 'Spanish' });
  await sendRequest(other.page, me.name);
  quiet.allowOutage();
  await visit(me.page, '/partners');

  // A page whose list never came.
  await me.page.route('**/api/open_requests*', (route) => route.abort());
  await me.page.getByRole('link', { name: 'Requests', exact: true }).first().click();
  await expect(me.page.getByRole('alert')).toContainText('We could not reach the server');
  // In vain as well, which leaves the button as it was.
  for (let time = 0; time < 2; time++) {
    const failed = me.page.waitForEvent('requestfailed', (request) => request.url().includes('/api/open_requests'));
    await button(me.page, 'Try again').click();
    await failed;
    await expect(me.page.getByRole('alert')).toContainText('We could not reach the server');
  }
  await me.page.unroute('**/api/open_requests*');
  await button(me.page, 'Try again').click();
  await expect(article(me.page, other.name)).toBeVisible();
  await expect(me.page.getByRole('alert')).toHaveCount(0);

  // A list that is there already, and news of which nothing can be fetched.
  const third = await enrolled({ speaks: 'English', learns: 'Spanish' });
  await me.page.route('**/api/open_requests*', (route) => route.abort());
  await sendRequest(third.page, me.name);
  await expect(me.page.getByRole('alert')).toContainText('We could not reach the server');
  await expect(article(me.page, other.name), 'what was there stays').toBeVisible();
  await me.page.unroute('**/api/open_requests*');
  await button(me.page, 'Try again').click();
  await expect(article(me.page, third.name)).toBeVisible();
});

test('"Show results" looks again where nothing was changed', async ({ enrolled }) => {
  const me = await enrolled({ speaks: 'Latvian', learns: 'Estonian' });
  await visit(me.page, '/partners/find');
  const other = await enrolled({ speaks: 'Estonian', learns: 'Latvian' });
  await expect(article(me.page, other.name)).toBeHidden();
  await button(me.page, 'Show results').click();
  await expect(article(me.page, other.name)).toBeVisible();
  await hydrated(me.page);
});
