import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { servePage } from '../../src/cli/servePage.ts';
import { preview } from '../../src/explorer/build/preview.ts';
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
const LINK = 'psi1=2&psi2=3&eps=0.5&tau=0.5&d=12&seeds=2';
const linked = () => asymptoticRisk(randomFeatures({ psi1: 2 }), { psi2: 3, eps: 0.5, tau: 0.5 });

beforeAll(async () => {
  if (isFresh('dist-explorer/explorer.html')) {
    cpSync('dist-explorer', folder, { recursive: true });
    return;
  }
  // As it is built for the package, but not minified, which takes longer.
  const into = { outDir: folder, emptyOutDir: false, minify: false };
  const { build } = await import('vite');
  await build({ configFile, logLevel: 'error', build: into });
}, 120_000);

it('the page as one file names no other file', () => {
  const html = readFileSync(file, 'utf8');
  expect(html).not.toMatch(/<(?:script|link)[^>]* (?:src|href)="(?!data:)/);
  expect(html).not.toMatch(/url\(["']?(?!data:|#)[^)]*assets/);
});

it('a link to the page has a picture, at the address that the host gives', () => {
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  const [, path] = /<meta property="og:image" content="([^"]+)"/.exec(html)!;
  const png = readFileSync(join(folder, path!));
  const size = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const said = ['width', 'height'].map((name) =>
    Number(new RegExp(`og:image:${name}" content="(\\d+)"`).exec(html)![1]),
  );
  expect(size).toEqual(said);
  const { handler } = preview('https://example.org/curse/').transformIndexHtml as unknown as {
    handler(page: string): { html: string };
  };
  expect(handler(html).html).toContain(
    `og:image" content="https://example.org/curse/${path!.replace('./', '')}"`,
  );
});

describe.skipIf(!executablePath)('the built page', () => {
  let browser: Browser;
  let server: Awaited<ReturnType<typeof servePage>>;
  /** The same server under a name that is not this machine's own, as a page on a static host. */
  let host: string;
  const errors: string[] = [];
  const watched = (page: Page): Page => page.on('pageerror', ({ message }) => errors.push(message));
  const trains = async (page: Page): Promise<void> => {
    await page.click('#check-start');
    await page.waitForFunction(() =>
      /^done|failed/.test(document.getElementById('check-status')?.textContent ?? ''),
    );
    expect(await page.textContent('#check-status')).toMatch(/^done .* WebAssembly/);
  };
  beforeAll(async () => {
    server = await servePage(folder, 0);
    host = server.address.replace('127.0.0.1', 'explorer.test');
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: [
        ...chromiumFlags,
        '--host-resolver-rules=MAP explorer.test 127.0.0.1',
        `--unsafely-treat-insecure-origin-as-secure=${new URL(host).origin}`,
      ],
    });
  }, 60_000);
  afterAll(() => browser.close());

  it('opens from a folder, as one file that shows the risks of its link and trains', async () => {
    const page = watched(await browser.newPage());
    // The page of many files, opened from a folder, leads to it.
    await page.goto(`${pathToFileURL(join(folder, 'index.html')).href}#${LINK}`);
    // The map comes from a worker.
    await page.waitForSelector('#map-plot[data-drawn]');
    expect(page.url()).toContain('explorer.html#psi1=2');
    expect(await page.textContent('#standard-risk')).toBe(linked().standardRisk.toFixed(4));
    expect(await page.evaluate(() => document.fonts.check('16px Main'))).toBe(true);
    await trains(page);
    expect(errors).toEqual([]);
    await page.close();
  }, 60_000);

  describe('from a server', () => {
    let context: BrowserContext;
    let page: Page;
    beforeAll(async () => {
      context = await browser.newContext();
      page = watched(await context.newPage());
      // Nobody looks at the map before the last of these.
      await page.route(/mapWorker/, (route) => route.fulfill({ contentType: 'text/javascript' }));
    });
    afterAll(() => context.close());

    it('keeps nothing in the browser when this machine serves it, and removes what was kept', async () => {
      await page.goto(server.address);
      await page.waitForSelector('#story[data-drawn]');
      const kept = (): Promise<number> =>
        page.evaluate(async () => {
          const workers = await navigator.serviceWorker.getRegistrations();
          return workers.length + (await caches.keys()).length;
        });
      expect(await kept()).toBe(0);
      await page.evaluate(async () => {
        await navigator.serviceWorker.register('serviceWorker.js');
        await navigator.serviceWorker.ready;
      });
      expect(await kept()).toBe(2);
      await page.reload();
      await expect.poll(kept, { timeout: 10_000 }).toBe(0);
      expect(errors).toEqual([]);
    }, 60_000);

    it('exports pinned curves, own data and points of its link with a key to each', async () => {
      await page.goto(
        `${server.address}#psi1=8&psi2=3&pinA=psi1:8~psi2:3~lambda:0.1&point=0.5~0.1~0.9~0.1~50~4~4~psi1:1`,
      );
      await page.click('#tool-own summary');
      await page.fill('#own-data', '1 0.9 0.1');
      await page.click('#own-draw');
      const file = async (kind: string): Promise<string> => {
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.click(`[aria-label="${kind} of the risk curves"]`),
        ]);
        return readFileSync(await download.path(), 'utf8');
      };
      const words = (await file('SVG')).replace(/<\/text><text[^>]*>/g, ' ').replace(/<[^>]*>/g, '');
      const command =
        'A: npx -p robust-random-features rrf theory curve --psi2 3 --eps 0.3 --lambda 0.1 --tau 0.2 --grid psi1=0.1:100:61:log';
      for (const part of ['A, theory', 'measured elsewhere', 'own data', command])
        expect(words).toContain(part);
      expect(words).not.toContain('trained models');

      const lines = (await file('CSV')).split('\n');
      expect(lines).toContain(`# ${command}`);
      const pinned = lines.map((line) => line.split(',')).filter(([, source]) => source === 'theory A');
      const [psi1, , standardRisk] = pinned[40]!.map(Number);
      const problem = { psi2: 3, eps: 0.3, lambda: 0.1, tau: 0.2 };
      const risk = asymptoticRisk(randomFeatures({ psi1: psi1! }), problem);
      // The solver's own accuracy: the two start from different neighbours.
      expect(Math.abs(standardRisk! / risk.standardRisk - 1)).toBeLessThan(1e-9);
      expect(lines.filter((line) => line.includes(',measured elsewhere,'))).toHaveLength(1);
      expect(errors).toEqual([]);
    }, 60_000);

    it('shows a newer page as soon as there is one, and what it had when the server is gone', async () => {
      await page.unroute(/mapWorker/);
      await page.goto(host);
      await page.waitForSelector('#story[data-drawn]');
      await page.evaluate(async () => {
        await navigator.serviceWorker.ready;
      });
      const index = join(folder, 'index.html');
      const html = readFileSync(index, 'utf8');
      const title = await page.title();
      writeFileSync(index, html.replace('<title>', '<title>Newer: '));
      await page.reload();
      expect(await page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
      expect(await page.title()).toBe(`Newer: ${title}`);

      await server.close();
      await page.goto(`${host}#${LINK}`);
      await page.reload();
      expect(await page.title()).toBe(title);
      await page.waitForSelector('#map-plot[data-drawn]');
      expect(await page.textContent('#standard-risk')).toBe(linked().standardRisk.toFixed(4));
      await trains(page);
      expect(errors).toEqual([]);
      await page.close();
    }, 60_000);

    it('keeps no more than its worker needs, and every file of it is there', () => {
      const source = readFileSync(join(folder, 'serviceWorker.js'), 'utf8');
      const files = JSON.parse(/, (\[[^\]]*\])\);\s*$/.exec(source)![1]!) as string[];
      for (const name of files) expect(existsSync(join(folder, name))).toBe(true);
      const all = readdirSync(join(folder, 'assets'));
      // Those of graphics processors and the picture of links are fetched when they are wanted.
      expect(files.length).toBeLessThan(all.length);
      expect(files.filter((name) => name.endsWith('.wasm'))).toHaveLength(1);
    });
  });
});
