import { defineConfig } from '@playwright/test';
import screenshots from './screenshots.config';

/** `npm run picture`: writes docs/screenshot.png, by the program that was built last. */
export default defineConfig({
  ...screenshots,
  projects: screenshots.projects?.map((project) => ({ ...project, name: 'picture', testMatch: ['picture.ts'] })),
});
