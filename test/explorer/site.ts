import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build, preview } from 'vite';
import { chromiumFlags } from '../support/chromium.ts';

export const configFile = fileURLToPath(new URL('../../src/explorer/vite.config.ts', import.meta.url));

export interface Site {
  /** A fresh page at the explorer, the link's state in it, by itself the workbench; what goes wrong in it is added to `errors`. */
  open(link?: string, options?: PageOptions): Promise<Page>;
  readonly errors: string[];
  close(): Promise<void>;
}

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
}

/** Builds the explorer into a folder of its own, serves it on the loopback interface, and starts a browser. */
export async function startSite(executablePath: string): Promise<Site> {
  const outDir = mkdtempSync(join(tmpdir(), 'explorer-'));
  const common = { configFile, logLevel: 'error', build: { outDir, emptyOutDir: true } } as const;
  await build(common);
  const server = await preview({ ...common, preview: { host: '127.0.0.1', port: 0, open: false } });
  const address = server.resolvedUrls!.local[0]!;
  const browser: Browser = await chromium.launch({ executablePath, args: [...chromiumFlags] });
  // One for all pages: they keep nothing in it but what they were served and compiled.
  const context = await browser.newContext();
  const errors: string[] = [];
  return {
    errors,
    async open(link = 'view=workbench', { width = 1280, height = 800, colorScheme = 'light' } = {}) {
      const page = await context.newPage();
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      page.on('pageerror', ({ message }) => errors.push(message));
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      await page.goto(link === '' ? address : `${address}#${link}`);
      const inStory = link === '' || new URLSearchParams(link).has('scene');
      await page.waitForSelector(inStory ? '#story[data-drawn]' : '#map-plot[data-drawn]', {
        state: 'attached',
      });
      return page;
    },
    async close() {
      await browser.close();
      await server.close();
      rmSync(outDir, { recursive: true, force: true });
    },
  };
}
