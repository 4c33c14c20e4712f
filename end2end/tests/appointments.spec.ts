import ICAL from 'ical.js';
import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { article, button, choose, expectNoSidewaysScroll, field, heading, hydrated, visit } from '../fixtures/page';
import type { Person } from '../fixtures/people';
import { expect, test } from '../fixtures/test';

const MADRID = { as: { timezoneId: 'Europe/Madrid' } };
const NEW_YORK = { as: { timezoneId: 'America/New_York' } };

/** `2027-03-11`, so many days after another day. */
function day(of: string, more = 0): string {
  const date = new Date(`${of}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + more);
  return date.toISOString().slice(0, 10);
}

/** The Thursday before clocks change in New York; they do in Madrid two weeks later. A year ahead at most. */
function beforeTheClocksChange(): string {
  const of = (year: number) => {
    const first = new Date(Date.UTC(year, 2, 1)).getUTCDay();
    const secondSunday = 1 + ((7 - first) % 7) + 7;
    return day(`${year}-03-${String(secondSunday).padStart(2, '0')}`, -3);
  };
  const now = new Date();
  const thisYear = of(now.getUTCFullYear());
  return thisYear > day(now.toISOString().slice(0, 10), 1) ? thisYear : of(now.getUTCFullYear() + 1);
}

/** What a clock shows at a moment. */
function clock(at: Date, timeZone: string): string {
  return at.toLocaleTimeString('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
}

/** On the page to propose a time. */
async function ownTime(page: Page, date: string, time: string): Promise<void> {
  await field(page, 'Day').fill(date);
  await field(page, 'Time').fill(time);
}

async function proposeTo(me: Person, partner: Person, date: string, time: string, weekly = false): Promise<void> {
  await visit(me.page, `/partners/${partner.name}`);
  await me.page.getByRole('link', { name: 'Propose a time', exact: true }).click();
  await expect(heading(me.page, `When would you like to talk with ${partner.name}?`)).toBeVisible();
  await ownTime(me.page, date, time);
  if (weekly) {
    await field(me.page, 'Every week at this time').check();
  }
  await field(me.page, 'What about? (optional)').fill('The subjunctive');
  await button(me.page, 'Propose this time').click();
  await expect(heading(me.page, 'Appointments')).toBeVisible();
  await expect(article(me.page, partner.name)).toBeVisible();
}

async function fetched(page: Page, path: string): Promise<ICAL.Component> {
  const answer = await page.context().request.get(path);
  expect(answer.status(), path).toBe(200);
  return new ICAL.Component(ICAL.parse(await answer.text()));
}

/** The first times of the only appointment in a calendar, as the parser expands them. */
function times(calendar: ICAL.Component, count: number): Date[] {
  for (const zone of calendar.getAllSubcomponents('vtimezone')) {
    ICAL.TimezoneService.register(zone);
  }
  const event = new ICAL.Event(calendar.getAllSubcomponents('vevent')[0] as ICAL.Component);
  if (!event.isRecurring()) {
    return [event.startDate.toJSDate()];
  }
  const series = event.iterator();
  return Array.from({ length: count }, () => (series.next() as ICAL.Time).toJSDate());
}

test('a series is proposed and accepted, each by their own clock, and stays at its hour when the clocks change', async ({ paired }) => {
  const [ana, ben] = await paired(MADRID, NEW_YORK);
  const first = beforeTheClocksChange();
  await visit(ben.page, '/appointments');
  await proposeTo(ana, ben, first, '18:00', true);
  await expect(article(ana.page, ben.name)).toContainText('18:00–18:30');
  await expect(article(ana.page, ben.name)).toContainText(`12:00 for ${ben.name}`);

  // It stands on his page without a reload, by his clock.
  const asked = article(ben.page, ana.name);
  await expect(asked).toContainText('12:00–12:30');
  await expect(asked).toContainText(`18:00 for ${ana.name}`);
  await expect(asked).toContainText('Every week');
  await expect(asked).toContainText('The subjunctive');
  await button(asked, 'Accept').click();
  await expect(ben.page.getByText('It is settled. Both of you will be reminded.')).toBeVisible();
  await expect(ana.page.getByRole('heading', { name: 'Coming up', exact: true })).toBeVisible();

  // A week later New York has summer time and Madrid has not: Madrid's clock counts, whose proposal it was.
  const another = await asked.getByRole('link', { name: 'Another time', exact: true }).getAttribute('href');
  const of = new URL(another as string, 'http://localhost');
  const planned = Number(of.searchParams.get('day'));
  for (const [weeks, text] of [
    [0, '12:00–12:30'],
    [1, '13:00–13:30'],
    [3, '12:00–12:30'],
  ] as const) {
    await visit(ben.page, `${of.pathname.replace('move', 'cancel')}?day=${planned + 7 * weeks}`);
    await expect(ben.page.getByRole('main'), `${weeks} weeks later`).toContainText(text);
  }

  // A calendar of another make reads the same.
  await visit(ben.page, '/appointments');
  const link = article(ben.page, ana.name).getByRole('link', { name: 'Add to calendar', exact: true });
  const file = times(await fetched(ben.page, (await link.getAttribute('href')) as string), 5);
  expect(file.map((at) => at.toISOString().slice(0, 10))).toEqual([0, 7, 14, 21, 28].map((more) => day(first, more)));
  for (const at of file) {
    expect(clock(at, 'Europe/Madrid')).toBe('18:00');
  }
  expect(file.map((at) => clock(at, 'America/New_York'))).toEqual(['12:00', '13:00', '13:00', '12:00', '12:00']);

  // It is what comes next on the page of the partnership, and at home.
  await visit(ana.page, `/partners/${ben.name}`);
  await expect(ana.page.getByRole('main')).toContainText(/Next talk: Thursday \d+ March.*18:00/);
  await visit(ana.page, '/');
  await expect(article(ana.page, ben.name).first()).toContainText('18:00');
});

test('another time is asked for, and what stands stands until both want it; then it is cancelled', async ({ paired }) => {
  const [ana, ben] = await paired(MADRID, MADRID);
  const date = day(new Date().toISOString().slice(0, 10), 3);
  await proposeTo(ana, ben, date, '10:00');
  await visit(ben.page, '/appointments');
  await button(article(ben.page, ana.name), 'Accept').click();
  await expect(ben.page.getByText('It is settled. Both of you will be reminded.')).toBeVisible();

  await article(ben.page, ana.name).getByRole('link', { name: 'Another time', exact: true }).click();
  await expect(heading(ben.page, `Another time with ${ana.name}`)).toBeVisible();
  await ownTime(ben.page, date, '11:15');
  await choose(field(ben.page, 'How long'), '1 hour');
  await button(ben.page, 'Ask for this time').click();
  await expect(heading(ben.page, 'Appointments')).toBeVisible();
  const card = article(ana.page, ben.name);
  await expect(card).toContainText('10:00–10:30');
  await expect(card).toContainText(/asks for another time: .*11:15–12:15/);
  await button(card, 'Accept').click();
  await expect(card).toContainText('11:15–12:15');
  await expect(card).not.toContainText('asks for another time');
  await expect(article(ben.page, ana.name)).toContainText('11:15–12:15');

  await card.getByRole('link', { name: 'Cancel', exact: true }).click();
  await expect(heading(ana.page, `Cancel the appointment with ${ben.name}?`)).toBeVisible();
  await button(ana.page, 'Cancel the appointment').click();
  for (const { page } of [ana, ben]) {
    await expect(page.getByText('No appointments yet')).toBeVisible();
  }
});

test('times at which both have time are offered', async ({ paired }) => {
  const [ana, ben] = await paired(MADRID, NEW_YORK);
  for (const [page, name] of [
    [ana.page, 'Wednesday, 20:00'],
    [ben.page, 'Wednesday, 14:00'],
  ] as const) {
    await visit(page, '/settings/profile');
    await page.getByRole('checkbox', { name, exact: true }).check({ force: true });
    await button(page, 'Save profile').click();
    await expect(page.getByText('Profile saved')).toBeVisible();
  }
  await visit(ana.page, `/appointments/propose?to=${ben.name}`);
  // Within two weeks of a change of the clocks in one country alone the hours may not meet.
  const offered = ana.page.getByRole('radio', { name: /^20:00/ }).first();
  const meet = clock(new Date(Date.now() + 6 * 86_400_000), 'Europe/Madrid').slice(0, 2);
  const there = clock(new Date(Date.now() + 6 * 86_400_000), 'America/New_York').slice(0, 2);
  test.skip((Number(meet) - Number(there) + 24) % 24 !== 6, 'the clocks of the two are not six hours apart this week');
  await offered.check({ force: true });
  await button(ana.page, 'Propose this time').click();
  await expect(article(ana.page, ben.name)).toContainText('20:00–20:30');
  await expect(article(ana.page, ben.name)).toContainText(`14:00 for ${ben.name}`);
});

test('it all works without JavaScript, and calendars fetch at an address of one’s own', async ({ paired, open }) => {
  const [ana, ben] = await paired(MADRID, MADRID);
  const plain = async (person: Person) =>
    (await open({ javaScriptEnabled: false, storageState: await person.context.storageState() })).page;
  const [anas, bens] = [await plain(ana), await plain(ben)];
  await anas.goto(`/appointments/propose?to=${ben.name}`);
  await ownTime(anas, '2020-01-01', '10:00');
  await field(anas, 'What about? (optional)').fill('The subjunctive');
  await button(anas, 'Propose this time').click();
  await expect(anas.getByText('Choose a time that has not passed.')).toBeVisible();
  await expect(field(anas, 'What about? (optional)'), 'what was typed stays').toHaveValue('The subjunctive');
  const date = day(new Date().toISOString().slice(0, 10), 4);
  await ownTime(anas, date, '10:00');
  await button(anas, 'Propose this time').click();
  await expect(article(anas, ben.name)).toContainText('10:00–10:30');
  await bens.goto('/appointments');
  await button(article(bens, ana.name), 'Accept').click();
  await expect(article(bens, ana.name).getByRole('link', { name: 'Add to calendar', exact: true })).toBeVisible();

  await button(bens, 'Make an address').click();
  const address = await bens.locator('#calendar-address').innerText();
  const calendar = await fetched(bens, new URL(address).pathname);
  expect(times(calendar, 1).map((at) => clock(at, 'Europe/Madrid'))).toEqual(['10:00']);
  await button(bens, 'Remove the address').click();
  await expect(button(bens, 'Make an address')).toBeVisible();
  expect((await bens.context().request.get(new URL(address).pathname)).status()).toBe(404);

  await article(bens, ana.name).getByRole('link', { name: 'Cancel', exact: true }).click();
  await button(bens, 'Cancel the appointment').click();
  await expect(bens.getByText('No appointments yet')).toBeVisible();
});

for (const width of [390, 1280]) {
  test(`the pages are accessible and fit at ${width} pixels`, async ({ paired }) => {
    const as = { viewport: { width, height: 844 }, timezoneId: 'Europe/Madrid' };
    const [ana, ben] = await paired({ as }, NEW_YORK);
    await proposeTo(ana, ben, day(new Date().toISOString().slice(0, 10), 5), '18:00');
    for (const path of ['/appointments', `/appointments/propose?to=${ben.name}`]) {
      await visit(ana.page, path);
      await hydrated(ana.page);
      await expectNoSidewaysScroll(ana.page);
      await expectAccessible(ana.page);
    }
  });
}
