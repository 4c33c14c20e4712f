import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { article, button, choose, expectNoSidewaysScroll, field, heading, visit } from '../fixtures/page';
import { findPerson } from '../fixtures/partners';
import { expect, test } from '../fixtures/test';

const phone = { viewport: { width: 390, height: 844 } };
const summary = (page: Page) => page.locator('summary', { hasText: 'Filters' });

for (const javaScriptEnabled of [true, false]) {
  test(`on a phone the filters are folded away, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async ({ enrolled, open }) => {
    const me = await enrolled({ speaks: 'Slovak', learns: 'Maltese' });
    const low = await enrolled({ speaks: 'Maltese', learns: 'Slovak', level: 'A1' });
    const high = await enrolled({ speaks: 'Maltese', learns: 'Slovak', level: 'C1' });
    const { page } = await open({ ...phone, javaScriptEnabled, storageState: await me.context.storageState() });
    await (javaScriptEnabled ? visit(page, '/partners/find') : page.goto('/partners/find'));

    await expect(field(page, 'Search by name')).toBeVisible();
    await expect(field(page, 'Level')).toBeHidden();
    await expect(summary(page)).toHaveText('Filters');
    await expect(article(page, low.name)).toBeVisible();

    await summary(page).click();
    for (const name of ['Language they speak', 'Language they learn', 'Level', 'Interest', 'Online now']) {
      await expect(field(page, name)).toBeVisible();
    }
    await expectNoSidewaysScroll(page);
    await choose(field(page, 'Level'), 'C1');
    await button(page, 'Show results').click();
    await expect(summary(page)).toHaveText('Filters, 1 set');
    await expect(article(page, high.name)).toBeVisible();
    await expect(article(page, low.name)).toBeHidden();

    await page.getByRole('link', { name: 'Clear filters', exact: true }).click();
    await expect(summary(page)).toHaveText('Filters');
    await expect(article(page, low.name)).toBeVisible();
  });
}

test('on a phone the unfolded filters are as accessible as the rest', async ({ enrolled }) => {
  const { page } = await enrolled({ as: { ...phone, reducedMotion: 'reduce' } });
  await visit(page, '/partners/find');
  await summary(page).focus();
  await page.keyboard.press('Enter');
  await expect(field(page, 'Interest')).toBeVisible();
  await expectAccessible(page);
});

for (const width of [768, 1280]) {
  test(`on a page of ${width} px nothing is folded away`, async ({ enrolled }) => {
    const { page } = await enrolled({ as: { viewport: { width, height: 844 } } });
    await visit(page, '/partners/find');
    await expect(summary(page)).toBeHidden();
    for (const name of ['Search by name', 'Language they speak', 'Language they learn', 'Level', 'Interest', 'Online now']) {
      await expect(field(page, name)).toBeVisible();
    }
    // They are reached by keyboard, one after the other.
    await field(page, 'Search by name').focus();
    await page.keyboard.press('Tab');
    await expect(field(page, 'Language they speak')).toBeFocused();
  });
}

test('the link to the page one is on looks again', async ({ enrolled }) => {
  const me = await enrolled({ speaks: 'Welsh', learns: 'Irish', as: { viewport: { width: 1280, height: 844 } } });
  await visit(me.page, '/partners/find');
  await me.page.evaluate(() => document.documentElement.setAttribute('data-same-page', ''));
  const other = await enrolled({ speaks: 'Irish', learns: 'Welsh' });
  await field(me.page, 'Search by name').fill('typed and not sent');
  await expect(article(me.page, other.name)).toBeHidden();

  // A jump within the page is no question: what was typed stays.
  await me.page.getByRole('link', { name: 'Skip to content', exact: true }).focus();
  await me.page.keyboard.press('Enter');
  await expect(field(me.page, 'Search by name')).toHaveValue('typed and not sent');

  const link = me.page.getByRole('link', { name: 'Find partners', exact: true });
  await link.first().click();
  await expect(article(me.page, other.name)).toBeVisible();
  await expect(field(me.page, 'Search by name'), 'the form shows what was asked for').toHaveValue('');
  await expect(me.page.locator('html[data-same-page]'), 'without a page load').toBeAttached();

  // And again, once the address is the same to the letter.
  const third = await enrolled({ speaks: 'Irish', learns: 'Welsh' });
  await link.first().click();
  await expect(article(me.page, third.name)).toBeVisible();
});

test('percent signs and plus signs are searched for as they are', async ({ enrolled }) => {
  const me = await enrolled();
  const other = await enrolled({ speaks: 'English', learns: 'Spanish' });
  const name = `A+B 100%25 ${other.name.slice(-4)}`;
  await visit(other.page, '/settings/profile');
  await field(other.page, 'Display name').fill(name);
  await button(other.page, 'Save profile').click();
  await expect(other.page.getByText('Profile saved')).toBeVisible();

  await findPerson(me.page, name);
  await expect(field(me.page, 'Search by name')).toHaveValue(name);
  await me.page.reload();
  await expect(article(me.page, name)).toBeVisible();
  await expect(field(me.page, 'Search by name')).toHaveValue(name);
});

test('no line of facts ends or begins with a dot', async ({ enrolled }) => {
  const me = await enrolled({ as: { viewport: { width: 390, height: 844 } } });
  const other = await enrolled({ speaks: 'English', learns: 'Spanish' });
  await visit(me.page, `/people/${other.name}`);
  await expect(heading(me.page, other.name)).toBeVisible();
  const lines = await me.page.locator('.facts').evaluateAll((all) =>
    all.map((facts) => {
      const edge = facts.getBoundingClientRect().left;
      const clip = Number.parseFloat(getComputedStyle(facts).clipPath.match(/([\d.]+)px\)$/)?.[1] ?? 'NaN');
      return [...facts.children].map((fact, at) => {
        // The dot stands in the middle of its box.
        const middle = Number.parseFloat(getComputedStyle(fact, '::before').width) / 2;
        const left = fact.getBoundingClientRect().left - edge;
        return { isFirst: at === 0, isLineStart: left === 0, isDotShown: left + middle > clip };
      });
    }),
  );
  expect(lines.length).toBeGreaterThan(0);
  for (const fact of lines.flat()) {
    expect(fact.isDotShown, JSON.stringify(lines)).toBe(!fact.isLineStart);
    expect(fact.isFirst && !fact.isLineStart).toBe(false);
  }
});
