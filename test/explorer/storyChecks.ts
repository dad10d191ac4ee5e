import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromLink } from '../../src/explorer/state/link.ts';
import { SCENE_NAMES, type SceneName, stateOf } from '../../src/explorer/state/scenes.ts';
import { marked } from '../../src/explorer/story/marked.ts';
import { sentences } from '../../src/explorer/story/sentences.ts';
import { whole } from '../support/sizes.ts';
import { violationsOn } from './axe.ts';
import { type Site, twoFrames } from './site.ts';

const PHONE = { width: 390, height: 844 } as const;

/** The story in a browser. One page walks it from beginning to end. */
export function storyChecks(site: () => Site): void {
  describe('the story', () => {
    let page: Page;
    beforeAll(async () => {
      page = await site().open('', { width: 1280, height: 720, map: true });
    });
    afterAll(() => page?.close());

    const inScene = (scene: SceneName) =>
      page.waitForFunction(
        (name) => document.querySelector<HTMLElement>('#story')?.dataset.drawn === name,
        scene,
      );
    const goTo = async (scene: SceneName): Promise<void> => {
      await page.click(`.scene-nav [data-scene=${scene}]`);
      await inScene(scene);
    };
    const live = async (scene: SceneName): Promise<string> =>
      plain(await page.innerText(`[data-live=${scene}]`));

    it('is what opens, at its first scene, and comes with less than 150 kB', async () => {
      await inScene('training');
      expect(await live('training')).toBe(plain(textOf('training')));
      const files = await page.evaluate(async () => {
        const asked = performance.getEntriesByType('resource').map(({ name }) => name);
        const all = [
          window.location.href.split('#')[0]!,
          ...asked.filter((name) => !name.startsWith('data:')),
        ];
        return Promise.all(
          all.map(async (name) => {
            const file = await (await fetch(name)).blob();
            const compressed = file.stream().pipeThrough(new CompressionStream('gzip'));
            // Fonts are compressed as they are.
            return Math.min(file.size, (await new Response(compressed).arrayBuffer()).byteLength);
          }),
        );
      });
      expect(files.length).toBeGreaterThanOrEqual(4);
      expect(files.reduce((sum, bytes) => sum + bytes)).toBeLessThan(150_000);
    });

    it('goes from scene to scene by arrow keys, which sliders keep to themselves', async () => {
      for (const scene of SCENE_NAMES.slice(1)) {
        await page.keyboard.press('ArrowRight');
        await inScene(scene);
        expect(await live(scene)).toBe(plain(textOf(scene)));
        expect(await page.getAttribute(`.scene-nav [data-scene=${scene}]`, 'aria-current')).toBe('step');
      }
      await page.keyboard.press('ArrowLeft');
      await inScene('null');
      const before = Number(await page.inputValue('#story-eps'));
      await page.focus('#story-eps-slider');
      await page.keyboard.press('ArrowLeft');
      await expect.poll(async () => Number(await page.inputValue('#story-eps'))).toBeLessThan(before);
      expect(await page.getAttribute('#story', 'data-drawn')).toBe('null');
    });

    it('says the numbers of what is set, links to it, and hands it to the workbench', async () => {
      await goTo('curse');
      await page.fill('#story-eps', '0.2');
      const settings = { ...stateOf('curse').settings, eps: 0.2 };
      await expect.poll(() => live('curse')).toBe(plain(textOf('curse', settings)));
      await page.waitForFunction(() => window.location.hash === '#scene=curse&eps=0.2');
      await page.click('#to-workbench');
      await page.waitForSelector('#map-plot[data-drawn]');
      expect(await page.isVisible('#story')).toBe(false);
      expect(fromLink(new URL(page.url()).hash.slice(1)).state.settings).toEqual(settings);
      expect(Number(await page.inputValue('#eps'))).toBe(0.2);
      await page.goBack();
      await inScene('curse');
      expect(await page.isVisible('#workbench')).toBe(false);
      expect(await page.inputValue('#story-eps')).toBe('0.2');
    });

    it('follows the scroll', async () => {
      await page.evaluate(() =>
        window.scrollTo(0, document.querySelector<HTMLElement>('.scene[data-scene=why]')!.offsetTop - 40),
      );
      await inScene('why');
      expect(await page.isVisible('#story-plot .curve.worst')).toBe(true);
      // Also from below the last scene, where the words are.
      const end = await page.evaluate(() => {
        document.querySelector<HTMLDetailsElement>('.glossary')!.open = true;
        window.scrollTo(0, document.documentElement.scrollHeight);
        return window.scrollY;
      });
      await inScene('remedy');
      await twoFrames(page);
      expect(await page.evaluate(() => window.scrollY)).toBe(end);
      await page.evaluate(() => window.scrollTo(0, 0));
      await inScene('training');
    });

    it('draws as many features as N/d says, and none of the read-out where it is 0', async () => {
      await goTo('attack');
      for (const [psi1, units] of [
        ['0.5', 3],
        ['2', 12],
        ['5', 30],
      ] as const) {
        await page.fill('#story-psi1', psi1);
        await expect.poll(() => page.locator('#network .feature').count()).toBe(units);
      }
      expect(await page.locator('#network .move').count()).toBe(6);
      expect(await page.locator('#network .example').count()).toBe(18);
      expect(await page.locator('#network .readout.zero').count()).toBe(0);
      await goTo('null');
      await expect.poll(() => page.locator('#network .readout.zero').count()).toBe(1);
    });

    it('is set by drawing along its plot', async () => {
      await goTo('curse');
      const { x, y, width, height } = (await page.locator('#story-plot').boundingBox())!;
      await page.mouse.move(x + 0.3 * width, y + 0.4 * height);
      await page.mouse.down();
      await page.mouse.move(x + 0.5 * width, y + 0.4 * height);
      await page.mouse.up();
      await expect.poll(async () => Number(await page.inputValue('#story-psi1'))).toBeLessThan(10);
      expect(await live('curse')).toBe(plain(textOf('curse')));
      const marked = (await page.locator('#story-plot .dot.adversarial').boundingBox())!;
      expect(Math.abs(marked.x + marked.width / 2 - (x + 0.5 * width))).toBeLessThan(3);
    });

    it('explains its terms where they are pointed at or focused, and takes the words away', async () => {
      await goTo('attack');
      const term = page.locator('.scene[data-scene=attack] .term[data-term=adversarial]');
      const words = (await page.textContent('#term-adversarial'))!;
      await term.focus();
      expect(await page.textContent('#term-tip')).toBe(words);
      expect(await page.isVisible('#term-tip')).toBe(true);
      await page.keyboard.press('Escape');
      expect(await page.isVisible('#term-tip')).toBe(false);
      await term.evaluate((element: HTMLElement) => element.blur());
      await term.hover();
      expect(await page.isVisible('#term-tip')).toBe(true);
      expect(await term.getAttribute('aria-describedby')).toBe('term-adversarial');
      await page.mouse.move(2, 2);
      expect(await page.isVisible('#term-tip')).toBe(false);
      const terms = await page.$$eval('.term', (all) =>
        all.map((one) => one.getAttribute('aria-describedby')),
      );
      for (const id of terms) expect(await page.locator(`#${id}`).count()).toBe(1);
    });

    it('has the formula and the button of "check it" in sight on a projector', async () => {
      await page.click('#to-workbench');
      await page.waitForSelector('#workbench[data-ready]');
      for (const place of ['#formula', '#check-start']) {
        const { y, height } = (await page.locator(place).boundingBox())!;
        expect(y + height).toBeLessThanOrEqual(720);
      }
    });
  });

  describe('on a phone', () => {
    let page: Page;
    beforeAll(async () => {
      // Without the motion between two scenes, which the story on a laptop has.
      page = await site().open('', { ...PHONE, colorScheme: 'dark', reducedMotion: 'reduce' });
    });
    afterAll(() => page?.close());

    /** The edges of a plot, and of each control that a selector finds, when the control has been scrolled into sight. */
    const edgesBeside = (plot: string, controls: string): Promise<number[]> =>
      page.evaluate(
        ([plot, controls]) =>
          [...document.querySelectorAll(controls)].flatMap((control) => {
            (control as Element & { scrollIntoViewIfNeeded(): void }).scrollIntoViewIfNeeded();
            return [document.querySelector(plot)!, control].flatMap((one) => {
              const { top, bottom } = one.getBoundingClientRect();
              return [top, bottom];
            });
          }),
        [plot, controls] as const,
      );
    const expectInSight = (edges: readonly number[]): void => {
      expect(edges.length).toBeGreaterThan(0);
      expect(Math.min(...edges)).toBeGreaterThanOrEqual(-1);
      expect(Math.max(...edges)).toBeLessThanOrEqual(PHONE.height + 1);
    };
    /** Whether a plot is whole and in sight while any of the controls is. */
    const bothInSight = async (plot: string, controls: string): Promise<void> =>
      expectInSight(await edgesBeside(plot, `${controls} .field:not([hidden]) input[type=range]`));

    it('keeps the picture of each scene in sight while its controls move', async () => {
      for (const scene of SCENE_NAMES) {
        await page.click(`.scene-nav [data-scene=${scene}]`);
        await page.waitForFunction(
          (name) => document.querySelector<HTMLElement>('#story')?.dataset.drawn === name,
          scene,
        );
        // The page has scrolled to the words of the scene.
        const { y, height } = (await page.locator('#story-plot').boundingBox())!;
        expectInSight([y, y + height]);
        await bothInSight('#story-plot', '#story-controls');
        expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
      }
    });

    it('begins a scene beneath the picture where it comes by its link', async () => {
      const linked = await site().open('scene=null', PHONE);
      const gap = () =>
        linked.evaluate(() => {
          const box = (of: string): DOMRect => document.querySelector(of)!.getBoundingClientRect();
          return box('.scene[data-scene=null]').top - box('.stage').bottom;
        });
      // Those above it are filled in one after the other.
      await linked.waitForFunction(() =>
        [...document.querySelectorAll('.live')].every((one) => one.textContent !== ''),
      );
      await expect.poll(async () => Math.abs((await gap()) - 16)).toBeLessThan(2);
      // Enlarged to twice its size on a laptop, text and plot are beside each other; on paper nothing stays on top.
      await linked.setViewportSize({ width: 640, height: 360 });
      const [text, plot] = await Promise.all(
        ['.scene[data-scene=null]', '#story-plot'].map((of) => linked.locator(of).boundingBox()),
      );
      expect(text!.x + text!.width).toBeLessThanOrEqual(plot!.x);
      await linked.emulateMedia({ media: 'print' });
      expect(await linked.locator('.stage').evaluate((one) => getComputedStyle(one).position)).toBe('static');
      await linked.close();
    });

    it('has nothing serious to say against the story', async () => {
      await page.locator('.glossary').evaluate((element) => element.setAttribute('open', ''));
      expect(await violationsOn(page)).toEqual([]);
      if (!whole) return;
      await page.click('#theme');
      expect(await violationsOn(page)).toEqual([]);
    });

    it('keeps the curves of the workbench in sight while any control moves', async () => {
      await page.click('#to-workbench');
      await page.waitForSelector('#workbench[data-ready]');
      await bothInSight('#curve-plot', '#controls');
    });
  });
}

const textOf = (scene: SceneName, settings = stateOf(scene).settings): string =>
  marked(sentences(scene, settings))
    .map(({ text }) => text)
    .join('');

/** Text without what only its typesetting adds. */
const plain = (text: string): string => text.replace(/\s+/g, '').replace(/[₁]/g, '1');
