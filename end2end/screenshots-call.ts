import type { Page } from '@playwright/test';
import { post, startCall } from './fixtures/http';
import { expectBothReceiving } from './fixtures/media';
import { button, visit } from './fixtures/page';
import { photographer } from './fixtures/photographer';
import { expect, test } from './fixtures/test';

// What comes before a call, and the call in each of its states: at both widths, in both themes and languages.
test.use({ demoPeople: 60 });
test.setTimeout(25 * 60_000);

for (const lang of ['en', 'es'] as const) {
  const { t, demo, shoot } = photographer(lang, 'room');

  test(`screenshots of calls, ${lang}`, async ({ open, quiet }) => {
    quiet.allow(/.*/);
    const [ana, ben] = [await demo(open, 'ana'), await demo(open, 'ben')];
    const more = async (page: Page, item: string) => {
      await button(page, t('calls.more.title')).click();
      await button(page, t(item)).click();
    };

    await test.step('devices and the check', async () => {
      const { page } = ana;
      await visit(page, '/settings/devices');
      await shoot(page, 'devices-off', true);
      await button(page, t('calls.stage.camera_on')).click();
      await button(page, t('calls.stage.unmute')).click();
      await button(page, t('calls.preview.speaker_test')).click();
      await button(page, t('calls.check.start')).click();
      await expect(page.getByText(t('calls.check.measuring'))).toBeVisible({ timeout: 20_000 });
      await shoot(page, 'devices-checking', true);
      await expect(page.getByText(t('calls.check.good_video_here'))).toBeVisible({ timeout: 30_000 });
      await page.locator('.check-details summary').click();
      await shoot(page, 'devices-passed', true);
      const { context, page: shut } = await open({ locale: lang === 'en' ? 'en-GB' : 'es-ES', storageState: await ana.context.storageState() });
      await shut.routeWebSocket(/\/ws/, () => {
        // Opened, and silent for ever.
      });
      await shut.addInitScript(() => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('Permission denied', 'NotAllowedError'));
      });
      await visit(shut, '/settings/devices');
      await button(shut, t('calls.stage.camera_on')).click();
      await button(shut, t('calls.stage.unmute')).click();
      await button(shut, t('calls.check.start')).click();
      await expect(shut.getByText(t('calls.check.blocked_server'))).toBeVisible({ timeout: 30_000 });
      await shoot(shut, 'devices-failed', true);
      await context.close();
    });

    await visit(ben.page, '/partners');
    const room = await post<string>(ben.context, 'accept_call', { invitation: await startCall(ana, ben) });
    await visit(ana.page, `/call/${room}`);
    await visit(ben.page, `/call/${room}`);
    await button(ben.page, t('calls.preview.join')).click();
    await shoot(ana.page, 'preview', true);
    await button(ana.page, t('calls.stage.camera_off')).click();
    await button(ana.page, t('calls.stage.mute')).click();
    await shoot(ana.page, 'preview-off', true);
    await button(ana.page, t('calls.stage.camera_on')).click();
    await button(ana.page, t('calls.stage.unmute')).click();
    await button(ana.page, t('calls.preview.join')).click();
    const { page } = ana;
    await expectBothReceiving(page, ben.page);

    for (const layout of ['side', 'spotlight', 'corner']) {
      await button(page, t('calls.more.title')).click();
      await page.getByRole('radio', { name: t(`calls.layout.${layout}`), exact: true }).check();
      await page.keyboard.press('Escape');
      await shoot(page, `layout-${layout}`);
    }
    await button(page, t('calls.more.title')).click();
    await shoot(page, 'more');
    await button(page, t('calls.more.devices')).click();
    await shoot(page, 'dialog-devices');
    await page.keyboard.press('Escape');
    await more(page, 'calls.shortcuts.title');
    await shoot(page, 'dialog-shortcuts');
    await page.keyboard.press('Escape');

    await button(page, t('calls.chat.title')).click();
    await shoot(page, 'chat-empty');
    const field = page.getByLabel(t('calls.chat.field'), { exact: true });
    for (const text of ['¿Qué significa “umbrella”?', 'Ah, “paraguas”. I looked it up: https://example.org/words/umbrella']) {
      await field.fill(text);
      await page.keyboard.press('Enter');
    }
    // Its name says how much there is to read.
    await ben.page.locator('.chat-button').click();
    await ben.page.getByLabel(t('calls.chat.field'), { exact: true }).fill('Exactly. And “sunshade” is “sombrilla”.');
    await ben.page.keyboard.press('Enter');
    await expect(page.getByText('sombrilla').last()).toBeVisible();
    await shoot(page, 'chat');
    await more(page, 'calls.quality.item');
    await expect(page.locator('.quality-table')).toBeVisible();
    await shoot(page, 'chat-and-quality');
    await button(page, t('calls.chat.close')).click();
    await shoot(page, 'quality');
    await button(page, t('calls.quality.close')).click();
    await more(page, 'calls.security.title');
    await expect(page.locator('.security-words li').first()).toBeVisible();
    await shoot(page, 'security');
    await button(page, t('calls.security.same')).click();
    await shoot(page, 'security-same');
    await button(page, t('calls.security.close')).click();

    await more(page, 'calls.recording.ask');
    await expect(button(ben.page, t('calls.recording.allow'))).toBeVisible();
    await shoot(page, 'recording-asking');
    await shoot(ben.page, 'recording-asked');
    await button(ben.page, t('calls.recording.allow')).click();
    await expect(page.getByText(t('calls.recording.here'))).toBeVisible();
    await shoot(page, 'recording');
    await button(page, t('calls.recording.stop')).click();
    await shoot(page, 'recording-kept');

    await button(ben.page, t('calls.sharing.start')).click();
    await expect(page.locator('.call-tile-screen video')).toBeVisible();
    for (const layout of ['side', 'spotlight', 'corner']) {
      await button(page, t('calls.more.title')).click();
      await page.getByRole('radio', { name: t(`calls.layout.${layout}`), exact: true }).check();
      await page.keyboard.press('Escape');
      await shoot(page, `sharing-${layout}`);
    }
    await button(page, t('calls.sharing.start')).click();
    await expect(page.locator('.call-sharing-picture')).toBeVisible();
    await shoot(page, 'sharing-both');
    await button(page, t('calls.sharing.stop')).click();
    await button(ben.page, t('calls.sharing.stop')).click();

    for (const name of ['calls.stage.camera_off', 'calls.stage.mute']) {
      await button(page, t(name)).click();
      await button(ben.page, t(name)).click();
    }
    await shoot(page, 'all-off');
    await visit(ben.page, '/calls');
    await expect(page.locator('.call-tile-partner .call-tile-words')).toBeVisible();
    await shoot(page, 'partner-left');
    await button(page, t('calls.stage.leave')).click();
    await expect(page).toHaveURL(/\/calls\//);
  });
}
