import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { servePage } from '../../src/cli/servePage.ts';
import { isFresh } from '../support/built.mjs';
import { chromiumFlags } from '../support/chromium.ts';

export const configFile = fileURLToPath(new URL('../../src/explorer/vite.config.ts', import.meta.url));

export interface Site {
  /** A fresh page at the explorer, the link's state in it, by itself the workbench; what goes wrong in it is added to `errors`. */
  open(link?: string, options?: PageOptions): Promise<Page>;
  readonly errors: string[];
  readonly address: string;
  close(): Promise<void>;
}

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly reducedMotion?: 'reduce';
  /** Whether the phase map is computed, a second for each setting that a page shows. */
  readonly map?: boolean;
}

/** Waits until what has changed is drawn. */
export const twoFrames = (page: Page): Promise<unknown> =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

/** Serves the explorer on the loopback interface, from `dist-explorer` or built into a folder of its own, and starts a browser. */
export async function startSite(executablePath: string): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'explorer-'));
  const fresh = isFresh('dist-explorer/index.html');
  if (!fresh) {
    const { build } = await import('vite');
    await build({ configFile, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
  }
  const built = fresh ? fileURLToPath(new URL('../../dist-explorer', import.meta.url)) : folder;
  const server = await servePage(built, 0);
  const { address } = server;
  // At sixty frames in a second: as many as the machine can draw would cost a quarter more of it.
  const browser: Browser = await chromium.launch({ executablePath, args: [...chromiumFlags] });
  // One for all pages: they keep nothing in it but what they were served and compiled. What the service worker does is asked of
  // the page as it is built, in standalone.test.ts; here it would fetch every file once more.
  const context = await browser.newContext({ serviceWorkers: 'block' });
  const errors: string[] = [];
  return {
    errors,
    address,
    async open(
      link = 'view=workbench',
      { width = 1280, height = 800, colorScheme = 'light', reducedMotion, map = false } = {},
    ) {
      const page = await context.newPage();
      if (!map) await page.route(/mapWorker/, (route) => route.fulfill({ contentType: 'text/javascript' }));
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme, ...(reducedMotion && { reducedMotion }) });
      page.on('pageerror', ({ message }) => errors.push(message));
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      await page.goto(link === '' ? address : `${address}#${link}`);
      const inStory = link === '' || new URLSearchParams(link).has('scene');
      // The map of a workbench follows, where it is asked for.
      await page.waitForSelector(inStory ? '#story[data-drawn]' : '#workbench[data-ready]', {
        state: 'attached',
      });
      return page;
    },
    async close() {
      await browser.close();
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
