import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { chromiumPath, fullMedia } from './fixtures/chromium';
import tests from './playwright.config';

/** Where the pictures go: SHOTS, else a folder among the temporary files. */
export const shots = process.env.SHOTS ?? join(tmpdir(), 'speakle-screenshots');

/** `npm run screenshots`: not a test, but it wants the same server, people and browser. */
export default defineConfig({
  ...tests,
  testDir: '.',
  grepInvert: [],
  globalTimeout: 30 * 60_000,
  workers: 1,
  // In place of those of the tests: two configurations that are joined keep the projects of both.
  projects: [
    {
      name: 'screenshots',
      testMatch: ['screenshots.ts', 'screenshots-call.ts', 'screenshots-around.ts', 'screenshots-account.ts', 'screenshots-sign-in.ts'],
      use: { launchOptions: { executablePath: chromiumPath(), args: fullMedia } },
    },
  ],
});
