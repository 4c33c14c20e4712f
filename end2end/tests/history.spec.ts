import { expectAccessible } from '../fixtures/axe';
import { call, leave } from '../fixtures/calls';
import { pairUp, settle, startCall } from '../fixtures/http';
import { article, button, choose, expectNoSidewaysScroll, field, heading, visit } from '../fixtures/page';
import { expect, test } from '../fixtures/test';

test('calls and missed calls stand together; a press calls back', async ({ paired }) => {
  const [ana, ben] = await paired();
  await call(ana, ben);
  await leave(ana.page);
  await visit(ana.page, '/calls');
  await expect(article(ana.page, ben.name)).toHaveCount(1);

  // The list follows what happens while it is open.
  await settle(ben, await startCall(ben, ana), 'cancel');
  await expect(article(ana.page, ben.name)).toHaveCount(2);
  const missed = article(ana.page, ben.name).first();
  await expect(missed).toContainText(`${ben.name} called and hung up before you could answer`);
  await expect(article(ana.page, ben.name).last().getByRole('link', { name: 'Summary', exact: true })).toBeVisible();

  await settle(ben, await startCall(ana, ben), 'decline');
  await expect(article(ana.page, ben.name)).toHaveCount(3);
  await expect(article(ana.page, ben.name).first()).toContainText(`${ben.name} declined`);
  for (const width of [320, 1280]) {
    await ana.page.setViewportSize({ width, height: 844 });
    await expectNoSidewaysScroll(ana.page);
    await expectAccessible(ana.page);
  }
  await button(missed, 'Call').click();
  await expect(ana.page.getByRole('dialog', { name: `Call ${ben.name}`, exact: true })).toBeVisible();
});

for (const javaScriptEnabled of [true, false]) {
  test(`filters narrow the list, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async ({ paired, enrolled, open }) => {
    const [ana, ben] = await paired();
    const cleo = await enrolled({ speaks: 'English', learns: 'Spanish' });
    await pairUp(ana, cleo);
    for (const partner of [ben, cleo]) {
      await settle(ana, await startCall(partner, ana), 'decline');
      await settle(partner, await startCall(partner, ana), 'cancel');
    }
    const storageState = await ana.context.storageState();
    const { page } = await open({ javaScriptEnabled, storageState, viewport: { width: 1280, height: 844 } });
    if (javaScriptEnabled) {
      await visit(page, '/calls');
    } else {
      await page.goto('/calls');
    }
    await expect(page.getByRole('article')).toHaveCount(4);
    await expect(page.getByText('0 of 4 attempts led to a talk')).toBeVisible();

    await choose(field(page, 'Partner'), ben.name);
    await button(page, 'Show').click();
    await expect(page).toHaveURL(/with=/);
    await expect(page.getByRole('article')).toHaveCount(2);
    await expect(article(page, cleo.name)).toHaveCount(0);
    await expect(page.getByText('0 of 2 attempts led to a talk')).toBeVisible();

    await field(page, 'What').selectOption({ label: 'Only missed calls' });
    await button(page, 'Show').click();
    await expect(page.getByRole('article')).toHaveCount(1);
    await expect(field(page, 'Partner').locator('option:checked')).toHaveText(ben.name);
    await expect(page.getByText('attempts led to a talk'), 'figures of other calls say nothing of these').toHaveCount(0);
    if (javaScriptEnabled) {
      await expect(page, 'only what was chosen').toHaveURL(new RegExp(`/calls\\?with=${ben.name}&kind=missed$`));
    }

    await field(page, 'What').selectOption({ label: 'Only calls' });
    await button(page, 'Show').click();
    await expect(page.getByText('Nothing found')).toBeVisible();
    await page.goBack();
    await expect(page.getByRole('article')).toHaveCount(1);
    await expect(field(page, 'What').locator('option:checked')).toHaveText('Only missed calls');

    await page.getByRole('link', { name: 'Clear filters' }).click();
    await expect(page.getByRole('article')).toHaveCount(4);
    await expect(field(page, 'Partner').locator('option:checked')).toHaveText('Everybody');
  });
}

test('the page of a partner counts calls and minutes', async ({ paired }) => {
  const [ana, ben] = await paired();
  await visit(ana.page, `/partners/${ben.name}`);
  await expect(ana.page.getByText('No calls yet', { exact: true })).toBeVisible();
  await call(ana, ben);
  await leave(ana.page);
  await visit(ana.page, `/partners/${ben.name}`);
  await expect(heading(ana.page, ben.name)).toBeVisible();
  await expect(ana.page.getByText('1 call', { exact: true })).toBeVisible();
  await expect(ana.page.getByText('1 minute', { exact: true })).toBeVisible();
});
