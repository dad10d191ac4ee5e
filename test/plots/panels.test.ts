import { describe, expect, it } from 'vitest';
import { type PanelFigure, panelFigure, plainNumber } from '../../src/plots/panels.ts';
import { svgToPng } from '../../src/plots/png.ts';
import { labelWidth } from '../../src/plots/texLabels.ts';

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
