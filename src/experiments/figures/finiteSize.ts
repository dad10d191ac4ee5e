import type { Figure } from '../figure.ts';
import { adversarialRisk, cellTheory, type Measure, standardRisk } from '../measure.ts';
import { around, baseSettings, cellsOf, panelOf } from './shared.ts';

/** |measure - theory| of a single simulation. */
const distance = (measure: Measure): Measure => ({
  name: `|${measure.name} - theory|`,
  simulated: (result, cell) =>
    Math.abs(measure.simulated(result, cell) - measure.theory(cellTheory(cell), cell)),
  theory: () => 0,
});

/** How the simulation approaches the limit. */
export const finiteSize: Figure = {
  name: 'finite-size',
  summary: 'simulation against d: how it approaches the limit, and how fast',
  defaults: {
    ...baseSettings,
    psi1: [2],
    psi2: [3],
    d: [20, 40, 80, 160],
    tau: 0.5,
    epsilons: [0.5],
    seeds: 12,
    method: 'exact',
  },
  quick: { d: [10, 20, 40], testRows: 1000 },

  plan(settings) {
    const { d } = settings;
    const panel = (title: string, measure: Measure) =>
      panelOf(title, settings, [
        { label: 'theory', measure, along: around(d), at: d, argsAt: (dim) => ({ d: Math.round(dim) }) },
      ]);
    return {
      x: { label: 'dimension $d$', scale: 'log' },
      y: { label: 'risk', scale: 'linear' },
      guides: [],
      caption: `Risks at psi1 = ${settings.psi1[0]} and eps = ${settings.epsilons[0]} against the dimension d, beside their limit.`,
      panels: [panel('standard risk', standardRisk), panel('adversarial risk', adversarialRisk())],
      claims: [standardRisk, adversarialRisk()].map((measure) => ({
        statement: `${measure.name}: a simulation's mean distance from theory falls with d, about as d^(-1/2) or faster`,
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
