import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/cells/cell.ts';
import { standardRisk } from '../../src/cells/measure.ts';
import type { FigurePlan, Measured, SurfacePlan } from '../../src/figures/figure.ts';
import { drawFigure } from '../../src/figures/figureDrawing.ts';
import type { FigurePoint, PanelPoints } from '../../src/figures/figurePoints.ts';
import { numberOf, parsed } from '../plots/drawn.ts';

const cells: readonly Cell[] = [];
const kind: Measured = {
  ...{ label: 'simulation', colour: '#123456', symbol: 'circle', emphasis: 'open' },
  spots: [{ x: 1, y: standardRisk, cells }],
};
const curve = (points: readonly (readonly [x: number, y: number])[]) => ({
  ...{ label: 'theory', colour: '#654321' },
  points: points.map(([x, y]) => ({ x, y })),
});
const point = (x: number, value: number, standardError = 0): FigurePoint => ({
  ...{ x, measure: 'SR', d: 10, converged: 1, trainings: 1 },
  y: { simulated: { value, standardError, count: 3 }, theory: value, z: 0, relativeError: 0, agrees: true },
});
const planOf = (changes: Partial<FigurePlan>): FigurePlan => ({
  panels: [],
  x: { label: 'x', scale: 'log' },
  y: { label: 'y', scale: 'linear' },
  guides: [],
  claims: [],
  caption: '',
  ...changes,
});

/** Places as shares of the frame, from its left and from its bottom. */
function drawn(plan: FigurePlan, points: readonly PanelPoints[]) {
  const root = parsed(drawFigure(plan, points, { description: 'places' }));
  const rect = root.querySelector('rect[aria-label="frame"], g[aria-label="frame"] rect')!;
  const across = (x: number): number => (x - numberOf(rect, 'x')) / numberOf(rect, 'width');
  const up = (y: number): number => 1 - (y - numberOf(rect, 'y')) / numberOf(rect, 'height');
  const dots = [...root.querySelectorAll('g[aria-label="dot"] circle')].map((dot) => [
    across(numberOf(dot, 'cx')),
    up(numberOf(dot, 'cy')),
  ]);
  const bars = [...root.querySelectorAll('g[aria-label="rule"] line')].map((bar) =>
    [up(numberOf(bar, 'y1')), up(numberOf(bar, 'y2'))].sort((a, b) => a - b),
  );
  return { root, dots, bars, lines: root.querySelectorAll('g[aria-label="line"] path').length };
}

/** A pixel of a frame of three hundred. */
const PIXEL = 1 / 290;
const near = (found: readonly number[] | undefined, expected: readonly number[]): void => {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(Math.abs(found![i]! - value)).toBeLessThan(PIXEL);
};

describe('the drawing of a figure', () => {
  const panel = {
    title: '',
    curves: [
      curve([
        [1, 1],
        [4, 100],
        [16, 0.1],
      ]),
    ],
    measured: [kind],
  };
  const points = [[[point(2, 1, 0.5), point(8, 2, 0.25)]]];

  it('has two per cent of margin beside all points, and six above and below their bars', () => {
    const { dots, bars } = drawn(planOf({ panels: [panel] }), points);
    // On x from 1 to 16 in the logarithm: a quarter and three quarters of the way. On y the curve is followed up to half as
    // far again as the symbols: to 3. The lower bar ends at 0.5.
    const level = (y: number): number => ((y - 0.5) / (3 - 0.5) + 0.06) / 1.12;
    near(dots[0], [(0.25 + 0.02) / 1.04, level(1)]);
    near(dots[1], [(0.75 + 0.02) / 1.04, level(2)]);
    near(bars[1], [level(1.75), level(2.25)]);
  });

  it('measures its margins in the logarithm where the axis is logarithmic', () => {
    const axes = { x: { label: '', scale: 'linear' }, y: { label: '', scale: 'log' } } as const;
    const { dots } = drawn(planOf({ panels: [panel], ...axes }), points);
    const level = (y: number): number => (Math.log(y / 0.5) / Math.log(6) + 0.06) / 1.12;
    near(dots[0], [(1 / 15 + 0.02) / 1.04, level(1)]);
    near(dots[1], [(7 / 15 + 0.02) / 1.04, level(2)]);
  });

  it('shows all of the curves where nothing is measured', () => {
    const { root } = drawn(planOf({ panels: [{ ...panel, measured: [] }] }), [[]]);
    const rect = root.querySelector('rect[aria-label="frame"], g[aria-label="frame"] rect')!;
    const path = root.querySelector('g[aria-label="line"] path')!.getAttribute('d')!;
    const heights = path
      .match(/-?[\d.]+/g)!
      .map(Number)
      .filter((_, i) => i % 2 === 1);
    const up = heights.map((y) => 1 - (y - numberOf(rect, 'y')) / numberOf(rect, 'height'));
    near(
      up,
      [1, 100, 0.1].map((y) => ((y - 0.1) / 99.9 + 0.06) / 1.12),
    );
  });

  it('joins points by a line of their own where asked', () => {
    const lines = (joined: boolean): number =>
      drawn(planOf({ panels: [{ ...panel, measured: [{ ...kind, joined }] }] }), points).lines;
    expect(lines(true) - lines(false)).toBe(1);
  });

  it('puts the spots of each panel at its height on a surface', () => {
    const surface: SurfacePlan = {
      ...{
        values: [
          [0, 1],
          [1, 2],
        ],
        xDomain: [1, 100],
        yDomain: [0, 2],
        label: 'value',
        pivot: 1,
      },
      ...{ lines: [], heights: [0.5, 1.5] },
    };
    const plan = planOf({ panels: [panel, panel], surface });
    const root = parsed(
      drawFigure(plan, [[[point(10, 1)]], [[point(1, 2), point(100, 0)]]], { description: 'spots' }),
    );
    const dots = [...root.querySelectorAll('g[aria-label="dot"]')[0]!.querySelectorAll('circle')];
    const places = dots.map((dot) => [numberOf(dot, 'cx'), numberOf(dot, 'cy')]);
    expect(places).toHaveLength(3);
    const [low, left, right] = places as [number[], number[], number[]];
    expect(low[0]).toBeCloseTo((left[0]! + right[0]!) / 2, 1);
    expect(left[1]).toBe(right[1]);
    expect(low[1]! - left[1]!).toBeGreaterThan(50);
    // Red above the pivot, blue below it.
    const [, high, deep] = dots.map((dot) => dot.getAttribute('fill')!.match(/\d+/g)!.map(Number));
    expect(high![0]!).toBeGreaterThan(high![2]!);
    expect(deep![2]!).toBeGreaterThan(deep![0]!);
  });

  it('follows a curve to a finite peak, up to four times the greatest value', () => {
    const peak = (height: number) =>
      planOf({
        panels: [
          {
            ...panel,
            curves: [
              curve([
                [1, 1],
                [4, height],
                [16, 1],
              ]),
            ],
          },
        ],
      });
    const level = (y: number, top: number): number => ((y - 0.5) / (top - 0.5) + 0.06) / 1.12;
    near(drawn(peak(8), points).dots[1], [(0.75 + 0.02) / 1.04, level(2, 8)]);
    near(drawn(peak(8.1), points).dots[1], [(0.75 + 0.02) / 1.04, level(2, 3)]);
  });

  it('moves a slope through the middle of the measured points', () => {
    const slope = {
      ...curve([
        [1, 1],
        [4, 0.25],
        [16, 0.0625],
      ]),
      throughMeasured: true,
    };
    const axes = { y: { label: '', scale: 'log' } } as const;
    const measured = [[[point(1, 4), point(16, 1)]]];
    const { root } = drawn(planOf({ panels: [{ ...panel, curves: [slope] }], ...axes }), measured);
    // Factors 4 and 16: 8 times the slope, 8 to 0.5; the axis reaches as far.
    const rect = root.querySelector('rect[aria-label="frame"], g[aria-label="frame"] rect')!;
    const path = root.querySelector('g[aria-label="line"] path')!.getAttribute('d')!;
    const found = path
      .match(/-?[\d.]+/g)!
      .map(Number)
      .filter((_, i) => i % 2 === 1);
    const up = found.map((y) => 1 - (y - numberOf(rect, 'y')) / numberOf(rect, 'height'));
    near(
      up,
      [1, 0.5, 0].map((share) => (share + 0.06) / 1.12),
    );
  });

  it('gives the panels of one name an axis of their own', () => {
    const low = { ...panel, curves: [], yAxis: 'low' };
    const plan = planOf({ panels: [{ ...panel, curves: [] }, low, low] });
    const three = [[[point(2, 100)], []], [[point(2, 1)]], [[point(2, 2)]]] as unknown as PanelPoints[];
    const { dots } = drawn(plan, three);
    expect(dots[2]![1]! - dots[1]![1]!).toBeGreaterThan(0.8);
  });
});
