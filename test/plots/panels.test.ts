import { describe, expect, it } from 'vitest';
import { plainNumber } from '../../src/plots/axes.ts';
import { type PanelFigure, panelFigure } from '../../src/plots/panels.ts';
import { svgToPng } from '../../src/plots/png.ts';
import { labelWidth } from '../../src/plots/texLabels.ts';
import { labels, numberOf, parsed } from './drawn.ts';

const figure: PanelFigure = {
  panels: [0, 0.5].map((eps) => ({
    title: `$\\varepsilon = ${eps}$`,
    series: [
      { label: 'theory', colour: '#0072B2', draw: 'line', points: [1, 2, 4].map((x) => ({ x, y: 1 / x })) },
      {
        label: 'simulation, $d = 50$',
        colour: '#0072B2',
        draw: 'symbols',
        points: [{ x: 2, y: 0.5, standardError: 0.05 }],
      },
    ],
  })),
  x: { label: 'width $\\psi_1$', scale: 'log', domain: [1, 4] },
  y: { label: 'risk', scale: 'linear', domain: [0, 1.2] },
  description: 'Risk against width',
  guides: [{ axis: 'x', at: 2 }],
};

describe('panelFigure', () => {
  const svg = panelFigure(figure);

  it('holds outlines instead of texts, so that it needs no font', () => {
    expect(/<text|font-family/.test(svg)).toBe(false);
    expect(svg.match(/aria-label="theory"/g)).toHaveLength(1);
    expect(svg.includes('aria-label="Risk against width"')).toBe(true);
  });

  it('breaks a line that is to be dashed, in its panel and in the legend', () => {
    const dashes = (drawn: string) => drawn.match(/stroke-dasharray="6,4"/g)?.length ?? 0;
    const broken = figure.panels.map(({ title, series }) => ({
      title,
      series: series.map((one) => ({ ...one, dashed: true })),
    }));
    expect(dashes(svg)).toBe(0);
    expect(dashes(panelFigure({ ...figure, panels: broken }))).toBe(3);
  });

  it('draws a circle for each point and one in the legend', () => {
    expect(svg.match(/<circle/g)).toHaveLength(3);
  });

  it('is the same picture every time, in SVG and in PNG', () => {
    expect(panelFigure(figure) === svg).toBe(true);
    const png = svgToPng(svg);
    expect(Buffer.compare(svgToPng(svg), png)).toBe(0);
    expect(new DataView(png.buffer, png.byteOffset).getUint32(16)).toBe(
      2 * Number(/width="(\d+)"/.exec(svg)![1]),
    );
  });
});

describe('the places of panelFigure', () => {
  const drawn = (changes: Partial<PanelFigure>) => {
    const points = [
      { x: 10, y: -1, standardError: 0.5 },
      { x: 1, y: 2, standardError: 3 },
      { x: 100, y: Number.POSITIVE_INFINITY },
    ];
    const root = parsed(
      panelFigure({
        panels: [
          {
            title: 'same',
            series: [
              { label: 'data', colour: '#123456', draw: 'symbols', points },
              { label: 'curve', colour: '#654321', draw: 'line', points: [...points, { x: 100, y: 3 }] },
            ],
          },
        ],
        x: { label: 'x', scale: 'log', domain: [1, 100] },
        y: { label: 'y', scale: 'linear', domain: [-2, 3] },
        description: 'places',
        ...changes,
      }),
    );
    const rect = root.querySelector('rect[aria-label="frame"], g[aria-label="frame"] rect')!;
    const [left, width] = [numberOf(rect, 'x'), numberOf(rect, 'width')];
    return { root, left, width };
  };
  // Two rows of legend of 22 pixels above 40; the frame is 350 - 56 pixels high.
  const [top, bottom] = [84, 84 + 294];
  const level = (y: number): number => bottom - ((bottom - top) * (y + 2)) / 5;

  it('are those of the values, on a logarithmic and a linear axis', () => {
    const { root, left, width } = drawn({});
    const dots = [...root.querySelectorAll('g[aria-label="dot"] circle')];
    const at = dots.flatMap((dot) => [numberOf(dot, 'cx'), numberOf(dot, 'cy')]);
    [left + width / 2, level(-1), left, level(2)].forEach((value, i) => {
      expect(at[i]).toBeCloseTo(value, 1);
    });
    // The infinite value is left out of the symbols, and breaks the line before its last point.
    expect(dots).toHaveLength(2);
    expect(root.querySelector('g[aria-label="line"] path')!.getAttribute('d')!.match(/M/g)).toHaveLength(2);
  });

  it('let error bars reach one standard error to both sides, also of negative values', () => {
    const bars = [...drawn({}).root.querySelectorAll('g[aria-label="rule"] line')];
    const ends = bars.flatMap((bar) => [numberOf(bar, 'y1'), numberOf(bar, 'y2')].sort((a, b) => b - a));
    [level(-1.5), level(-0.5), level(-1), level(5)].forEach((value, i) => {
      expect(ends[i]).toBeCloseTo(value, 1);
    });
  });

  it('have long ticks at numbers, and short ones at the other multiples of powers of ten', () => {
    const ticks = [...drawn({}).root.querySelectorAll('g[aria-label="x-axis tick"]')];
    const [short, long] = ticks.map((group) => group.querySelectorAll('path').length);
    // 1, 2, 5, 10, 20, 50 and 100 have numbers; of 1 .. 9, 10 .. 90 and 100 that leaves twelve.
    expect([short, long]).toEqual([12, 7]);
  });

  it('keep panels apart that have the same title', () => {
    const panel = { title: 'same', series: [] };
    const { root } = drawn({ panels: [panel, panel, panel] });
    const titles = labels(root).filter(({ words }) => words === 'same');
    expect(titles).toHaveLength(3);
    expect(numberOf(root, 'width')).toBe(74 + 3 * 290 + 16);
  });

  it('leave out a series and a guide that lie beyond the axes, which resvg could not draw', () => {
    const series = (['line', 'symbols'] as const).map((draw) => ({
      label: draw,
      colour: 'red',
      draw,
      points: [2, 3].map((x) => ({ x, y: 10 })),
    }));
    const { root } = drawn({ panels: [{ title: 'empty', series }], guides: [{ axis: 'y', at: 10 }] });
    expect(root.querySelector('[clip-path]')).toBeNull();
    expect(svgToPng(root.outerHTML).length).toBeGreaterThan(1000);
  });

  it('cannot be found for an axis without length or for no panels', () => {
    const axis = { label: '', scale: 'log', domain: [0, 1] } as const;
    expect(() => drawn({ x: axis })).toThrow('invalid x.domain: [0, 1] (expected two numbers above 0');
    expect(() => drawn({ y: { ...axis, scale: 'linear', domain: [1, 1] } })).toThrow('invalid y.domain');
    expect(() => drawn({ panels: [] })).toThrow('invalid panels');
  });
});

describe('labelWidth', () => {
  it('grows with the label and in proportion to the font size', () => {
    expect(labelWidth('$\\psi_1 = N/d$', 15)).toBeGreaterThan(labelWidth('$\\psi_1$', 15));
    expect(labelWidth('risk', 30)).toBeCloseTo(2 * labelWidth('risk', 15), 10);
  });
});

describe('plainNumber', () => {
  it('writes ticks as people do, zero included', () => {
    expect([0, 0.3, -2, 50, 1e-4, 2e5].map(plainNumber)).toEqual(['0', '0.3', '-2', '50', '1e-4', '2e+5']);
  });
});
