import { article, button, choose, field, heading, visit } from '../fixtures/page';
import { acceptRequest, findPerson, sendRequest } from '../fixtures/partners';
import { expect, test } from '../fixtures/test';

test('finding: people who fit both ways, with the reason, and never oneself', async ({ enrolled }) => {
  const me = await enrolled({ speaks: 'Polish', learns: 'Danish' });
  const fits = await enrolled({ speaks: 'Danish', learns: 'Polish' });
  const speaksOnly = await enrolled({ speaks: 'Danish', learns: 'Finnish' });

  await visit(me.page, '/partners/find');
  await expect(heading(me.page, 'Find partners')).toBeVisible();
  await expect(article(me.page, fits.name)).toContainText(/Danish/);
  await expect(article(me.page, fits.name)).toContainText(/Polish/);
  await expect(article(me.page, speaksOnly.name)).toBeHidden();
  await expect(article(me.page, me.name)).toBeHidden();
});

test('finding: filters, and what they find can be sent on as an address', async ({ enrolled }) => {
  const me = await enrolled({ speaks: 'Greek', learns: 'Turkish' });
  const low = await enrolled({ speaks: 'Turkish', learns: 'Greek', level: 'A1' });
  const high = await enrolled({ speaks: 'Turkish', learns: 'Greek', level: 'C1' });

  await visit(me.page, '/partners/find');
  await choose(field(me.page, 'Language they speak'), 'Turkish');
  await choose(field(me.page, 'Language they learn'), 'Greek');
  await choose(field(me.page, 'Level'), 'C1');
  await field(me.page, 'Search by name').press('Enter');
  await expect(article(me.page, high.name)).toBeVisible();
  await expect(article(me.page, low.name)).toBeHidden();

  await me.page.reload();
  await expect(article(me.page, high.name)).toBeVisible();
  await expect(article(me.page, low.name)).toBeHidden();
  await expect(field(me.page, 'Language they speak').locator('option:checked')).toHaveText(/^\s*Turkish/);
});

test('finding: each suggestion says why, and how many there are', async ({ enrolled }) => {
  const me = await enrolled({ speaks: 'Lithuanian', learns: 'Latvian', level: 'A2', as: { timezoneId: 'Europe/Vilnius' } });
  const other = await enrolled({ speaks: 'Latvian', learns: 'Lithuanian', level: 'B1', as: { timezoneId: 'Europe/Riga' } });
  for (const { page } of [me, other]) {
    await visit(page, '/settings/profile');
    await field(page, 'Interests').fill('cooking, chess boxing');
    for (const hour of ['Monday, 18:00', 'Monday, 19:00', 'Sunday, 09:00']) {
      await page.getByRole('checkbox', { name: hour, exact: true }).press('Space');
    }
    await button(page, 'Save profile').click();
    await expect(page.getByText('Profile saved')).toBeVisible();
  }
  await visit(me.page, '/partners/find');
  const card = article(me.page, other.name);
  await expect(card).toContainText('Native in Latvian');
  await expect(card).toContainText('learning Lithuanian at B1');
  await expect(card).toContainText('2 shared interests: cooking, chess boxing');
  await expect(card).toContainText('3 h in common');
  await expect(me.page.getByText('1 person fits', { exact: true })).toBeVisible();
  await visit(me.page, `/people/${other.name}`);
  await expect(me.page.getByText('Monday: 18:00–20:00')).toBeVisible();

  // Nobody: it is said which filter to loosen.
  await visit(me.page, '/partners/find?level=C2&interest=cooking');
  await me.page.getByRole('link', { name: 'Without “level C2”', exact: true }).click();
  await expect(card).toBeVisible();
  await me.page.goBack();
  await expect(me.page.getByText('Nobody fits all of this right now').first()).toBeVisible();
});

test('a request declined with a word: who asked reads it, and may not ask again so soon', async ({ enrolled }) => {
  const one = await enrolled();
  const other = await enrolled({ speaks: 'English', learns: 'Spanish' });
  await sendRequest(one.page, other.name, 'Hello');
  await visit(other.page, '/requests');
  const asked = article(other.page, one.name);
  await asked.getByText('Say no with a few words', { exact: true }).click();
  await field(asked, 'Your words').fill('No time until summer');
  await button(asked, 'Send this answer').click();
  await expect(asked).toBeHidden();
  await visit(one.page, '/notifications');
  await expect(one.page.getByRole('main')).toContainText('No time until summer');
  await visit(one.page, `/people/${other.name}`);
  await expect(button(one.page, 'Send request')).toBeHidden();
});

test('a request declined: both lists are empty again', async ({ enrolled }) => {
  const one = await enrolled();
  const other = await enrolled({ speaks: 'English', learns: 'Spanish' });
  await sendRequest(one.page, other.name, 'Hello');
  await visit(one.page, '/requests');
  await visit(other.page, '/requests');
  await button(article(other.page, one.name), 'Decline').click();
  await expect(article(other.page, one.name)).toBeHidden();
  await expect(article(one.page, other.name)).toBeHidden();
  await visit(one.page, '/partners');
  await expect(article(one.page, other.name)).toBeHidden();
});

test('a request cancelled, and sent again', async ({ enrolled }) => {
  const one = await enrolled();
  const other = await enrolled({ speaks: 'English', learns: 'Spanish' });
  await sendRequest(one.page, other.name);
  await visit(other.page, '/requests');
  await expect(article(other.page, one.name)).toBeVisible();
  await visit(one.page, '/requests');
  await button(article(one.page, other.name), 'Cancel request').click();
  await expect(article(one.page, other.name)).toBeHidden();
  await expect(article(other.page, one.name)).toBeHidden();

  await sendRequest(one.page, other.name, 'Once more');
  await expect(article(other.page, one.name)).toContainText('Once more');
});

test('somebody who was asked is not proposed again', async ({ enrolled }) => {
  const one = await enrolled({ speaks: 'Czech', learns: 'Hungarian' });
  const other = await enrolled({ speaks: 'Hungarian', learns: 'Czech' });
  await sendRequest(one.page, other.name);
  await visit(one.page, '/partners/find');
  await expect(article(one.page, other.name)).toBeHidden();
});

test('both ask each other: one partnership', async ({ enrolled }) => {
  const one = await enrolled();
  const other = await enrolled({ speaks: 'English', learns: 'Spanish' });
  // Both dialogs are open before either request is sent.
  for (const [me, them] of [
    [one, other],
    [other, one],
  ] as const) {
    await button(await findPerson(me.page, them.name), 'Send request').click();
    await expect(me.page.getByRole('dialog', { name: `Request to ${them.name}`, exact: true })).toBeVisible();
  }
  await button(one.page.getByRole('dialog'), 'Send').click();
  await expect(one.page.getByRole('dialog')).toBeHidden();
  await button(other.page.getByRole('dialog'), 'Send').click();

  // Who asks somebody who has asked has answered.
  await expect(other.page.getByRole('dialog')).toBeHidden();
  for (const [me, them] of [
    [one, other],
    [other, one],
  ] as const) {
    await visit(me.page, '/partners');
    await expect(article(me.page, them.name)).toHaveCount(1);
    await visit(me.page, '/requests');
    await expect(article(me.page, them.name)).toHaveCount(0);
  }
});

test('the profile of a partner, and the partnership', async ({ enrolled }) => {
  const one = await enrolled();
  const other = await enrolled({ speaks: 'English', learns: 'Spanish' });
  await visit(one.page, `/people/${other.name}`);
  await expect(heading(one.page, other.name)).toBeVisible();
  await button(one.page, 'Send request').click();
  const dialog = one.page.getByRole('dialog', { name: `Request to ${other.name}`, exact: true });
  await button(dialog, 'Send').click();
  await expect(dialog).toBeHidden();
  await acceptRequest(other.page, one.name);

  await visit(one.page, `/partners/${other.name}`);
  await expect(heading(one.page, other.name)).toBeVisible();
  await expect(one.page.getByRole('main')).toContainText(/English/);
});
