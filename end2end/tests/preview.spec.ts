import { arrive, call, incoming, leave, ring } from '../fixtures/calls';
import { fakeMediaThatAsks, severalDevices } from '../fixtures/chromium';
import { type Asked, asked, expectPickersFollow, keepAsked, neverAsked } from '../fixtures/devices';
import { pairUp } from '../fixtures/http';
import { expectReceiving, received } from '../fixtures/media';
import { button, expectNoSidewaysScroll, field, heading, visit } from '../fixtures/page';
import type { Person } from '../fixtures/people';
import { expect, type OpenOptions, test } from '../fixtures/test';

/** Brings two people to where a call goes on and one of them stands before it, as in a browser that was never asked for a camera. */
async function standBefore(caller: Person, callee: Person): Promise<void> {
  await neverAsked(callee.context);
  await pairUp(caller, callee);
  await visit(callee.page, '/partners');
  await ring(caller, callee.name);
  await button(incoming(callee.page, caller.name), 'Accept').click();
  await arrive(caller.page, callee.name);
  await expect(button(callee.page, 'Join call')).toBeVisible();
}

test('what is switched off before joining is off in the call, and the partner sees so', async ({ enrolled }) => {
  const caller = await enrolled();
  const callee = await enrolled({ speaks: 'English', learns: 'Spanish' });
  await keepAsked(callee.context);
  await standBefore(caller, callee);

  const { page } = callee;
  await button(page, 'Turn camera off').click();
  await expect(page.getByText('Your camera is not on')).toBeVisible();
  await expect(page.getByText(`${caller.name} will hear you and not see you`)).toBeVisible();
  await button(page, 'Join call').click();
  await expect(button(page, 'Leave call')).toBeVisible();
  await expect(button(page, 'Turn camera on')).toBeVisible();
  await expect(button(page, 'Mute microphone')).toBeVisible();
  await expect(caller.page.getByText(`${callee.name}'s camera is off`).first()).toBeVisible();
  await expectReceiving(caller.page, ['energy']);
  expect((await received(caller.page)).frames, 'no picture was ever sent').toBe(0);

  await test.step('the next call begins as this one did, and asks for no camera', async () => {
    await leave(page);
    await visit(page, '/partners');
    const before = (await asked(page)).length;
    await ring(caller, callee.name);
    await button(incoming(page, caller.name), 'Accept').click();
    await arrive(page, caller.name);
    await expect(button(page, 'Turn camera on')).toBeVisible();
    const later: Asked[] = (await asked(page)).slice(before);
    expect(later.some((one) => one.video), 'the camera stays dark').toBe(false);
    expect(later.some((one) => one.audio)).toBe(true);
  });

  await test.step('and a press turns the camera on', async () => {
    await button(page, 'Turn camera on').click();
    await expectReceiving(caller.page, ['frames', 'energy']);
  });

  await test.step('who has turned it on has it on in the next', async () => {
    await leave(page);
    await visit(page, '/partners');
    await ring(caller, callee.name);
    await button(incoming(page, caller.name), 'Accept').click();
    await arrive(page, caller.name);
    await expect(button(page, 'Turn camera off')).toBeVisible();
  });
});

test('with both off one joins to watch and listen only', async ({ enrolled }) => {
  const caller = await enrolled();
  const callee = await enrolled({ speaks: 'English', learns: 'Spanish' });
  await standBefore(caller, callee);

  const { page } = callee;
  await button(page, 'Turn camera off').click();
  await button(page, 'Mute microphone').click();
  const join_ = button(page, 'Join call');
  await expect(join_).toHaveAccessibleDescription(/watch and listen only/);
  await join_.click();
  await expectReceiving(page);
  await expect(caller.page.getByText(`${callee.name}'s camera is off`).first()).toBeVisible();
  await expect(caller.page.getByText(`${callee.name}'s microphone is off`).first()).toBeVisible();

  // A muted microphone sends silence. What the coder makes of that is less than a millionth of a beep of the fake microphone.
  const silence = await received(caller.page);
  expect(silence.frames, 'no picture was ever sent').toBe(0);
  expect(silence.energy, 'no sound was ever heard').toBeLessThan(1e-6);
  await button(page, 'Unmute microphone').click();
  await expect.poll(async () => (await received(caller.page)).energy, 'and a press lets them be heard').toBeGreaterThan(1e-3);
});

test('choices and switches are remembered on this device, and what is plugged in and out can be chosen', async ({ paired, launch }) => {
  test.setTimeout(120_000);
  const [person, partner] = await paired({ as: { in: await launch(severalDevices) } });
  await call(person, partner);
  const room = new URL(person.page.url()).pathname;
  await leave(person.page);

  const { page } = person;
  await visit(page, room);
  const chosen: Record<string, string> = {};
  for (const kind of ['Camera', 'Microphone', 'Speaker']) {
    const picker = field(page, kind);
    await expect(picker.locator('option')).not.toHaveCount(1);
    const last = (await picker.locator('option').last().getAttribute('value')) as string;
    expect(last, `another ${kind} than the one in use`).not.toBe(await picker.inputValue());
    await picker.selectOption(last);
    chosen[kind] = last;
  }
  /** The camera whose picture the preview shows. */
  const previewed = () =>
    page.getByLabel('Preview of your camera').evaluate((video: HTMLVideoElement) => {
      const [track] = (video.srcObject as MediaStream | null)?.getVideoTracks() ?? [];
      return track?.getSettings().deviceId;
    });
  await expect.poll(previewed).toBe(chosen.Camera);
  await test.step('the pickers before a call follow', () => expectPickersFollow(page));

  await page.reload();
  await expect.poll(previewed, 'the camera after a reload').toBe(chosen.Camera);
  for (const [kind, id] of Object.entries(chosen)) {
    await expect(field(page, kind)).toHaveValue(id);
  }
  await button(page, 'Turn camera off').click();
  await expect(button(page, 'Turn camera on')).toBeVisible();

  await visit(page, room);
  await expect(button(page, 'Turn camera on')).toBeVisible();
  await expect(button(page, 'Mute microphone')).toBeVisible();
  for (const [kind, id] of Object.entries(chosen)) {
    await expect(field(page, kind)).toHaveValue(id);
  }

  await test.step('and so is the call', async () => {
    await call(person, partner);
    await expect(button(page, 'Turn camera on')).toBeVisible();
    await expectReceiving(partner.page, ['energy']);
    const sent = (kind: string) =>
      page.evaluate((kind) => {
        const senders = window.__pcs.filter((pc) => pc.connectionState === 'connected').flatMap((pc) => pc.getSenders());
        return senders.map((sender) => sender.track).find((track) => track?.kind === kind && track.readyState === 'live')?.getSettings().deviceId;
      }, kind);
    expect(await sent('audio')).toBe(chosen.Microphone);
    await button(page, 'Turn camera on').click();
    await expectReceiving(partner.page);
    expect(await sent('video')).toBe(chosen.Camera);
    const video = page.getByLabel(`${partner.name}'s video`, { exact: true });
    const sink = () => video.evaluate((element) => (element as HTMLVideoElement & { sinkId: string }).sinkId);
    await expect.poll(sink, 'the partner sounds on the chosen speaker').toBe(chosen.Speaker);
  });

  await test.step('the pickers in a call follow', async () => {
    await button(page, 'More').click();
    await button(page, 'Devices').click();
    await expectPickersFollow(page, page.getByRole('dialog', { name: 'Devices', exact: true }));
    await page.keyboard.press('Escape');
    await expectReceiving(partner.page);
  });
});

test('the meter hears the microphone, and says in words how well', async ({ enrolled }) => {
  const person = await enrolled();
  const { page } = person;
  await visit(page, '/settings/devices');
  const meter = page.getByRole('meter', { name: 'Microphone level' });
  await expect(meter).toHaveAttribute('aria-valuetext', 'Your microphone is off');
  await expect(meter).toHaveAttribute('aria-valuenow', '0');

  // The fake microphone beeps once a second.
  await button(page, 'Unmute microphone').click();
  await expect(meter).toHaveAttribute('aria-valuetext', 'Good level');
  await expect(page.getByText('Good level', { exact: true })).toBeVisible();
  await expect(meter).not.toHaveAttribute('aria-valuenow', '0');
  await expect(meter, 'it falls between two beeps').toHaveAttribute('aria-valuenow', /^[0-5]$/);

  await button(page, 'Mute microphone').click();
  await expect(meter).toHaveAttribute('aria-valuetext', 'Your microphone is off');
});

test('a microphone that hears nothing is said to', async ({ enrolled }) => {
  const person = await enrolled();
  const { page } = person;
  // A source that is there and silent.
  await page.addInitScript(() => {
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      if (!wanted?.audio) {
        return real(wanted);
      }
      return new AudioContext().createMediaStreamDestination().stream;
    };
  });
  await visit(page, '/settings/devices');
  await button(page, 'Unmute microphone').click();
  await expect(page.getByText('Nothing heard', { exact: true })).toBeVisible();
  await expect(page.getByText(/choose another microphone/)).toBeVisible();
});

test('the speaker is tested on the one that was chosen, by a sound that plays to its end', async ({ enrolled }) => {
  const person = await enrolled();
  const { page } = person;
  type Heard = { sound: string; sink: string; seconds: number };
  await page.addInitScript(() => {
    const heard: Heard[] = [];
    Object.assign(window, { __heard: heard });
    const { play } = HTMLMediaElement.prototype;
    HTMLMediaElement.prototype.play = function (this: HTMLMediaElement & { sinkId: string }) {
      const note = () => heard.push({ sound: new URL(this.src).pathname, sink: this.sinkId, seconds: this.currentTime });
      this.addEventListener('playing', note);
      this.addEventListener('ended', note);
      return play.call(this);
    };
  });
  await visit(page, '/settings/devices');
  await button(page, 'Unmute microphone').click();
  const speakers = field(page, 'Speaker');
  await expect(speakers.locator('option')).not.toHaveCount(1);
  const id = (await speakers.locator('option').last().getAttribute('value')) as string;
  await speakers.selectOption(id);
  await button(page, 'Test speaker').click();
  await expect(page.getByText(/four notes/)).toBeVisible();
  await expect(page.getByText('Did you hear it?')).toBeVisible();
  await expect(page.getByText(/turn up the volume/)).toBeVisible();
  const [begun, ended] = await page.evaluate(() => (window as unknown as { __heard: Heard[] }).__heard);
  expect(begun).toMatchObject({ sound: '/sounds/speaker-test.wav', sink: id });
  expect(ended).toMatchObject({ sound: '/sounds/speaker-test.wav', sink: id });
  expect(ended?.seconds, 'all four notes').toBeGreaterThan(2);
});

test('a speaker that cannot play is said to', async ({ enrolled }) => {
  const person = await enrolled();
  const { page } = person;
  await page.addInitScript(() => {
    HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException('', 'NotSupportedError'));
  });
  await visit(page, '/settings/devices');
  await button(page, 'Test speaker').click();
  await expect(page.getByText(/could not be played on this speaker/)).toBeVisible();
});

test('nothing is on before the person switches it on, and everything is off when they go', async ({ enrolled }) => {
  const person = await enrolled();
  await keepAsked(person.context);
  const { page } = person;
  await visit(page, '/settings/devices');
  await expect(heading(page, 'Camera and sound')).toBeVisible();
  expect(await asked(page)).toEqual([]);

  await button(page, 'Turn camera on').click();
  await expect(page.getByText('Your camera is not on')).toBeHidden();
  const size = () => page.getByLabel('Preview of your camera').evaluate((video: HTMLVideoElement) => video.videoWidth);
  await expect.poll(size, 'a picture arrives').toBeGreaterThan(0);
  expect(await asked(page)).toEqual([{ audio: false, video: true }]);

  const track = await page.evaluateHandle(() => {
    const video = document.querySelector('video') as HTMLVideoElement;
    return (video.srcObject as MediaStream).getVideoTracks()[0] as MediaStreamTrack;
  });
  await page.getByRole('link', { name: 'Appearance' }).click();
  await expect(heading(page, 'Appearance')).toBeVisible();
  await expect.poll(() => track.evaluate((one) => one.readyState)).toBe('ended');
});

test('pickers follow what is plugged in and out', async ({ enrolled }) => {
  const { page } = await enrolled();
  await visit(page, '/settings/devices');
  await button(page, 'Turn camera on').click();
  await button(page, 'Unmute microphone').click();
  await expectPickersFollow(page);
});

test('a chosen camera that is gone is replaced, and both are named', async ({ enrolled }) => {
  const person = await enrolled();
  const { page } = person;
  await page.addInitScript(() => {
    localStorage.setItem('speakle.camera', 'gone');
    localStorage.setItem('speakle.camera-name', 'Desk camera');
  });
  await visit(page, '/settings/devices');
  await button(page, 'Turn camera on').click();
  const said = page.getByText(/“Desk camera” that you chose is not to be had\. “fake.*” is used instead/i);
  await expect(said).toBeVisible();
  await button(page, 'All right').click();
  await expect(said).toBeHidden();
});

test('preview and page of devices fit a phone of 320 pixels', async ({ enrolled, launch }) => {
  const as: OpenOptions = { in: await launch(fakeMediaThatAsks), permissions: [], viewport: { width: 320, height: 480 } };
  const caller = await enrolled();
  const callee = await enrolled({ speaks: 'English', learns: 'Spanish', as });
  await standBefore(caller, callee);
  await expectNoSidewaysScroll(callee.page);
  await expect(button(callee.page, 'Try again')).toBeVisible();
  await visit(callee.page, '/settings/devices');
  await expectNoSidewaysScroll(callee.page);
});
