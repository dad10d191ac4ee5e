import { describe, expect, it } from 'vitest';
import { explanationFigure } from '../../src/cli/explanationFigure.ts';
import { predictionFigure } from '../../src/cli/predictionFigure.ts';
import { robustnessFigure } from '../../src/cli/robustnessFigure.ts';
import { choicePanels } from '../../src/plots/choicePanels.ts';
import { labels, parsed } from './drawn.ts';
import { complaints, placesOf } from './geometry.ts';

const estimate = (value: number) => ({ value, standardError: 0.02, count: 90 });

describe('the pictures of commands', () => {
  it('show predictions over four axes, small and large numbers among them', () => {
    const rows = [150, 600, 2400].flatMap((n) =>
      [60, 300].flatMap((width) =>
        [1e-6, 1e-4].map((lambda) => ({
          ...{ n, width, eps: 0.4, lambda, adversarialRisk: 60 / n + lambda * 1e3 },
          intervals: { adversarialRisk: { low: 40 / n, high: 90 / n } },
        })),
      ),
    );
    const svg = predictionFigure(rows as never);
    expect(complaints(svg)).toEqual([]);
    const words = labels(parsed(svg)).map((label) => label.words);
    expect(words).toEqual(
      expect.arrayContaining(['\\lambda = 10^{-6}', '\\lambda = 10^{-4}', 'adversarial risk']),
    );
  });

  it('show a robustness curve with its bars', () => {
    const curve = [0.1, 0.2, 0.4].map((eps) => ({ eps, risk: estimate(1 + eps) }));
    const of = { attack: 'PGD', norm: 'l2', loss: 'squared', standard: estimate(0.9), curve };
    const svg = robustnessFigure(of as never);
    expect(complaints(svg)).toEqual([]);
    expect(placesOf(parsed(svg)).symbols).toHaveLength(3);
  });

  it('show importance of inputs with long names', () => {
    const importance = Array.from({ length: 40 }, (_, i) => ({
      ...{ name: `an input whose name is longer than there is room ${i}` },
      ...{ clean: estimate(0.5 / (i + 1)), robust: estimate(0.7 / (i + 1)) },
    }));
    expect(complaints(explanationFigure({ importance } as never, 5))).toEqual([]);
  });

  it('show what each choice comes to, with many values and long ones', () => {
    const values = ['random-features', 'linear', '0.000001', 'softplus', 'shifted-relu'].map((label, i) => ({
      ...{ label, y: 1 + i / 10, standardError: 0.05 },
      ...(i === 1 && { chosen: 1.1 }),
    }));
    const svg = choicePanels({
      panels: [
        { title: 'features', values },
        { title: 'activation', values },
        { title: '$\\varepsilon$ in training', values: values.slice(0, 1) },
      ],
      yLabel: 'robust risk at $\\varepsilon_{\\mathrm{test}} = 0.2$',
      legend: {
        values: 'least robust risk with this value',
        chosen: 'chosen',
        bars: 'bars: one standard error',
      },
      guide: 1,
      description: 'choices',
    });
    expect(complaints(svg)).toEqual([]);
  });
});
