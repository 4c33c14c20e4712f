import { call } from '../fixtures/calls';
import { post } from '../fixtures/http';
import { expectBothReceiving } from '../fixtures/media';
import { button, field, visit } from '../fixtures/page';
import type { Person } from '../fixtures/people';
import { expectSharedPicture, standInForPicker } from '../fixtures/sharing';
import { partners, type Making } from '../fixtures/screens';
import { expect, test } from '../fixtures/test';

async function inCall(making: Making): Promise<[Person, Person]> {
  const [me, other] = await partners(making);
  await me.context.addInitScript(standInForPicker, {});
  await visit(other.page, '/calls');
  await call(me, other);
  await expectBothReceiving(me.page, other.page);
  return [me, other];
}

test('keys do what their buttons do', async ({ enrolled, deviceOf }) => {
  const [me, other] = await inCall({ enrolled, deviceOf });
  const { page } = me;
  await page.getByRole('region', { name: 'The call', exact: true }).focus();

  await page.keyboard.press('m');
  await expect(button(page, 'Unmute microphone')).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: /^Your microphone is off$/ })).toHaveCount(1);
  await expect(other.page.getByText(`${me.name}'s microphone is off`).first()).toBeVisible();
  await page.keyboard.press('m');
  await expect(button(page, 'Mute microphone')).toBeVisible();
  await page.keyboard.press('m');
  await expect(page.getByRole('status').filter({ hasText: /^Your microphone is off$/ })).toHaveCount(1);
  await button(page, 'Unmute microphone').click();
  await expect(page.getByRole('status').filter({ hasText: /^Your microphone is off$/ }), 'a button undid it').toHaveCount(0);

  await page.keyboard.press('v');
  await expect(button(page, 'Turn camera on')).toBeVisible();
  await page.keyboard.press('v');
  await expect(button(page, 'Turn camera off')).toBeVisible();

  await page.keyboard.press('s');
  await expectSharedPicture(other.page.getByLabel(`${me.name}'s screen`, { exact: true }));
  await page.keyboard.press('s');
  await expect(button(page, 'Share screen')).toBeVisible();

  await page.keyboard.press('c');
  await expect(page.getByRole('region', { name: 'Chat', exact: true })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('region', { name: 'Chat', exact: true })).toBeHidden();

  await page.keyboard.press('l');
  await expect(page.getByRole('status').filter({ hasText: /^Layout: / })).toHaveCount(1);

  await page.keyboard.press('f');
  await expect.poll(() => page.evaluate(() => document.fullscreenElement !== null)).toBe(true);
  await page.keyboard.press('f');
  await expect.poll(() => page.evaluate(() => document.fullscreenElement === null)).toBe(true);
});

test('the bar lets a muted person speak for as long as it is held', async ({ enrolled, deviceOf }) => {
  const [me, other] = await inCall({ enrolled, deviceOf });
  const { page } = me;
  const isOff = other.page.getByText(`${me.name}'s microphone is off`).first();

  // With the pointer: the button keeps the focus, and the bar does not press it.
  await button(page, 'Mute microphone').click();
  await expect(isOff).toBeVisible();
  await page.keyboard.down('Space');
  await expect(button(page, 'Mute microphone')).toBeVisible();
  await expect(isOff).toBeHidden();
  await page.keyboard.up('Space');
  await expect(button(page, 'Unmute microphone')).toBeVisible();
  await expect(isOff).toBeVisible();

  // Who reloads with the bar down is muted all the same.
  await page.keyboard.down('Space');
  await expect(isOff).toBeHidden();
  await page.reload();
  await expect(button(page, 'Unmute microphone')).toBeVisible();
  await page.keyboard.up('Space');
  await expect(isOff).toBeVisible();

  // With the keyboard: the bar presses what it is at.
  await button(page, 'Unmute microphone').focus();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Tab');
  await expect(button(page, 'Unmute microphone')).toBeFocused();
  await page.keyboard.press('Space');
  await expect(button(page, 'Mute microphone')).toBeVisible();
  await expect(isOff).toBeHidden();
});

test('keys do nothing while somebody types, with a modifier, or under a dialog', async ({ enrolled, deviceOf }) => {
  const [me] = await inCall({ enrolled, deviceOf });
  const { page } = me;
  const isOn = button(page, 'Mute microphone');

  await button(page, 'Chat').click();
  const message = field(page.getByRole('region', { name: 'Chat', exact: true }), 'Message');
  await message.pressSequentially('mv ls? mm');
  await expect(message).toHaveValue('mv ls? mm');
  await expect(isOn).toBeVisible();
  await expect(button(page, 'Turn camera off')).toBeVisible();
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.keyboard.press('Escape');

  await page.getByRole('region', { name: 'The call', exact: true }).focus();
  for (const combined of ['Alt+m', 'Control+m', 'Shift+M']) {
    await page.keyboard.press(combined);
  }
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts', exact: true });
  await expect(help).toBeVisible();
  await page.keyboard.press('v');
  await page.keyboard.press('m');
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  await expect(isOn).toBeVisible();
  await expect(button(page, 'Turn camera off')).toBeVisible();
});

test('keys are listed, and can be switched off for good', async ({ enrolled, deviceOf }) => {
  const [me] = await inCall({ enrolled, deviceOf });
  const { page } = me;
  const keys = ['M', 'V', 'S', 'C', 'F', 'L'];
  await button(page, 'More').click();
  await button(page, 'Keyboard shortcuts').click();
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts', exact: true });
  await expect(help.getByRole('columnheader')).toHaveText(['Key', 'What it does']);
  await expect(help.getByRole('rowheader')).toHaveText([...keys, 'Space', '?']);
  await expect(help.getByRole('cell')).toHaveText([
    'Microphone on or off',
    'Camera on or off',
    'Share your screen, or stop',
    'Open or close the chat',
    'Full screen on or off',
    'Next layout',
    'Hold to speak while muted',
    'This list',
  ]);
  await help.getByRole('switch', { name: 'Use keyboard shortcuts', exact: true }).uncheck();
  await button(help, 'Dismiss').click();
  await expect(help).toBeHidden();

  await page.getByRole('region', { name: 'The call', exact: true }).focus();
  await page.keyboard.press('m');
  await page.keyboard.press('?');
  await expect(help).toBeHidden();
  await expect(button(page, 'Mute microphone')).toBeVisible();

  await page.reload();
  await expect(button(page, 'Mute microphone')).toBeVisible();
  await page.getByRole('region', { name: 'The call', exact: true }).focus();
  await page.keyboard.press('m');
  await expect(button(page, 'Mute microphone')).toBeVisible();
  await button(page, 'More').click();
  await button(page, 'Keyboard shortcuts').click();
  await help.getByRole('switch', { name: 'Use keyboard shortcuts', exact: true }).check();
  await button(help, 'Dismiss').click();
  await page.getByRole('region', { name: 'The call', exact: true }).focus();
  await page.keyboard.press('m');
  await expect(button(page, 'Unmute microphone')).toBeVisible();

  await test.step('in Spanish', async () => {
    await post(me.context, 'set_language', { language: 'es', next: '/' });
    await page.reload();
    await button(page, 'Más').click();
    await button(page, 'Atajos de teclado').click();
    const list = page.getByRole('dialog', { name: 'Atajos de teclado', exact: true });
    await expect(list.getByRole('columnheader')).toHaveText(['Tecla', 'Qué hace']);
    await expect(list.getByRole('rowheader')).toHaveText([...keys, 'Espacio', '?']);
    await expect(list.getByRole('cell')).toHaveText([
      'Encender o apagar el micrófono',
      'Encender o apagar la cámara',
      'Compartir la pantalla o dejar de hacerlo',
      'Abrir o cerrar el chat',
      'Entrar en pantalla completa o salir',
      'Siguiente disposición',
      'Mantén pulsada para hablar con el micrófono apagado',
      'Esta lista',
    ]);
  });
});
