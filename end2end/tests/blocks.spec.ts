import { expectAccessible } from '../fixtures/axe';
import { article, button, field, heading, visit } from '../fixtures/page';
import { expect, test } from '../fixtures/test';

const missing = /status of 404/;

test('who is blocked is gone for both, and back when it is taken back', async ({ paired, quiet }) => {
  quiet.allow(missing);
  const [one, other] = await paired();
  await visit(one.page, `/people/${other.name}`);
  await button(one.page, 'Block').click();
  await expect(heading(one.page, `Block ${other.name}?`)).toBeVisible();
  await expectAccessible(one.page);
  await button(one.page, 'Block').click();
  await expect(heading(one.page, 'Find partners')).toBeVisible();
  await expect(one.page.getByText(`${other.name} is blocked`)).toBeVisible();

  // The other one's open page of partners empties by itself, and says nothing of a block.
  await expect(article(other.page, one.name)).toHaveCount(0);
  await expect(other.page.getByText('No partners yet')).toBeVisible();
  for (const [me, them] of [
    [one, other],
    [other, one],
  ] as const) {
    const answer = await me.page.goto(`/people/${them.name}`);
    expect(answer?.status()).toBe(404);
    await visit(me.page, `/partners/find?name=${them.name}`);
    await expect(me.page.getByText('Nobody fits all of this right now').first()).toBeVisible();
  }

  await visit(one.page, '/settings/privacy');
  await expect(article(one.page, other.name)).toBeVisible();
  await button(article(one.page, other.name), 'Unblock').click();
  await expect(article(one.page, other.name)).toHaveCount(0);
  // What has ended does not begin again; one may ask anew.
  await visit(one.page, `/people/${other.name}`);
  await expect(button(one.page, 'Send request')).toBeVisible();
});

test('somebody is reported, and blocked with it, without JavaScript too', async ({ enrolled, open }) => {
  const me = await enrolled({ speaks: 'Catalan', learns: 'Basque' });
  const other = await enrolled({ speaks: 'Basque', learns: 'Catalan' });
  const { page } = await open({ javaScriptEnabled: false, storageState: await me.context.storageState() });
  await page.goto(`/people/${other.name}`);
  await button(page, 'Report').click();
  await expect(heading(page, `Report ${other.name}`)).toBeVisible();
  await field(page, 'Something else').check();
  await button(page, 'Send the report').click();
  await expect(page.getByText('Please fill this in')).toBeVisible();
  await expect(field(page, 'Something else'), 'what was chosen stays').toBeChecked();
  await field(page, 'In your own words').fill('Sells courses');
  await button(page, 'Send the report').click();
  await expect(heading(page, 'Find partners')).toBeVisible();
  await expect(article(page, other.name)).toHaveCount(0);
});

test('who shows their profile to partners alone is found by nobody else', async ({ enrolled, paired, quiet }) => {
  quiet.allow(missing);
  const [me, partner] = await paired({ speaks: 'Catalan', learns: 'Basque' }, { speaks: 'Basque', learns: 'Catalan' });
  const stranger = await enrolled({ speaks: 'Basque', learns: 'Catalan' });
  await visit(me.page, '/settings/privacy');
  await field(me.page, 'Public profile').uncheck();
  await button(me.page, 'Save').click();
  await expect(me.page.getByText('Saved', { exact: true })).toBeVisible();
  expect((await stranger.page.goto(`/people/${me.name}`))?.status()).toBe(404);
  await visit(stranger.page, '/partners/find');
  await expect(article(stranger.page, me.name)).toHaveCount(0);
  await visit(partner.page, `/people/${me.name}`);
  await expect(heading(partner.page, me.name)).toBeVisible();
});

test('following is quiet, and keeps somebody at hand', async ({ enrolled }) => {
  const me = await enrolled();
  const other = await enrolled({ speaks: 'English', learns: 'Spanish' });
  await visit(other.page, '/notifications');
  await visit(me.page, `/people/${other.name}`);
  await button(me.page, 'Follow').click();
  await expect(button(me.page, 'Unfollow')).toBeVisible();
  await visit(me.page, '/partners');
  await expect(me.page.getByRole('heading', { name: 'People you follow', exact: true })).toBeVisible();
  await button(article(me.page, other.name), 'Unfollow').click();
  await expect(me.page.getByRole('heading', { name: 'People you follow', exact: true })).toBeHidden();
  await other.page.reload();
  await expect(other.page.getByRole('article')).toHaveCount(0);
});
