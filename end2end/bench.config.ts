import { defineConfig } from '@playwright/test';
import tests from './playwright.config';

/** `script/bench calls`: not a test, but it wants the same server, people and browsers. */
export default defineConfig(tests, {
  testDir: '.',
  testMatch: 'bench.ts',
  grepInvert: [],
  globalTimeout: 30 * 60_000,
  workers: 1,
  use: { trace: 'off', screenshot: 'off' },
});
