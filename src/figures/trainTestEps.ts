import { adversarialRisk } from '../cells/measure.ts';
import { gridValues } from '../theory/index.ts';
import { type Figure, isBelow } from './figure.ts';
import { AR_AXIS, baseSettings, cellsOf, limitsByTestRadius, lookOf } from './shared.ts';

const RADII = [0, 0.25, 0.5, 0.75, 1];

/** One training, attacked at every radius. */
export const trainTestEps: Figure = {
  name: 'train-test-eps',
  summary: 'adversarial risk as a function of the test radius, for models trained at several eps',
  defaults: { ...baseSettings, psi1: [1], epsilons: [0, 0.3, 0.6], method: 'exact' },
  quick: { epsilons: [0, 0.5], d: [40], testRows: 1000 },
  varies: ['epsilons'],

  plan(settings) {
    const { epsilons } = settings;
    const along = gridValues({ from: 0, to: Math.max(...RADII), count: 100 });
    const far = RADII.length - 1;
    const [least, most] = [Math.min(...epsilons), Math.max(...epsilons)];
    return {
      x: { label: 'radius at test $\\varepsilon_{\\mathrm{test}}$', scale: 'linear' },
      y: AR_AXIS,
      guides: [],
      caption: `Adversarial risk against the radius at test at psi1 = ${settings.psi1[0]}, for models trained at several eps.`,
      panels: [
        {
          title: `$\\psi_1 = ${settings.psi1[0]}$`,
          curves: epsilons.map((eps, i) => ({
            label: `trained at $\\varepsilon = ${eps}$`,
            colour: lookOf(i).colour,
            points: limitsByTestRadius(settings, { eps }, along),
          })),
          measured: epsilons.map((eps, i) => ({
            label: `trained at $\\varepsilon = ${eps}$`,
            ...lookOf(i),
            emphasis: 'open',
            spots: RADII.map((x, k) => ({
              x,
              y: adversarialRisk(k),
              cells: cellsOf(settings, { eps, epsTest: RADII }),
            })),
          })),
        },
      ],
      claims: [
        {
          statement: `under an attack of radius ${RADII[far]} the model trained at eps = ${most} has a lower risk than that trained at eps = ${least}`,
          compares: ['epsilons'],
          check(mean) {
            const at = (eps: number) =>
              mean(cellsOf(settings, { eps, epsTest: RADII }), adversarialRisk(far));
            return isBelow('AR', at(most), at(least));
          },
        },
      ],
    };
  },
};
