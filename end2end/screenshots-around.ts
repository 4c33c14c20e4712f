import { post, startCall } from './fixtures/http';
import { expectBothReceiving } from './fixtures/media';
import { button, visit } from './fixtures/page';
import { photographer } from './fixtures/photographer';
import { expect, test } from './fixtures/test';

// What stands around a call: ringing in each of its states, the way in, another tab, and what is left of it.
test.use({ demoPeople: 60, serverSettings: { RING_SECONDS: '30' } });
test.setTimeout(25 * 60_000);

for (const lang of ['en', 'es'] as const) {
  const { t, demo, shoot } = photographer(lang, 'around');

  test(`screenshots of what is around calls, ${lang}`, async ({ open, quiet }) => {
    quiet.allow(/.*/);
    const [ana, ben] = [await demo(open, 'ana'), await demo(open, 'ben')];
    const { page } = ana;
    const callButton = page.getByRole('article').filter({ hasText: 'Ben' }).getByRole('button', { name: t('matching.partners.call'), exact: true });
    await visit(page, '/partners');
    await visit(ben.page, '/partners');

    await test.step('ringing', async () => {
      await callButton.click();
      await shoot(page, 'asking');
      const theirs = await startCall(ben, ana, '¿Hablamos del paraguas?');
      await expect(page.locator('.ring-ask.is-calling')).toBeVisible();
      await shoot(page, 'asking-called');
      await page.keyboard.press('Escape');
      await expect(page.getByText('paraguas')).toBeVisible();
      await shoot(page, 'incoming');
      await post(ana.context, 'decline_call', { invitation: theirs });

      await callButton.click();
      await button(page, t('invitations.start')).click();
      await expect(button(page, t('invitations.cancel'))).toBeVisible();
      await shoot(page, 'calling');
      await button(ben.page, t('notifications.action.decline')).click();
      await expect(button(page, t('invitations.close'))).toBeVisible();
      await shoot(page, 'declined');
      await button(page, t('invitations.close')).click();
    });

    await test.step('the way in', async () => {
      await callButton.click();
      await button(page, t('invitations.start')).click();
      await button(ben.page, t('notifications.action.accept')).click();
      await expect(page).toHaveURL(/\/call\//);
      await expect(button(page, t('calls.stage.leave'))).toBeVisible();
      await expectBothReceiving(page, ben.page);
    });
    const room = page.url();

    await test.step('another tab', async () => {
      const beside = await ana.context.newPage();
      await visit(beside, '/partners');
      await shoot(beside, 'another-tab');
      await visit(beside, room);
      await shoot(beside, 'another-tab-room');
      await beside.close();
    });

    await test.step('afterwards', async () => {
      await button(page, t('calls.stage.leave')).click();
      await expect(page).toHaveURL(/\/calls\//);
      await shoot(page, 'summary', true);
      await visit(page, room);
      await shoot(page, 'no-call', true);
      await button(page, t('calls.preview.join')).click();
      await expect(button(page, t('calls.preview.stop_waiting'))).toBeVisible();
      await shoot(page, 'waiting', true);
      await visit(page, '/calls?kind=missed');
      await shoot(page, 'history-missed', true);
    });
  });
}
