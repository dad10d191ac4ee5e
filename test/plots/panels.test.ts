import { describe, expect, it } from 'vitest';
import { plainNumber, tickLabel } from '../../src/plots/axes.ts';
import { type PanelFigure, panelFigure } from '../../src/plots/panels.ts';
import { svgToPng } from '../../src/plots/png.ts';
import { labelWidth } from '../../src/plots/texLabels.ts';
import { corners, labels, numberOf, parsed } from './drawn.ts';
import { complaints, placesOf } from './geometry.ts';

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

  it('tells lines without symbols apart by their dashes, in its panel and in the legend', () => {
    const line = (label: string, more = {}) => ({
      ...{ label, colour: `#${label.repeat(6)}`, draw: 'line' as const },
      ...{ points: [1, 2, 4].map((x) => ({ x, y: 1 / x })), ...more },
    });
    const symbols = { ...line('4'), draw: 'symbols' as const };
    const dashesOf = (...series: PanelFigure['panels'][number]['series']) => {
      const root = parsed(panelFigure({ ...figure, guides: [], panels: [{ title: '', series }] }));
      const found = (paths: NodeListOf<Element>) =>
        [...paths].map((path) => path.closest('[stroke-dasharray]')?.getAttribute('stroke-dasharray') ?? '');
      const samples = root.querySelectorAll('g > path[stroke-width="2"][d$="h28"]');
      return [found(root.querySelectorAll('g[aria-label="line"] path')), found(samples)];
    };
    const [drawn, sampled] = dashesOf(line('1'), line('2'), line('3'), line('4'), symbols);
    expect(sampled).toEqual(drawn);
    // Three patterns; the fourth has symbols of its own.
    expect(new Set(drawn!.slice(0, 3)).size).toBe(3);
    expect([drawn![0], drawn![3]]).toEqual(['', '']);
    expect(dashesOf(line('1'), line('2', { dashes: '1,9' }), line('3', { dashed: true }))[0]).toEqual([
      '',
      '1,9',
      '6,4',
    ]);
    expect(dashesOf(line('1'), { ...line('1'), label: 'same colour' })[0]![1]).not.toBe('');
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
  // A row of legend of 22 pixels above 40; the frame is 294 pixels high.
  const [top, bottom] = [62, 62 + 294];
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
    expect(numberOf(root, 'width')).toBe(74 + 3 * 266 + 2 * 24 + 16);
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

  it('stand side by side where symbols would hide each other, the value in the middle', () => {
    const hidden = [0, 1, 2].map((k) => ({
      label: `series ${k}`,
      colour: `#00000${k}`,
      draw: 'symbols' as const,
      points: [
        { x: 10, y: 1 + k / 1000 },
        { x: 50, y: k },
      ],
    }));
    const { root, left, width } = drawn({ panels: [{ title: '', series: hidden }] });
    const dots = [...root.querySelectorAll('g[aria-label="dot"] circle')].map((dot) => numberOf(dot, 'cx'));
    const [one, two, three] = [dots[0]!, dots[2]!, dots[4]!];
    expect(two).toBeCloseTo(left + width / 2, 1);
    // Most of a circle's radius of 4.2 pixels and half its outline, twice.
    expect(two - one).toBeGreaterThan(6);
    expect(three - two).toBeCloseTo(two - one, 6);
    // At 50 they are far apart, and stay.
    expect(dots[3]).toBeCloseTo(dots[1]!, 6);
    expect(dots[5]).toBeCloseTo(dots[1]!, 6);
  });

  it('keep symbols that stand side by side whole within the frame, at both ends of it', () => {
    const crowd = (['circle', 'square', 'triangle', 'diamond', 'star', 'cross'] as const).map((symbol) => ({
      ...{ label: symbol, colour: '#123456', draw: 'symbols' as const, symbol },
      points: [1, 100].map((x) => ({ x, y: 1, standardError: 0.5 })),
    }));
    const { root } = drawn({ panels: [{ title: '', series: crowd }] });
    expect(complaints(root.outerHTML)).toEqual([]);
    const { symbols, rules } = placesOf(root);
    expect(symbols).toHaveLength(12);
    // A bar runs through the middle of each.
    const middles = symbols.map((box) => (box.left + box.right) / 2).sort((a, b) => a - b);
    const bars = rules.map(([{ x }]) => x).sort((a, b) => a - b);
    expect(bars).toHaveLength(12);
    for (const [i, middle] of middles.entries()) expect(bars[i]).toBeCloseTo(middle, 1);
  });

  it('keep words beside points clear of lines, bars, guides and each other, with a thin line to those further away', () => {
    const points = [1, 2, 3, 4, 5].map((k) => ({ x: 10 + k / 4, y: 1, standardError: 1, label: `$${k}$` }));
    const series = [
      { label: 'data', colour: '#d55e00', draw: 'symbols' as const, points },
      {
        label: 'curve',
        colour: '#0072b2',
        draw: 'line' as const,
        points: [1, 100].map((x) => ({ x, y: 1 })),
      },
    ];
    const { root } = drawn({ panels: [{ title: '', series }], guides: [{ axis: 'x', at: 12 }] });
    expect(complaints(root.outerHTML)).toEqual([]);
    const beside = labels(root).filter(({ words }) => ['3', '4'].includes(words));
    expect(beside.length).toBeGreaterThan(0);
    const leaders = [...root.querySelectorAll('path[stroke-width="0.8"]')];
    expect(leaders.length).toBeGreaterThan(0);
    for (const leader of leaders) {
      expect(leader.getAttribute('stroke')).toBe('#d55e00');
      const [from, to] = corners(leader);
      expect(Math.hypot(to![0] - from![0], to![1] - from![1])).toBeGreaterThan(2);
    }
  });

  it('have words beside points only where these cover no other point', () => {
    const at = (x: number, y: number, label: string) => ({ x, y, label });
    const crowd = Array.from({ length: 30 }, (_, i) => at(3 + (i % 6) / 9, Math.floor(i / 6) / 12, `c${i}`));
    const series = [
      { label: 's', colour: 'red', draw: 'symbols' as const, points: [at(30, 2, 'alone'), ...crowd] },
    ];
    const words = labels(drawn({ panels: [{ title: '', series }] }).root).map((label) => label.words);
    expect(words).toContain('alone');
    const found = words.filter((word) => /^c\d/.test(word));
    expect(found.length).toBeLessThan(30);
  });

  it('have numbers of their own at panels with an axis of their own', () => {
    const panel = (yDomain?: [number, number]) => ({ title: '', series: [], ...(yDomain && { yDomain }) });
    const numbers = (panels: PanelFigure['panels']) =>
      labels(drawn({ panels }).root).filter(({ words }) => words === '2').length;
    const [shared, own] = [
      [panel(), panel(), panel()],
      [panel(), panel([0, 2]), panel([0, 2])],
    ].map(numbers);
    // The first, and the first with another axis.
    expect([shared, own]).toEqual([1, 2]);
  });

  it('cannot be found for an axis without length or for no panels', () => {
    const axis = { label: '', scale: 'log', domain: [0, 1] } as const;
    expect(() => drawn({ x: axis })).toThrow('invalid x.domain: [0, 1] (expected two numbers above 0');
    expect(() => drawn({ y: { ...axis, scale: 'linear', domain: [1, 1] } })).toThrow('invalid y.domain');
    expect(() => drawn({ panels: [] })).toThrow('invalid panels');
  });
});

describe('the legend of panelFigure', () => {
  it('names colours, then lines, large and small symbols, and the lines that mark values', () => {
    const point = [{ x: 2, y: 0.5 }];
    const series = ['first', 'second'].flatMap((label, i) => {
      const look = { label, colour: `#00000${i}`, points: point };
      return [
        { ...look, kind: 'small d', draw: 'symbols' as const, emphasis: 'small' as const },
        { ...look, kind: 'large d', draw: 'symbols' as const },
        { ...look, kind: 'theory', draw: 'line' as const },
      ];
    });
    const guides = [
      { axis: 'x' as const, at: 2, label: 'upright' },
      { axis: 'y' as const, at: 100, label: 'out of sight' },
    ];
    const root = parsed(panelFigure({ ...figure, panels: [{ title: 'T', series }], guides }));
    const words = labels(root).map((label) => label.words);
    const legend = words.slice(words.indexOf('first'));
    expect(legend).toEqual(['first', 'second', 'theory', 'large d', 'small d', 'upright']);
  });
});

describe('panelFigure for print', () => {
  const print = (width: number) =>
    parsed(
      panelFigure({
        ...figure,
        panels: [...figure.panels, ...figure.panels],
        width,
        note: 'some words '.repeat(30),
      }),
    );
  const frames = (root: Element) =>
    [...root.querySelectorAll('rect[aria-label="frame"], g[aria-label="frame"] rect')].map((rect) => ({
      left: numberOf(rect, 'x'),
      right: numberOf(rect, 'x') + numberOf(rect, 'width'),
      top: numberOf(rect, 'y'),
    }));

  it.each([
    [84, 2],
    [174, 4],
  ])('has at %s mm %s of four panels in a row, and type of one size', (width, columns) => {
    const root = print(width);
    expect(root.getAttribute('width')).toBe(`${width}mm`);
    const [, , across] = root.getAttribute('viewBox')!.split(' ').map(Number);
    // Numbers at axes are 15 units high: 7.5 points, a point being 25.4 / 72 mm.
    expect(((15 * width) / across! / 25.4) * 72).toBeCloseTo(7.5, 4);
    const found = frames(root);
    expect(new Set(found.map(({ top }) => top)).size).toBe(4 / columns);
    for (const { left, right } of found) {
      expect(left).toBeGreaterThan(60);
      expect(right).toBeLessThan(across!);
    }
  });

  it('keeps its legend and its note within the width', () => {
    const [, , across] = print(84).getAttribute('viewBox')!.split(' ').map(Number);
    for (const { words, x } of labels(print(84)))
      if (!/^[\d.]*$/.test(words) && !/psi|risk|varepsilon/.test(words))
        expect(x + labelWidth(words, 12.5), words).toBeLessThan(across!);
  });

  it.each([
    [
      'title',
      {
        panels: figure.panels.map((panel) => ({
          ...panel,
          title: 'a title of so many words that one line is too small for it',
        })),
      },
    ],
    [
      'name of an axis',
      {
        x: { ...figure.x, label: 'a name of the axis that is longer than the axis of the figure itself is' },
      },
    ],
    [
      'label',
      {
        panels: figure.panels.map(({ title, series }) => ({
          title,
          series: series.map((one) => ({
            ...one,
            label: 'a label that is about as long as a whole row of the legend can ever be',
          })),
        })),
      },
    ],
    ['note', { note: 'and so on '.repeat(60) }],
  ] as const)('finds room for a long %s', (_, changes) => {
    expect(complaints(panelFigure({ ...figure, ...changes, width: 84 }))).toEqual([]);
  });

  it('has 600 dots an inch as PNG, and says so', () => {
    const png = Buffer.from(svgToPng(panelFigure({ ...figure, width: 84 })));
    expect(png.readUInt32BE(16)).toBeCloseTo((84 / 25.4) * 600, -1);
    const at = png.indexOf('pHYs');
    expect(png.readUInt32BE(at + 4)).toBe(Math.round(600 / 0.0254));
  });

  it.each([0, 20, 1000, Number.NaN])('refuses a width of %s mm', (width) => {
    expect(() => panelFigure({ ...figure, width })).toThrow(`invalid width: ${width}`);
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
    const written = [0, 0.3, -2, 50, 15_000, 1e-4, 2.5e5].map(plainNumber);
    expect(written).toEqual(['0', '0.3', '-2', '50', '15000', '1e-4', '2.5e+5']);
    expect([0.3, 1e-4, 2.5e5].map(tickLabel)).toEqual(['0.3', '$10^{-4}$', '$2.5 \\cdot 10^{5}$']);
  });
});
