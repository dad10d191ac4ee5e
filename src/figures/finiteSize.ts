import { atWholeSizes } from '../cells/cellSizes.ts';
import { adversarialRisk, type Measure, standardRisk } from '../cells/measure.ts';
import { GUIDE_COLOUR } from '../plots/palette.ts';
import type { Figure } from './figure.ts';
import { around, baseSettings, cellsOf, lookOf } from './shared.ts';

/** |measure - theory| of a single simulation; no theory here says how large it is. */
const distance = (measure: Measure): Measure => ({
  name: `|${measure.name} - theory|`,
  simulated: (result, cell) =>
    Math.abs(measure.simulated(result, cell) - measure.predicted(atWholeSizes(cell))),
  predicted: () => Number.NaN,
});

/** How the simulation approaches the limit. */
export const finiteSize: Figure = {
  name: 'finite-size',
  summary: 'distance of a simulation from theory against the dimension d, with its slope',
  defaults: {
    ...baseSettings,
    psi1: [2],
    psi2: [3],
    d: [20, 40, 80, 160],
    tau: 0.5,
    epsilons: [0.5],
    seeds: 16,
    // The noise of the test set must stay below what is measured.
    testRows: 20_000,
    method: 'exact',
  },
  quick: { d: [10, 20, 40], testRows: 5000 },
  varies: ['d'],

  plan(settings) {
    const { d } = settings;
    return {
      x: { label: 'dimension $d$', scale: 'log' },
      y: { label: '$|$simulation $-$ theory$|$', scale: 'log' },
      guides: [],
      caption:
        `Mean distance |simulation - theory| of single simulations at psi1 = ${settings.psi1[0]} and eps = ` +
        `${settings.epsilons[0]} against the dimension d. Dashed: slope -1/2 through the middle of the points, for comparison.`,
      panels: [standardRisk, adversarialRisk()].map((measure) => ({
        title: measure === standardRisk ? 'standard risk' : 'adversarial risk',
        curves: [
          {
            label: 'slope $-\\frac{1}{2}$',
            kind: null,
            colour: GUIDE_COLOUR,
            dashed: true,
            throughMeasured: true,
            points: around(d).map((x) => ({ x, y: x ** -0.5 })),
          },
        ],
        measured: [
          {
            label: 'mean over simulations',
            kind: null,
            ...lookOf(0),
            emphasis: 'open',
            spots: d.map((dim) => ({ x: dim, y: distance(measure), cells: cellsOf(settings, { d: dim }) })),
          },
        ],
      })),
      claims: [standardRisk, adversarialRisk()].map((measure) => ({
        statement: `${measure.name}: a simulation's mean distance from theory falls with d, about as d^(-1/2) or faster`,
        compares: ['d'],
        check(mean) {
          const points = d.map((dim) => {
            const { value } = mean(cellsOf(settings, { d: dim }), distance(measure));
            return { x: Math.log(dim), y: Math.log(value), dim, value };
          });
          const slope = regressionSlope(points);
          return {
            // A simulation that is theory itself, as in a test, has no slope and nothing left to fall.
            holds: points.every(({ value }) => value < 1e-9) || slope < -0.3,
            evidence: `slope ${slope.toFixed(2)}; ${points.map(({ dim, value }) => `d ${dim}: ${value.toFixed(3)}`).join(', ')}`,
          };
        },
      })),
    };
  },
};

/** Slope of the least-squares line through the points. */
function regressionSlope(points: readonly { x: number; y: number }[]): number {
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  const covariance = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  return covariance / points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
}
