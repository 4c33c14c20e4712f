import { defineConfig } from '@playwright/test';
import { fullMedia, shellPath } from './fixtures/chromium';
import tests from './playwright.config';

/** `script/bench calls`: not a test, but it wants the same server, people and browsers. */
export default defineConfig({
  ...tests,
  testDir: '.',
  grepInvert: [],
  globalTimeout: 30 * 60_000,
  workers: 1,
  use: { ...tests.use, trace: 'off', screenshot: 'off' },
  // In place of those of the tests: two configurations that are joined keep the projects of both.
  projects: [{ name: 'bench', testMatch: 'bench.ts', use: { launchOptions: { executablePath: shellPath(), args: fullMedia } } }],
});
