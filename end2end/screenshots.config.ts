import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import tests from './playwright.config';

/** Where the pictures go: SHOTS, else a folder among the temporary files. */
export const shots = process.env.SHOTS ?? join(tmpdir(), 'speakle-screenshots');

/** `npm run screenshots`: not a test, but it wants the same server, people and browser. */
export default defineConfig(tests, {
  testDir: '.',
  testMatch: ['screenshots.ts', 'screenshots-call.ts'],
  grepInvert: [],
  globalTimeout: 30 * 60_000,
  workers: 1,
});
