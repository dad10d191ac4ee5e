import { describe, expect, it } from 'vitest';
import { InvalidArgumentError } from '../../src/errors.ts';
import { svgToPng } from '../../src/plots/png.ts';
import { type SurfaceFigure, surfaceFigure } from '../../src/plots/surface.ts';
import { corners, labels, numberOf, parsed } from './drawn.ts';

// The frame in pixels: 760 x 520 with margins 56 (a row of legend), 132, 58, 78 from the top, clockwise.
const frame = { left: 78, right: 628, top: 56, bottom: 462 };
const share = (from: number, to: number, part: number): number => from + (to - from) * part;

// The value is -1 at the left end, 3 at the right and linear in log x; x runs from 1 to 100.
const figure: SurfaceFigure = {
  values: [0, 1, 2].map(() => [-1, 0, 1, 2, 3]),
  x: { label: 'width $\\psi_1$', scale: 'log', domain: [1, 100] },
  y: { label: 'attack', scale: 'linear', domain: [0, 4] },
  label: 'AR < $\\infty$',
  pivot: 0,
  lines: [
    {
      label: 'first',
      points: [
        { x: 1, y: 0 },
        { x: 10, y: 1 },
      ],
    },
    {
      label: 'second',
      points: [
        { x: 1, y: 4 },
        { x: 1000, y: 4 },
      ],
    },
  ],
  spots: [
    { x: 10, y: 1, value: 3 },
    { x: 1, y: 4, value: 0 },
    { x: 100, y: 0, value: -1 },
  ],
  description: 'A & B over x',
};
const svg = surfaceFigure(figure);
const root = parsed(svg);
const colourOf = (element: Element): number[] => element.getAttribute('fill')!.match(/\d+/g)!.map(Number);

describe('surfaceFigure', () => {
  const spots = [...root.querySelectorAll('g[aria-label="dot"]')[0]!.querySelectorAll('circle')];

  it('places spots on a logarithmic and a linear axis', () => {
    const at = spots.map((spot) => [numberOf(spot, 'cx'), numberOf(spot, 'cy')]);
    // log10 of 10, 1 and 100 over 2; 1, 4 and 0 over 4, upwards.
    const expected = [
      [0.5, 0.25],
      [0, 1],
      [1, 0],
    ].map(([across, up]) => [share(frame.left, frame.right, across!), share(frame.bottom, frame.top, up!)]);
    at.flat().forEach((value, i) => {
      expect(value).toBeCloseTo(expected.flat()[i]!, 1);
    });
  });

  it('colours by the distance from the pivot: the far end in full, none at the pivot', () => {
    const [far, none, low] = spots.map(colourOf) as [number[], number[], number[]];
    // The red end of ColorBrewer's RdBu of eleven classes, #67001f.
    expect(far).toEqual([0x67, 0x00, 0x1f]);
    expect(Math.min(...none)).toBeGreaterThan(235);
    // A third of the way to the blue end: blue, but pale.
    expect(low[2]! - low[0]!).toBeGreaterThan(30);
    expect(low[0]).toBeGreaterThan(80);
  });

  it('ends the contour of a value where the surface has that value', () => {
    const contours = [...root.querySelectorAll('g[aria-label="contour"] path')];
    const middle = (frame.top + frame.bottom) / 2;
    const reached = contours.map((path) =>
      Math.min(
        ...corners(path)
          .filter(([, y]) => Math.abs(y - middle) < 80)
          .map(([x]) => x),
      ),
    );
    // The value 1 is half way, 2 three quarters of the way; both are thresholds.
    for (const part of [0.5, 0.75]) {
      const x = share(frame.left, frame.right, part);
      expect(Math.min(...reached.map((left) => Math.abs(left - x)))).toBeLessThan(0.6);
    }
    expect(contours[0]!.closest('[clip-path]')!.getAttribute('clip-path')).toBe('url(#clip-1)');
  });

  it('breaks the contours below the pivot, for those who see no colours', () => {
    const [, above, below] = [...root.querySelectorAll('g[aria-label="contour"]')];
    const dashes = [above, below].map((group) => group!.innerHTML.includes('stroke-dasharray="3,2"'));
    expect(dashes).toEqual([false, true]);
    const reached = (group: Element | undefined) =>
      [...group!.querySelectorAll('path')].map((path) => Math.min(...corners(path).map(([x]) => x)));
    // The value is that of the pivot a quarter of the way across.
    const pivot = share(frame.left, frame.right, 0.25);
    for (const x of reached(above)) expect(x).toBeGreaterThan(pivot - 1);
    for (const x of reached(below)) expect(x).toBeLessThan(pivot);
    // All values above the pivot: no contour is broken.
    const high = surfaceFigure({
      ...figure,
      values: figure.values.map((row) => row.map((value) => value + 2)),
    });
    expect(high).not.toContain('stroke-dasharray="3,2"');
  });

  it('clips lines at the frame, and tells them apart in the legend by their dashes', () => {
    const lines = [...root.querySelectorAll('g[aria-label="line"] path')];
    expect(lines.map((line) => corners(line).map((point) => point.map(Math.round)))).toEqual([
      [
        [78, 462],
        [353, 361],
      ],
      [
        [78, 56],
        [903, 56],
      ],
    ]);
    for (const line of lines) expect(line.closest('[clip-path]')).not.toBeNull();
    const samples = [...root.querySelectorAll('path[stroke-width="2"]')].filter((path) =>
      path.getAttribute('d')!.endsWith('h28'),
    );
    expect(samples.map((path) => path.getAttribute('stroke-dasharray'))).toEqual(['none', '7,4']);
    const [first, second] = ['first', 'second'].map(
      (words) => labels(root).find((label) => label.words === words)!,
    );
    expect(first!.y).toBe(25);
    expect(second!.x - first!.x).toBeGreaterThan(80);
  });

  it('has the colours of the scale in a bar, its ends at the least and the greatest value', () => {
    const boxes = [...root.querySelectorAll('rect[width="18"]')];
    expect(boxes).toHaveLength(60);
    const [red, , blue] = colourOf(boxes.at(-1)!);
    expect(red! - blue!).toBeGreaterThan(60);
    expect(numberOf(boxes.at(-1)!, 'y')).toBeCloseTo(80, 6);
    expect(numberOf(boxes[0]!, 'y') + numberOf(boxes[0]!, 'height')).toBeCloseTo(462.5, 6);
    // -1 at the bottom, 3 at the top of the bar, and 5 pixels down to the foot of each number.
    const level = (words: string): number => labels(root).findLast((label) => label.words === words)!.y;
    expect(level('-1')).toBeCloseTo(467, 1);
    expect(level('3')).toBeCloseTo(85, 1);
    expect(level('1')).toBeCloseTo((467 + 85) / 2, 1);
  });

  it('says what it shows, in outlines that need no font, and is read by resvg', () => {
    expect(root.getAttribute('aria-label')).toBe('A & B over x');
    expect(labels(root).map(({ words }) => words)).toEqual(
      expect.arrayContaining(['width \\psi_1', 'attack', 'AR < \\infty', '1', '10', '100']),
    );
    expect(svg).not.toMatch(/<text|font-family/);
    expect(svgToPng(svg).length).toBeGreaterThan(1000);
  });

  it('marks the end of its colours where greater values are cut, in the bar and on the surface', () => {
    const cut = parsed(surfaceFigure({ ...figure, cut: 2, spotsLabel: 'measured' }));
    const words = labels(cut).map((label) => label.words);
    expect(words).toEqual(expect.arrayContaining(['> 2', 'measured']));
    // At the vertical axis alone.
    expect(words.filter((word) => word === '3')).toHaveLength(1);
    expect(labels(root).map((label) => label.words)).not.toContain('> 3');
  });

  it('is 84 mm wide for one column, type as large as for two', () => {
    const [one, two] = [84, 174].map((width) => parsed(surfaceFigure({ ...figure, width })));
    expect([one, two].map((svg) => svg!.getAttribute('width'))).toEqual(['84mm', '174mm']);
    const scale = (svg: Element): number =>
      Number.parseFloat(svg.getAttribute('width')!) / Number(svg.getAttribute('viewBox')!.split(' ')[2]);
    expect(scale(one!)).toBeCloseTo(scale(two!), 5);
    expect(() => surfaceFigure({ ...figure, width: 20 })).toThrow('invalid width: 20');
  });

  it('is the same every time', () => {
    expect(surfaceFigure(figure) === svg).toBe(true);
  });

  it.each([
    ['values', { values: [[1, 2]] }],
    ['values', { values: [[1, 2], [3]] }],
    [
      'values',
      {
        values: [
          [1, Number.NaN],
          [3, 4],
        ],
      },
    ],
    ['x.domain', { x: { ...figure.x, domain: [0, 1] } }],
    ['y.domain', { y: { ...figure.y, domain: [2, 1] } }],
    ['y.scale', { y: { ...figure.y, scale: 'sqrt' } }],
  ])('refuses %s that cannot be drawn', (name, changes) => {
    expect(() => surfaceFigure({ ...figure, ...changes } as SurfaceFigure)).toThrow(InvalidArgumentError);
    expect(() => surfaceFigure({ ...figure, ...changes } as SurfaceFigure)).toThrow(`invalid ${name}: `);
  });
});
