import { adversarialRisk } from '../cells/measure.ts';
import { bestLambda, gridValues, infiniteWidthRisk, randomFeatures } from '../theory/index.ts';
import { type Curve, type Figure, isBelow } from './figure.ts';
import { AR_AXIS, around, baseSettings, cellsOf, lookOf, panelOf, squareAt, WIDTH_AXIS } from './shared.ts';

const AR = adversarialRisk();

/** With the best ridge penalty the adversarial risk falls with width. */
export const regularisation: Figure = {
  name: 'regularisation',
  summary: 'adversarial risk against width for several ridge penalties: with the best lambda it falls',
  defaults: { ...baseSettings, psi1: [0.5, 1, 2, 4, 8], lambda: [0, 0.03, 0.3], method: 'exact' },
  quick: { psi1: [1, 5], lambda: [0, 0.3], d: [40], testRows: 1000 },
  varies: ['psi1', 'lambda'],

  plan(settings) {
    const { psi1, lambda, tau } = settings;
    const [psi2, eps, activation] = [settings.psi2[0]!, settings.epsilons[0]!, settings.activations[0]!];
    const best = (width: number) =>
      bestLambda(randomFeatures({ psi1: width, activation }), { psi2, eps, tau });
    const [widest, weakest, strongest] = [Math.max(...psi1), Math.min(...lambda), Math.max(...lambda)];
    const penalties = panelOf(
      `$\\varepsilon = ${eps}$`,
      settings,
      lambda.map((value) => ({
        label: `$\\lambda = ${value}$`,
        measure: AR,
        along: around(psi1, 6),
        at: psi1,
        argsAt: (width) => ({ psi1: width, lambda: value }),
      })),
    );
    const bestCurve: Curve = {
      label: 'best $\\lambda$ of each width',
      colour: lookOf(lambda.length).colour,
      dashed: true,
      points: around(psi1, 6, 40).map((width) => ({ x: width, y: best(width).risk.adversarialRisk })),
    };
    return {
      x: WIDTH_AXIS,
      y: AR_AXIS,
      guides: [squareAt(settings)],
      caption:
        `Adversarial risk against width at eps = ${eps}, for several ridge penalties lambda and for the lambda of least ` +
        'risk at each width (theory).',
      panels: [{ ...penalties, curves: [...penalties.curves, bestCurve] }],
      claims: [
        {
          statement:
            'at these settings the adversarial risk with the best lambda of each width falls with width, towards a limit (theory)',
          check() {
            const widths = [1, 2, 4, 8, 16, 50];
            const found = widths.map(best);
            // There lambda is in units of psi1.
            const limit = Math.min(
              ...gridValues({ from: 1e-3, to: 10, count: 200, scale: 'log' }).map(
                (each) => infiniteWidthRisk({ activation }, { psi2, eps, tau, lambda: each }).adversarialRisk,
              ),
            );
            const falling = [...found.map(({ risk }) => risk.adversarialRisk), limit];
            return {
              holds: falling.every((value, i) => i === 0 || value < falling[i - 1]!),
              evidence: [
                ...found.map(
                  ({ at, risk }, i) =>
                    `psi1 ${widths[i]}: lambda ${at.toFixed(2)}, AR ${risk.adversarialRisk.toFixed(3)}`,
                ),
                `psi1 to infinity: AR ${limit.toFixed(3)}`,
              ].join('; '),
            };
          },
        },
        {
          statement: `at psi1 = ${widest} the adversarial risk is lower with lambda = ${strongest} than with lambda = ${weakest}`,
          compares: ['lambda'],
          check(mean) {
            const at = (value: number) => mean(cellsOf(settings, { psi1: widest, lambda: value }), AR);
            return isBelow('AR', at(strongest), at(weakest));
          },
        },
      ],
    };
  },
};
