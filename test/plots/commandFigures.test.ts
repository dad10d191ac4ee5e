import { describe, expect, it } from 'vitest';
import { explanationFigure } from '../../src/cli/explanationFigure.ts';
import { predictionFigure } from '../../src/cli/predictionFigure.ts';
import { robustnessFigure } from '../../src/cli/robustnessFigure.ts';
import { curveFigure } from '../../src/cli/theory/curveFigure.ts';
import { surfaceFigure } from '../../src/cli/theory/surfaceFigure.ts';
import { tuneFigure } from '../../src/cli/tuneFigure.ts';
import { worstExamplesFigure } from '../../src/cli/worstExamplesFigure.ts';
import { choicePanels } from '../../src/plots/choicePanels.ts';
import { COLUMN_WIDTHS } from '../../src/plots/paper.ts';
import { labels, parsed } from './drawn.ts';
import { complaints, placesOf } from './geometry.ts';

const estimate = (value: number) => ({ value, standardError: 0.02, count: 90 });
const wordsIn = (svg: string): string[] => labels(parsed(svg)).map(({ words }) => words);

/** On screens and in one column of a page a picture is as wide as was asked, and a reader complains of nothing. */
function drawnAtEachWidth(draw: (look: { width?: number }) => string): string[] {
  return [{}, { width: COLUMN_WIDTHS[1] }].map((look: { width?: number }) => {
    const svg = draw(look);
    expect(complaints(svg), `width ${look.width}`).toEqual([]);
    if (look.width) expect(parsed(svg).getAttribute('width')).toBe(`${look.width}mm`);
    return svg;
  });
}

/** Predictions over four axes, small and large numbers among them. */
const predictions = [150, 600, 2400].flatMap((n) =>
  [60, 300].flatMap((width) =>
    [1e-6, 1e-4].map((lambda) => ({
      ...{ n, width, eps: 0.4, lambda, adversarialRisk: 60 / n + lambda * 1e3 },
      intervals: { adversarialRisk: { low: 40 / n, high: 90 / n } },
    })),
  ),
);

describe('the pictures of commands', () => {
  it('show predictions over four axes, and state what they are held at', () => {
    const [svg] = drawnAtEachWidth((look) => predictionFigure(predictions as never, look));
    expect(wordsIn(svg!)).toEqual(
      expect.arrayContaining([
        '\\lambda = 10^{-6}',
        '\\lambda = 10^{-4}',
        'adversarial risk',
        '\\varepsilon = 0.4, by Gaussian equivalence, no theorem',
      ]),
    );
  });

  it('show a robustness curve with its bars, of a loss and of what the attack succeeds in', () => {
    const curve = [0.1, 0.2, 0.4].map((eps) => ({ eps, risk: estimate(1 + eps), success: estimate(eps) }));
    const of = { attack: 'pgd', norm: 'l2', loss: 'squared', standard: estimate(0.9), curve };
    const units = 'standard deviations of the inputs';
    const [svg] = drawnAtEachWidth((look) =>
      robustnessFigure(of as never, { units, accuracy: true, ...look }),
    );
    expect(placesOf(parsed(svg!)).symbols).toHaveLength(6);
    expect(wordsIn(svg!)).toEqual(expect.arrayContaining(['squared loss', 'accuracy', 'mean over 90 rows']));
  });

  it('show whole bars where the loss is a margin, which may be below zero', () => {
    const curve = [0, 0.5].map((eps) => ({ eps, risk: estimate(eps - 0.9), success: null }));
    const of = { attack: 'pgd', norm: 'linf', loss: 'margin', standard: estimate(-0.9), curve };
    const root = parsed(robustnessFigure(of as never, { units: "the inputs' own units" }));
    const { frames, rules } = placesOf(root);
    const bars = rules.filter(([from, to]) => from.x === to.x);
    expect(bars).toHaveLength(2);
    for (const { y } of bars.flat()) {
      expect(y).toBeGreaterThan(frames[0]!.top);
      expect(y).toBeLessThan(frames[0]!.bottom);
    }
  });

  it('show importance of inputs with long names', () => {
    const importance = Array.from({ length: 40 }, (_, i) => ({
      ...{ name: `an input whose name is longer than there is room ${i}` },
      ...{ clean: estimate(0.5 / (i + 1)), robust: estimate(0.7 / (i + 1)) },
    }));
    const told = {
      ...{ importance, clean: estimate(0.4), eps: 0.2, norm: 'linf', loss: 'squaredHinge' },
      units: 'standard deviations of the inputs',
    };
    drawnAtEachWidth((look) => explanationFigure(told as never, 5, look));
  });

  it('show what each choice comes to, with many values and long ones', () => {
    const values = ['random-features', 'linear', '0.000001', 'softplus', 'shifted-relu'].map((label, i) => ({
      ...{ label, y: 1 + i / 10, standardError: 0.05 },
      ...(i === 1 && { chosen: 1.1 }),
    }));
    const [screen, column] = drawnAtEachWidth((look) =>
      choicePanels({
        ...look,
        panels: [
          { title: 'features', values },
          { title: 'activation', values },
          { title: '$\\varepsilon$ in training', values: values.slice(0, 1) },
        ],
        yLabel: 'robust risk at $\\varepsilon_{\\mathrm{test}} = 0.2$',
        legend: {
          values: 'least robust risk with this value',
          chosen: 'chosen',
          guide: 'least of all',
        },
        guide: 1,
        note: 'bars: one standard error',
        description: 'choices',
      }),
    );
    const tops = (svg: string): number =>
      new Set(placesOf(parsed(svg)).frames.map(({ top }) => Math.round(top))).size;
    expect([tops(screen!), tops(column!)]).toEqual([1, 2]);
  });

  it('show a choice of tuning with its settings, and nine radii in one column', () => {
    const radii = Array.from({ length: 9 }, (_, i) => 0.125 * i);
    const scores = radii.map((eps, i) => ({
      candidate: {
        model: 'linear',
        width: null,
        activation: null,
        clip: null,
        loss: 'square',
        eps,
        lambda: 1,
      },
      ...{ robust: { ...estimate(0.6 + 0.01 * (i - 4) ** 2), count: 3 }, blocks: [0.5, 0.6, 0.7] },
      ...{ fault: null, doubts: [] },
    }));
    const split = { scores, chosen: scores[5], least: scores[4] };
    const settings = {
      ...{ measure: 'loss', epsTest: 0.5, norm: 'l2', by: 'folds', folds: 10, rule: 'one-standard-error' },
    };
    const tuning = { splits: [split], settings, training: { rows: { train: 300 } } };
    drawnAtEachWidth((look) => tuneFigure(tuning as never, look));
  });

  it('show images beside what an attack made of them', () => {
    const examples = [0.001234, 12.5].map((cleanLoss) => ({
      ...{ cleanLoss, loss: 40 * cleanLoss, x: [0, 0.5, 1, 0.2], attacked: [0.1, 0.4, 1, 0.3] },
    }));
    const attack = { name: 'pgd', settings: { norm: { name: 'linf' } } };
    drawnAtEachWidth((look) =>
      worstExamplesFigure(examples as never, attack as never, { eps: 0.1, size: [2, 2], ...look }),
    );
  });

  it('show curves and surfaces of the theory with the settings, and where colours are cut', () => {
    const at = [0.5, 1, 2, 4];
    const note = 'asymptotic theory: $n/d = 2$, $\\tau = 0.2$, shifted-relu, attack in $\\ell_\\infty$';
    const rows = at.map((psi1) => ({ psi1, adversarialRisk: 1 + psi1, standardRisk: 1 }));
    const axis = { parameter: 'psi1', values: at, scale: 'log', even: true } as const;
    drawnAtEachWidth((look) =>
      curveFigure(rows, axis as never, ['adversarialRisk', 'standardRisk'], { note, ...look }),
    );
    const risks = [0, 1].map((j) => at.map((psi1) => ({ adversarialRisk: j === 1 ? psi1 : Infinity })));
    const upwards = { parameter: 'eps', values: [0, 1], scale: 'linear', even: true } as const;
    const [svg] = drawnAtEachWidth((look) =>
      surfaceFigure({ risks } as never, [axis as never, upwards as never], 'adversarialRisk', {
        ...{ nothing: 1, note, ...look },
      }),
    );
    // Colours end at 2.2 times the risk of predicting nothing.
    expect(wordsIn(svg!)).toContain('> 2.2');
  });
});
