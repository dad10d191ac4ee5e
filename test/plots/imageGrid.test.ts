import { describe, expect, it } from 'vitest';
import { InvalidArgumentError } from '../../src/errors.ts';
import { type GridImage, imageGrid } from '../../src/plots/imageGrid.ts';
import { labels, numberOf, parsed } from './drawn.ts';

const image = (changes: Partial<GridImage>): GridImage => ({
  height: 2,
  width: 2,
  values: [0, 1, 2, 4],
  colours: 'grey',
  range: [0, 4],
  ...changes,
});
const grid = {
  titles: ['before', 'change'],
  rows: [
    {
      label: 'first',
      images: [image({}), image({ colours: 'signed', range: [-4, 4], values: [-4, 0, 4, 9] })],
    },
    { label: 'second & last', images: [image({}), image({ height: 1, width: 4 })] },
  ],
  description: 'Two "rows" & a < b',
};
const svg = imageGrid(grid);
const root = parsed(svg);
const images = [...root.querySelectorAll('g[shape-rendering]')];
const fills = (i: number): (string | null)[] =>
  [...images[i]!.querySelectorAll('rect')].map((pixel) => pixel.getAttribute('fill'));

describe('imageGrid', () => {
  it('is as large as its rows and columns, and white behind them', () => {
    // Two columns of 130 + 14 pixels after 150 for labels, and 14 at the end; two rows below 34 for the titles.
    expect([numberOf(root, 'width'), numberOf(root, 'height')]).toEqual([
      150 + 2 * 144 + 14,
      34 + 2 * 144 + 14,
    ]);
    expect(root.querySelector('rect')!.getAttribute('fill')).toBe('white');
  });

  it('paints grey in proportion, from white at the low end to black at the high one', () => {
    // Shares 0, 1/4, 1/2 and 1 of the range: 255, 191.25, 127.5 and 0 of each colour.
    expect(fills(0)).toEqual(['#ffffff', '#bfbfbf', '#808080', '#000000']);
  });

  it('paints below the middle blue, above it vermillion, and what lies beyond the range as its end', () => {
    expect(fills(1)).toEqual(['#0072b2', '#ffffff', '#d55e00', '#d55e00']);
  });

  it('places pixels row after row from the top, the longer side 130 pixels long', () => {
    const placed = (i: number): number[][] =>
      [...images[i]!.querySelectorAll('rect')].map((pixel) =>
        ['x', 'y', 'width', 'height'].map((name) => numberOf(pixel, name)),
      );
    expect(placed(0)).toEqual([
      [150, 34, 65, 65],
      [215, 34, 65, 65],
      [150, 99, 65, 65],
      [215, 99, 65, 65],
    ]);
    const second = [294, 326.5, 359, 391.5].map((x) => [x, 178, 32.5, 32.5]);
    expect(placed(3)).toEqual(second);
  });

  it('says its titles, labels and description, whatever characters they hold, without a font', () => {
    expect(labels(root).map(({ words }) => words)).toEqual(['before', 'change', 'first', 'second & last']);
    expect(root.getAttribute('aria-label')).toBe('Two "rows" & a < b');
    expect(svg).toContain('aria-label="Two &quot;rows&quot; &amp; a &lt; b"');
    expect(svg).not.toMatch(/<text|font-family/);
  });

  it('is the same every time', () => {
    expect(imageGrid(grid) === svg).toBe(true);
  });

  it('refuses values that are not one for each pixel', () => {
    const bad = { ...grid, rows: [{ label: '', images: [image({ values: [1, 2, 3] })] }] };
    expect(() => imageGrid(bad)).toThrow(new InvalidArgumentError('values', 3, '2 x 2 values'));
  });
});
