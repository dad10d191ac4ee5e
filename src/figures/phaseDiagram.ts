import { adversarialRisk } from '../cells/measure.ts';
import type { Estimate } from '../numerics/estimate.ts';
import { bestWidth, criticalEps, gridValues, randomFeatures, riskSurface } from '../theory/index.ts';
import { type Figure, type MeanOf, shown } from './figure.ts';
import { baseSettings, cellsOf, endsOf, panelOf, WIDTH_AXIS } from './shared.ts';

const AR = adversarialRisk();
const WIDTHS = { from: 0.2, to: 40, count: 90, scale: 'log' } as const;
const RADII = { from: 0.02, to: 1.6, count: 80 } as const;

/** Adversarial risk over width and radius: where it is below that of predicting nothing, where above, where theta = 0. */
export const phaseDiagram: Figure = {
  name: 'phase-diagram',
  summary: 'adversarial risk over width and eps, with the null phase and the best width',
  defaults: {
    ...baseSettings,
    psi1: [0.5, 1.5, 4, 8],
    epsilons: [0.2, 0.6, 1, 1.4],
    seeds: 3,
    method: 'exact',
  },
  quick: { psi1: [1, 5], epsilons: [0.3, 1], d: [40], testRows: 1000 },
  varies: ['psi1', 'epsilons'],

  plan(settings) {
    const { tau, psi1, epsilons } = settings;
    const [psi2, lambda, activation] = [settings.psi2[0]!, settings.lambda[0]!, settings.activations[0]!];
    const map = randomFeatures({ psi1: 1, activation });
    const options = { psi2, lambda, tau };
    const surface = riskSurface(map, options, {
      x: { parameter: 'psi1', values: WIDTHS },
      y: { parameter: 'eps', values: RADII },
    });
    const nothing = 1 + tau ** 2;
    const { widest, weakest, strongest } = endsOf(settings);
    const atTheWidest = (mean: MeanOf, eps: number) => mean(cellsOf(settings, { psi1: widest, eps }), AR);
    const evidence = (found: Estimate) => `AR ${shown(found)} against ${nothing.toFixed(3)}`;
    const widths = gridValues(WIDTHS);
    const best = gridValues({ ...RADII, count: 60 }).map((eps) => ({
      eps,
      ...bestWidth(map, { ...options, eps }),
    }));
    return {
      x: WIDTH_AXIS,
      y: { label: 'radius $\\varepsilon$', scale: 'linear' },
      guides: [],
      caption:
        'Adversarial risk over width psi1 and radius eps (the same in training and at test). Blue with broken contours: less than 1 + tau^2, ' +
        'the risk of predicting nothing; red: more, and from 2.2 times that on the same red. Solid: the critical eps, above which theta = 0. Dashed: the best width. ' +
        'Circles: simulations, filled with what they measured.',
      surface: {
        values: surface.risks.map((row) => row.map((risk) => Math.min(risk.adversarialRisk, 100 * nothing))),
        // The peak at small eps would leave no colours for the rest.
        cut: 2.2 * nothing,
        xDomain: [WIDTHS.from, WIDTHS.to],
        yDomain: [RADII.from, RADII.to],
        label: 'adversarial risk',
        pivot: nothing,
        heights: epsilons,
        lines: [
          {
            label: 'critical $\\varepsilon$',
            points: widths.map((x) => ({
              x,
              y: criticalEps(randomFeatures({ psi1: x, activation }), { psi2, tau }),
            })),
          },
          {
            label: 'best width',
            points: best.filter(({ where }) => where === 'inside').map(({ at, eps }) => ({ x: at, y: eps })),
          },
        ],
      },
      panels: epsilons.map((eps) =>
        panelOf(`$\\varepsilon = ${eps}$`, settings, [
          { label: 'simulation', measure: AR, at: psi1, argsAt: (width) => ({ psi1: width, eps }) },
        ]),
      ),
      claims: [
        {
          statement: `at eps = ${weakest} and psi1 = ${widest} robust training has a lower adversarial risk than predicting nothing`,
          check(mean) {
            const found = atTheWidest(mean, weakest);
            return { holds: found.value < nothing, evidence: evidence(found) };
          },
        },
        {
          statement: `at eps = ${strongest} and psi1 = ${widest} the adversarial risk is that of predicting nothing, or higher`,
          check(mean) {
            const found = atTheWidest(mean, strongest);
            return { holds: found.value > nothing - 2 * found.standardError, evidence: evidence(found) };
          },
        },
      ],
    };
  },
};
