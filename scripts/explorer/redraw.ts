/**
 * How long the script of the page takes to hear of a change and to draw it, while each slider moves from end to end, a frame at a time: in the
 * story, and in the workbench with every tool open, three curves pinned, own data and measured points.
 *
 *   npm run explorer:build && npx tsx scripts/explorer/redraw.ts
 */
import type { Page } from 'playwright-core';
import { SCENE_NAMES } from '../../src/explorer/state/scenes.ts';
import { openBuilt } from './built.ts';

/** Positions of a slider, evenly from one end to the other. */
const FRAMES = 40;
const SWEEPS = 3;

const LOADED =
  'psi1=8&psi2=3&pinA=psi1:8~psi2:3&pinB=psi1:8~psi2:3~lambda:0.1&pinC=psi1:8~psi2:3~activation:tanh' +
  '&point=0.5~0.03~0.9~0.04~50~4~4~psi1:1~psi2:3&point=0.4~0.03~0.8~0.04~50~4~4~psi1:8~psi2:3';
const workbenches: readonly (readonly [name: string, link: string])[] = [
  ['as it opens', 'view=workbench'],
  ['all open', LOADED],
  ['all open, along eps', `${LOADED}&axis=eps`],
  ['all open, along the activations', `${LOADED}&axis=activation`],
  ['absolute loss', `${LOADED}&loss=absolute`],
  ['hinge', 'psi1=8&psi2=4&lambda=0.01&loss=hinge'],
  ['logistic', 'psi1=8&psi2=4&lambda=0.01&loss=logistic'],
  ['linf', 'psi1=8&psi2=3&norm=linf&signal=sparse'],
  ['two layers', 'psi1=8&psi2=3&depth=2'],
];

const { browser, address, close } = await openBuilt();

/** Moves a slider from end to end and gives the milliseconds of each redraw. */
const timesOf = (page: Page, id: string): Promise<number[]> =>
  page.evaluate(
    async ([id, frames]) => {
      const slider = document.getElementById(id) as HTMLInputElement;
      const times: number[] = [];
      for (let i = 0; i <= frames; i++) {
        performance.clearMeasures('redraw');
        slider.value = String(Math.round((i / frames) * Number(slider.max)));
        const began = performance.now();
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        const heard = performance.now() - began;
        await new Promise((done) => requestAnimationFrame(done));
        const [redraw] = performance.getEntriesByName('redraw');
        times.push(heard + (redraw?.duration ?? 0));
      }
      return times;
    },
    [id, FRAMES] as const,
  );

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;

async function report(name: string, page: Page, sliders: string): Promise<void> {
  const ids = await page.locator(sliders).evaluateAll((all) => all.map(({ id }) => id));
  for (const id of ids) {
    // The least of several sweeps at each place is the time without what else this machine does.
    const sweeps: number[][] = [];
    for (let i = 0; i < SWEEPS; i++) sweeps.push(await timesOf(page, id));
    const times = sweeps[0]!
      .map((_, i) => Math.min(...sweeps.map((sweep) => sweep[i]!)))
      .sort((a, b) => a - b);
    const [median, p95] = [quantile(times, 0.5), quantile(times, 0.95)].map((time) => time.toFixed(1));
    console.log(`| ${name} | ${id.replace('-slider', '').replace('story-', '')} | ${median} | ${p95} |`);
  }
}

async function open(link: string, ready: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
  await page.goto(`${address}#${link}`);
  await page.waitForSelector(ready, { state: 'attached' });
  // What comes in idle time.
  await page.waitForTimeout(500);
  return page;
}

const only = process.argv[2] ?? '';
console.log('| what is open | slider | median, ms | p95, ms |\n|---|---|---|---|');
for (const scene of SCENE_NAMES.filter((scene) => scene.includes(only))) {
  const page = await open(`scene=${scene}`, '#story[data-drawn]');
  await report(`story: ${scene}`, page, '#story-controls .field:not([hidden]) input[type=range]');
  await page.close();
}
for (const [name, link] of workbenches.filter(([name]) => name.includes(only))) {
  const page = await open(link, '#workbench[data-ready]');
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
  await page.fill('#wanted', '0.6');
  await page.fill(
    '#own-data',
    Array.from({ length: 30 }, (_, i) => `${0.1 * 1.2 ** i}, 0.9, 0.1`).join('\n'),
  );
  await page.click('#own-draw');
  await report(name, page, '#controls .field:not([hidden]) input[type=range]');
  await page.close();
}
await close();
