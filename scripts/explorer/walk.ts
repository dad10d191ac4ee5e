/**
 * Walks through the built page as a reader would and keeps pictures of what is in sight: the six scenes of the story and
 * every tool of the workbench, at four sizes, light and dark, and by `--sizes 640` enlarged to twice its size. Says where a page
 * scrolls sideways and what the console says.
 *
 *   npm run explorer:build && npx tsx scripts/explorer/walk.ts FOLDER [--sizes 1440,1280,1024,390] [--themes light,dark] [--only pins,check]
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { SCENE_NAMES } from '../../src/explorer/state/scenes.ts';
import { openBuilt } from './built.ts';

/** The last is that of 1280 x 720 enlarged to twice its size. */
const HEIGHTS: Readonly<Record<string, number>> = { 1440: 900, 1280: 720, 1024: 768, 390: 844, 640: 360 };
const USUAL = ['1440', '1280', '1024', '390'];

interface Stop {
  /** the part of the address after # */
  readonly link: string;
  /** what the reader does there */
  act?(page: Page): Promise<void>;
  /** the part of the page to be seen; without one the whole page */
  readonly of?: 'screen' | string;
}

const open = (page: Page, id: string): Promise<void> => page.click(`#${id} summary`);
const done = (page: Page): Promise<unknown> =>
  page.waitForFunction(() => document.querySelector('#check-status')?.textContent?.startsWith('done'), null, {
    timeout: 120_000,
  });

const stops: Readonly<Record<string, Stop>> = {
  ...Object.fromEntries(
    SCENE_NAMES.map((name): [string, Stop] => [`scene-${name}`, { link: `scene=${name}`, of: 'screen' }]),
  ),
  'scene-words': {
    link: 'scene=remedy',
    async act(page) {
      await page.click('.glossary summary');
    },
  },
  'scene-tip': {
    link: 'scene=attack',
    of: 'screen',
    async act(page) {
      await page.focus('.scene[data-scene=attack] .term[data-term=adversarial]');
    },
  },
  workbench: { link: 'view=workbench' },
  'workbench-top': { link: 'view=workbench', of: 'screen' },
  equations: {
    link: 'view=workbench',
    async act(page) {
      await page.click('.values details summary');
    },
  },
  pins: {
    link: 'psi1=8&psi2=3&eps=0.6',
    async act(page) {
      await page.click('#pin');
      await page.fill('#lambda', '0.1');
      await page.click('#pin');
      await page.fill('#eps', '0.2');
      await page.click('#pin');
      await page.selectOption('#activation', 'tanh');
      await page.waitForSelector('#comparison');
    },
  },
  tools: {
    link: 'psi1=20&psi2=3',
    async act(page) {
      await open(page, 'tool-gives');
      await page.fill('#wanted', '0.6');
      await open(page, 'tool-own');
      await page.fill('#own-data', '1, 0.9, 0.1\n2; 0.8\n8 0.7 0.05');
      await page.click('#own-draw');
      await open(page, 'tool-embed');
      await page.click('#table-details summary');
    },
  },
  complaints: {
    link: 'psi1=-2&eps=0.4&colour=blue&point=1~2',
    async act(page) {
      await page.fill('#psi2', '-1');
      await open(page, 'tool-own');
      await page.fill('#own-data', '1, x\n2');
      await page.click('#own-draw');
    },
  },
  preset: {
    link: 'view=workbench',
    of: 'screen',
    async act(page) {
      await page.selectOption('#preset', 'smallest');
    },
  },
  keys: {
    link: 'view=workbench',
    of: '.map',
    async act(page) {
      await page.focus('#map-plot');
      for (const key of ['ArrowUp', 'ArrowUp', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
    },
  },
  pointer: {
    link: 'view=workbench',
    of: '.curves',
    async act(page) {
      await page.focus('#curve-plot');
      for (let i = 0; i < 9; i++) await page.keyboard.press('ArrowLeft');
    },
  },
  check: {
    link: 'psi1=4&psi2=3&eps=0.5&lambda=0.1&d=20&seeds=2&point=0.5~0.03~0.9~0.04~50~4~4~psi1:1',
    async act(page) {
      await page.selectOption('#check-where', 'along');
      await page.click('#check-start');
      await done(page);
    },
  },
  classes: { link: 'psi2=4&lambda=0.01&loss=hinge&flip=0.1' },
  linf: { link: 'psi2=4&eps=0.5&norm=linf&testNorm=l2&signal=sparse&share=0.05' },
  activations: { link: 'axis=activation' },
  depths: { link: 'axis=depth&spectrum=spiked&depth=2' },
  null: { link: 'psi1=1&eps=1.9&axis=eps', of: 'screen' },
  projector: { link: 'screen=projector', of: 'screen' },
  embed: { link: 'screen=embed&axis=lambda', of: 'screen' },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sizes: { type: 'string', default: USUAL.join() },
    themes: { type: 'string', default: 'light,dark' },
    only: { type: 'string' },
  },
});
const folder = positionals[0] ?? 'explorer-pictures';
mkdirSync(folder, { recursive: true });
const wanted = values.only?.split(',');

const { browser, address, close } = await openBuilt();
let flaws = 0;
for (const width of values.sizes.split(',').map(Number))
  for (const theme of values.themes.split(',')) {
    for (const [name, { link, act, of }] of Object.entries(stops)) {
      if (wanted && !wanted.includes(name)) continue;
      const picture = `${name}-${width}-${theme}`;
      const page = await browser.newPage({
        viewport: { width, height: HEIGHTS[width] ?? 800 },
        colorScheme: theme === 'dark' ? 'dark' : 'light',
        reducedMotion: 'reduce',
        // A phone is touched.
        hasTouch: width < 500,
        isMobile: width < 500,
      });
      const complain = (what: string): void => {
        flaws++;
        console.log(`${picture}: ${what}`);
      };
      page.on('pageerror', ({ message }) => complain(message));
      page.on('console', (message) => {
        if (message.type() === 'error') complain(message.text());
      });
      try {
        await page.goto(`${address}#${link}`);
        const inStory = name.startsWith('scene-');
        await page.waitForSelector(inStory ? '#story[data-drawn]' : '#map-plot[data-drawn]', {
          state: 'attached',
        });
        await act?.(page);
        await page.waitForTimeout(150);
        const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (sideways > 0) complain(`scrolls ${sideways} pixels sideways`);
        const path = join(folder, `${picture}.png`);
        // A picture of a whole page is taken as if of a mouse's: where it is touched the screen grows instead.
        const grows = of === undefined && width < 500 && !inStory;
        if (grows)
          await page.setViewportSize({
            width,
            height: await page.evaluate(() => document.body.scrollHeight),
          });
        if (of === undefined || of === 'screen')
          await page.screenshot({ path, fullPage: of === undefined && !grows });
        else await page.locator(of).screenshot({ path });
      } catch (error) {
        complain(String(error).split('\n')[0]!);
      }
      await page.close();
    }
  }
await close();
console.log(`${folder}: ${flaws === 0 ? 'nothing to complain of' : `${flaws} complaints`}`);
process.exitCode = flaws === 0 ? 0 : 1;
