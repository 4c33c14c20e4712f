import { join } from 'node:path';
import { button, visit } from './fixtures/page';
import { expectBothReceiving } from './fixtures/media';
import { post, signIn, startCall } from './fixtures/http';
import type { Person } from './fixtures/people';
import { ana as herPicture, ben as hisPicture, pose } from './fixtures/portraits';
import { expect, test } from './fixtures/test';

// The picture of the README: a call between two of the demo people.
test.use({ demoPeople: 60 });

test('a picture of a call', async ({ open, quiet }) => {
  quiet.allow(/.*/);
  const demo = async (name: string, drawing: string): Promise<Person> => {
    const { context, page } = await open({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce', colorScheme: 'light' });
    await pose(context, drawing);
    const person = { name, email: '', password: 'speakle-demo', speaks: '', learns: '', level: '', context, page };
    await signIn(context, person);
    return person;
  };
  const [ana, ben] = [await demo('ana', herPicture), await demo('ben', hisPicture)];
  await visit(ben.page, '/partners');
  const room = await post<string>(ben.context, 'accept_call', { invitation: await startCall(ana, ben) });
  for (const { page } of [ana, ben]) {
    await visit(page, `/call/${room}`);
    await button(page, 'Join call').click();
  }
  const { page } = ana;
  await expectBothReceiving(page, ben.page);
  // Until the line is known, a picture is sent small.
  const partner = page.getByLabel("Ben Carter's video", { exact: true });
  await expect.poll(() => partner.evaluate((video) => (video as HTMLVideoElement).videoWidth), { timeout: 60_000 }).toBe(1280);
  await expect.poll(() => page.locator('.toast').count(), { timeout: 30_000 }).toBe(0);
  await page.mouse.move(640, 400);
  await page.screenshot({ path: join(__dirname, '..', 'docs', 'screenshot.png'), animations: 'disabled' });
});
