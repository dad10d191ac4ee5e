import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asymptoticRisk, randomFeatures } from '../../src/theory/index.ts';
import { isFresh } from '../support/built.mjs';
import { chromiumFlags, provideChromium, underCi } from '../support/chromium.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { configFile } from './site.ts';

const executablePath = provideChromium({
  install: underCi,
  shout: (...lines) => console.warn(lines.map((line) => `* ${line}`).join('\n')),
});
const folder = temporaryFolder(afterAll);
const file = join(folder, 'explorer.html');

beforeAll(async () => {
  // By itself, away from the files of the other build.
  if (isFresh('dist-explorer/explorer.html')) return copyFileSync('dist-explorer/explorer.html', file);
  // As it is built for the package, but not minified, which takes longer.
  const into = { outDir: folder, emptyOutDir: false, minify: false };
  await build({ configFile, mode: 'standalone', logLevel: 'error', build: into });
}, 120_000);

it('the page as one file names no other file', () => {
  const html = readFileSync(file, 'utf8');
  expect(existsSync(join(folder, 'assets'))).toBe(false);
  expect(html).not.toMatch(/<(?:script|link)[^>]* (?:src|href)="(?!data:)/);
});

describe.skipIf(!executablePath)('the page as one file, opened from a folder', () => {
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath!, args: [...chromiumFlags] });
    page = await browser.newPage();
    page.on('pageerror', ({ message }) => errors.push(message));
    await page.goto(`${pathToFileURL(file).href}#psi1=2&psi2=3&eps=0.5&tau=0.5`);
    // The map comes from a worker.
    await page.waitForSelector('#map-plot[data-drawn]');
  }, 60_000);
  afterAll(() => browser.close());

  it('shows the risks of its link', async () => {
    const { standardRisk } = asymptoticRisk(randomFeatures({ psi1: 2 }), { psi2: 3, eps: 0.5, tau: 0.5 });
    expect(await page.textContent('body')).toContain(standardRisk.toFixed(4));
    expect(errors).toEqual([]);
  });

  it('trains models on WebAssembly, which is inside', async () => {
    await page.click('#check-start');
    await page.waitForFunction(() =>
      / on \w/.test(document.getElementById('check-status')?.textContent ?? ''),
    );
    expect(await page.textContent('#check-status')).toContain('WebAssembly');
    expect(errors).toEqual([]);
  }, 60_000);
});
