import { call, expectEnded, leave, ring, arrive, incoming, summaryAddress } from '../fixtures/calls';
import { expectBothReceiving } from '../fixtures/media';
import { button, hydrated, visit } from '../fixtures/page';
import { partners } from '../fixtures/screens';
import { keptKey, manInTheMiddle, pressInMore, readWords, securityWords, warning } from '../fixtures/security';
import { expect, test } from '../fixtures/test';

test('both read the same words, and say so', async ({ enrolled, deviceOf }) => {
  const [ana, ben] = await partners({ enrolled, deviceOf });
  await visit(ben.page, '/calls');
  await call(ana, ben);
  const [hers, his] = await Promise.all([readWords(ana.page), readWords(ben.page)]);
  expect(hers).toEqual(his);
  for (const word of hers) {
    expect(word).toMatch(/^[a-z]{3,7}$/);
  }
  await expect(securityWords(ana.page)).toContainText('Read these words to each other.');
  await button(ana.page, 'They match').click();
  await expect(securityWords(ana.page)).toContainText('The words match: nobody is in between.');
  await expect(button(ana.page, 'They match')).toBeHidden();
  // What one of them says is theirs.
  await expect(button(ben.page, 'They match')).toBeVisible();
  for (const page of [ana.page, ben.page]) {
    await expect(warning(page, /connection|words/)).toHaveCount(0);
  }

  await test.step('each signs with a key that its browser shows to nobody', async () => {
    for (const [me, partner] of [
      [ana, ben],
      [ben, ana],
    ] as const) {
      await expect(securityWords(partner.page)).toContainText(`Signed by ${me.name}'s device.`, { timeout: 20_000 });
      expect(await keptKey(me.page)).toEqual({
        count: 1,
        type: 'private',
        algorithm: 'ECDSA',
        usages: ['sign'],
        extractable: false,
        refusals: ['InvalidAccessError', 'InvalidAccessError'],
        isPair: true,
      });
    }
  });

  await test.step('by keyboard: the panel takes the focus, Escape closes it', async () => {
    await button(ben.page, 'Close the security words').click();
    await expect(securityWords(ben.page)).toBeHidden();
    await button(ben.page, 'More').focus();
    await ben.page.keyboard.press('Enter');
    await button(ben.page, 'Security words').focus();
    await ben.page.keyboard.press('Enter');
    await expect(securityWords(ben.page)).toBeFocused();
    await ben.page.keyboard.press('Escape');
    await expect(securityWords(ben.page)).toBeHidden();
    await expect(button(ben.page, 'More')).toBeFocused();
    await expect(button(ben.page, 'Leave call')).toBeVisible();
  });
});

test('by keyboard: the focus is never lost with the buttons that judge the words', async ({ enrolled, deviceOf }) => {
  const [ana, ben] = await partners({ enrolled, deviceOf });
  await visit(ben.page, '/calls');
  await call(ana, ben);
  for (const [{ page }, name, verdict] of [
    [ana, 'They match', 'The words match: nobody is in between.'],
    [ben, 'They differ', 'The words differ: somebody may be listening in.'],
  ] as const) {
    await readWords(page);
    await button(page, name).focus();
    await page.keyboard.press('Enter');
    await expect(button(page, name)).toHaveCount(0);
    await expect(securityWords(page)).toContainText(verdict);
    await expect(securityWords(page), `after "${name}"`).toBeFocused();
  }
  await expect(button(warning(ben.page, 'somebody may be listening in'), 'Leave the call')).toBeVisible();
  await ben.page.keyboard.press('Escape');
  await expect(securityWords(ben.page)).toBeHidden();
  await expect(button(ben.page, 'More')).toBeFocused();
});

test('words that differ are a warning that leads out of the call', async ({ enrolled, deviceOf }) => {
  const [ana, ben] = await partners({ enrolled, deviceOf });
  await visit(ben.page, '/calls');
  await call(ana, ben);
  await readWords(ana.page);
  await button(ana.page, 'They differ').click();
  const alert = warning(ana.page, 'The words differ: somebody may be listening in.');
  await expect(alert).toBeVisible();
  await button(alert, 'Leave the call').click();
  await expect(ana.page).toHaveURL(summaryAddress);
  await expectEnded(ben.page);
});

test('a connection that is built anew has new words, which is said where they were agreed to', async ({ enrolled, deviceOf }) => {
  const [ana, ben] = await partners({ enrolled, deviceOf });
  await visit(ben.page, '/calls');
  await call(ana, ben);
  const [before] = await Promise.all([readWords(ana.page), readWords(ben.page)]);
  await button(ana.page, 'They match').click();
  await ben.page.reload();
  await hydrated(ben.page);
  await expect(button(ben.page, 'Leave call')).toBeVisible();
  const renewed = warning(ana.page, 'The connection was built anew, and the security words are new.');
  await expect(renewed).toBeVisible({ timeout: 20_000 });
  await expectBothReceiving(ana.page, ben.page);
  const [hers, his] = await Promise.all([readWords(ana.page), readWords(ben.page)]);
  expect(hers).toEqual(his);
  expect(hers).not.toEqual(before);
  await button(ana.page, 'They match').click();
  await expect(renewed).toHaveCount(0);
});

test('a device is known from the first call on, and another one is said to be new', async ({ enrolled, deviceOf }) => {
  const [ana, ben] = await partners({ enrolled, deviceOf });
  await visit(ben.page, '/calls');
  await call(ana, ben);
  await readWords(ben.page);
  await expect(securityWords(ben.page)).toContainText(`Signed by ${ana.name}'s device. This browser knows it from now on.`);
  await leave(ana.page);
  await expectEnded(ben.page);

  await ring(ana, ben.name);
  await button(incoming(ben.page, ana.name), 'Accept').click();
  await Promise.all([arrive(ana.page, ben.name), arrive(ben.page, ana.name)]);
  await readWords(ben.page);
  await expect(securityWords(ben.page)).toContainText(`Signed by a device of ${ana.name} that this browser knows.`);
  await leave(ana.page);
  await expectEnded(ben.page);

  const phone = { ...ana, ...(await deviceOf(ana)) };
  await ring(phone, ben.name);
  await button(incoming(ben.page, ana.name), 'Accept').click();
  await Promise.all([arrive(phone.page, ben.name), arrive(ben.page, ana.name)]);
  await expect(ben.page.getByText(`${ana.name} uses a new device`).first()).toBeVisible({ timeout: 20_000 });
  await expect(warning(ben.page, /in between/)).toHaveCount(0);
  const [hers, his] = await Promise.all([readWords(phone.page), readWords(ben.page)]);
  expect(hers).toEqual(his);
});

test('a server that stands in between is found out by the words and by the signatures', async ({ enrolled, deviceOf, open }) => {
  const [ana, ben] = await partners({ enrolled, deviceOf });
  const { page: middle } = await open();
  await manInTheMiddle(middle, [ana.context, ben.context]);
  await visit(ben.page, '/calls');
  await call(ana, ben);

  // They see and hear each other: nothing else shows that somebody else does too.
  await expectBothReceiving(ana.page, ben.page);
  expect(await middle.evaluate(() => window.__relayed()), 'the pictures go by way of the third').toBeGreaterThan(0);

  for (const [page, partner] of [
    [ana.page, ben],
    [ben.page, ana],
  ] as const) {
    const alert = warning(page, `This connection is not the one that ${partner.name}'s browser set up.`);
    await expect(alert).toBeVisible({ timeout: 20_000 });
    await expect(button(alert, 'Leave the call')).toBeVisible();
  }
  const exchanged = () => middle.evaluate(() => Object.values(window.__heard).map((steps) => [...new Set(steps)].sort().join(', ')));
  const whole = 'commit, reveal, statement';
  await expect.poll(exchanged, { message: 'each speaks the whole exchange', timeout: 20_000 }).toEqual([whole, whole]);
  const [hers, his] = await Promise.all([readWords(ana.page), readWords(ben.page)]);
  expect(hers, 'the words differ').not.toEqual(his);
  await button(warning(ana.page, 'in between'), 'Leave the call').click();
  await expect(ana.page).toHaveURL(summaryAddress);
});

test('one that leaves the signatures out is noticed by those who know each other', async ({ enrolled, deviceOf, open }) => {
  const [ana, ben] = await partners({ enrolled, deviceOf });
  await visit(ben.page, '/calls');
  await call(ana, ben);
  await readWords(ben.page);
  await expect(securityWords(ben.page)).toContainText('This browser knows it from now on.');
  await leave(ana.page);
  await expectEnded(ben.page);

  const { page: middle } = await open();
  await manInTheMiddle(middle, [ana.context, ben.context], 'leaves signatures out');
  await visit(ben.page, '/calls');
  await call(ana, ben);
  await expect(warning(ben.page, `${ana.name}'s browser has signed its connections so far, and has not signed this one.`)).toBeVisible({
    timeout: 30_000,
  });
  await button(ben.page, 'Compare the words').click();
  const [hers, his] = await Promise.all([readWords(ana.page), readWords(ben.page)]);
  expect(hers).not.toEqual(his);
});

test('one that leaves out everything is noticed by its silence, also at a first call', async ({ enrolled, deviceOf, open }) => {
  const [ana, ben] = await partners({ enrolled, deviceOf });
  const { page: middle } = await open();
  await manInTheMiddle(middle, [ana.context, ben.context], 'says nothing');
  await visit(ben.page, '/calls');
  await call(ana, ben);
  for (const [page, partner] of [
    [ana.page, ben],
    [ben.page, ana],
  ] as const) {
    const alert = warning(page, `No security words have come from ${partner.name}'s page, though there was time.`);
    await expect(alert).toBeVisible({ timeout: 30_000 });
    await pressInMore(page, 'Security words');
    await expect(securityWords(page)).toContainText('Somebody may be holding them back');
    await expect(securityWords(page).getByRole('listitem')).toHaveCount(0);
  }
  await button(warning(ana.page, 'No security words'), 'Leave the call').click();
  await expect(ana.page).toHaveURL(summaryAddress);
});

test('one that signs with a key of its own is a new device, and none that is known once the words have differed', async ({
  enrolled,
  deviceOf,
  open,
}) => {
  const [ana, ben] = await partners({ enrolled, deviceOf });
  await visit(ben.page, '/calls');
  await call(ana, ben);
  await readWords(ben.page);
  await expect(securityWords(ben.page)).toContainText('This browser knows it from now on.');
  await leave(ana.page);
  await expectEnded(ben.page);

  const { page: middle } = await open();
  await manInTheMiddle(middle, [ana.context, ben.context], 'signs himself');
  // The server lies about the list too.
  const key = await middle.evaluate(() => window.__key());
  await ben.context.route('**/api/device_keys*', (route) => route.fulfill({ json: [key] }));
  for (const time of ['first', 'second']) {
    await test.step(`the ${time} time`, async () => {
      await visit(ben.page, '/calls');
      await call(ana, ben);
      await expect(ben.page.getByText(`${ana.name} uses a new device`).first()).toBeVisible({ timeout: 20_000 });
      const [hers, his] = await Promise.all([readWords(ana.page), readWords(ben.page)]);
      expect(hers).not.toEqual(his);
      await expect(securityWords(ben.page)).toContainText(`${ana.name} uses a new device`);
      await button(ben.page, 'They differ').click();
      await expect(warning(ben.page, 'The words differ')).toBeVisible();
      await leave(ben.page);
      await expectEnded(ana.page);
    });
  }
});

test('what was found out stays said when the connection is built anew', async ({ enrolled, deviceOf }) => {
  const [ana, ben] = await partners({ enrolled, deviceOf });
  await visit(ben.page, '/calls');
  await call(ana, ben);
  await Promise.all([readWords(ana.page), readWords(ben.page)]);
  await button(ana.page, 'They differ').click();
  await expect(warning(ana.page, 'The words differ')).toBeVisible();
  await ben.page.reload();
  await hydrated(ben.page);
  await expect(button(ben.page, 'Leave call')).toBeVisible();
  await expectBothReceiving(ana.page, ben.page);
  await readWords(ana.page);
  const earlier = warning(ana.page, 'Somebody was in between earlier in this call');
  await expect(earlier).toBeVisible();
  await button(ana.page, 'They match').click();
  await expect(securityWords(ana.page)).toContainText('The words match');
  await expect(earlier, 'what was said then was heard').toBeVisible();
});

test('the words are there in a narrow window, and the controls stay in reach', async ({ enrolled, deviceOf }) => {
  const [ana, ben] = await partners({ enrolled, deviceOf });
  await visit(ben.page, '/calls');
  await call(ana, ben);
  await ana.page.setViewportSize({ width: 320, height: 480 });
  await readWords(ana.page);
  await expect(button(ana.page, 'They match')).toBeInViewport();
  await expect(button(ana.page, 'Leave call')).toBeInViewport();
  await button(ana.page, 'Close the security words').click();
  await pressInMore(ana.page, 'Security words');
  await expect(securityWords(ana.page)).toBeVisible();
});
