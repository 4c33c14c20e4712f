import { defineConfig } from '@playwright/test';
import { chromiumPath, fakeMedia, shellPath } from './fixtures/chromium';
import type { ServerOptions } from './fixtures/test';

/** `script/test --long` adds the tests that mostly wait. */
const long = process.env.SPEAKLE_LONG === '1';

/** What a browser without its own interface does not have: leave that can be refused, news of the system, windows, captured tabs. */
const needWindow = /\/(call-devices|offline|preview|push|screen-sharing)\.spec\.ts$/;

export default defineConfig<object, ServerOptions>({
  testDir: './tests',
  outputDir: './test-results',
  forbidOnly: Boolean(process.env.CI),
  grepInvert: long ? undefined : /@long/,
  // A test that passes on a second try has found something: it counts as failed.
  retries: 0,
  // A call is two encoders and two decoders; each worker has a server of its own and holds one call at a time.
  workers: Number(process.env.WORKERS ?? 2),
  timeout: 90_000,
  globalTimeout: (long ? 70 : 52) * 60_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
  use: {
    locale: 'en-GB',
    timezoneId: 'Europe/Madrid',
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    // The browser has been asked before, so that calls join at once; tests of the first time take these away.
    permissions: ['camera', 'microphone'],
    // TRACE=1 keeps what led to a failure. Without it a run takes a tenth less; pictures of every moment would cost as much as the calls do.
    trace: process.env.TRACE === '1' ? { mode: 'retain-on-failure', screenshots: false } : 'off',
    screenshot: 'only-on-failure',
  },
  // Most tests need no more of a browser than its pages.
  projects: [
    { name: 'chromium', testMatch: needWindow, use: { launchOptions: { executablePath: chromiumPath(), args: fakeMedia } } },
    {
      name: 'shell',
      testIgnore: needWindow,
      // What a page asks through its service worker, no test could stand in for (`page.route`): it is for the tests with windows.
      use: { serviceWorkers: 'block', launchOptions: { executablePath: shellPath(), args: fakeMedia } },
    },
  ],
});
