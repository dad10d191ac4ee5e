import type { CellArgs } from '../cells/cell.ts';
import { adversarialRisk, riskTrainedAt } from '../cells/measure.ts';
import { type Figure, isBelow, type MeanOf, notClearlyAbove, shown } from './figure.ts';
import {
  around,
  baseSettings,
  cellsOf,
  endsOf,
  finiteWidths,
  nothingAt,
  panelOf,
  squareAt,
  WIDTH_AXIS,
} from './shared.ts';

const kinds = [
  { name: 'random', label: 'random features' },
  { name: 'lazy', label: 'lazy network' },
  { name: 'trained', label: 'fully trained network' },
] as const;
type Kind = (typeof kinds)[number]['name'];

const AR = adversarialRisk();

/** One kind of network of width psi1, trained at eps. */
const networkOf = (kind: Kind, psi1: number, eps: number): Partial<CellArgs> =>
  kind === 'random' ? { psi1, eps, method: 'exact' } : { network: kind, widths: [psi1], eps };

/** Random features, the lazy regime and fully trained networks of one width, side by side. */
export const trainedWidth: Figure = {
  name: 'trained-width',
  summary:
    'risk against width: random features, lazy and fully trained networks, normally and adversarially trained',
  defaults: {
    ...baseSettings,
    psi1: [0.25, 0.5, 1, 2.5, 5],
    epsilons: [0, 0.3],
    d: [30],
    seeds: 4,
    testRows: 1000,
  },
  quick: { psi1: [2.5], epsilons: [0.3], d: [20], seeds: 2, attackSteps: 1, testRows: 500 },
  varies: ['psi1', 'epsilons'],
  fixed: { method: 'none: each kind of network has its own' },

  plan(settings) {
    const { psi1, epsilons } = settings;
    const { widest, strongest } = endsOf(settings);
    const attacked = epsilons.filter((eps) => eps > 0);
    const at = (mean: MeanOf, kind: Kind) => mean(cellsOf(settings, networkOf(kind, widest, strongest)), AR);
    return {
      x: WIDTH_AXIS,
      y: { label: 'risk', scale: 'log' },
      guides: [squareAt(settings), nothingAt(settings)],
      caption:
        'Risk of one-hidden-layer networks of equal width on a linear teacher: random features (hidden layer frozen), the ' +
        'lazy regime (linear in all weights about random ones) and networks trained in all layers. At eps = 0 normal ' +
        'training and the standard risk, otherwise adversarial training and the adversarial risk at the same eps. Theory ' +
        'exists for random features only. Networks with more weights than samples are trained by gradient until a cycle ' +
        'changes the objective by less than 1 per cent, or for 2,250 steps.',
      panels: epsilons.map((eps) =>
        panelOf(
          eps === 0
            ? 'normal training: standard risk'
            : `trained at $\\varepsilon = ${eps}$: adversarial risk`,
          settings,
          kinds.map(({ name, label }) => ({
            label,
            measure: riskTrainedAt(eps),
            ...(name === 'random' ? { along: around(psi1), at: finiteWidths(settings, eps) } : { at: psi1 }),
            argsAt: (width) => networkOf(name, width, eps),
          })),
        ),
      ),
      claims:
        attacked.length === 0
          ? []
          : [
              {
                statement: `at eps = ${strongest} the widest fully trained network is more robust than random features of its width`,
                // The quick version has one width only.
                compares: ['psi1'],
                check: (mean) =>
                  isBelow('AR', at(mean, 'trained'), at(mean, 'random'), ` at psi1 = ${widest}`),
              },
              {
                statement: `at eps = ${strongest} and the largest width, training all layers is at least as robust as the lazy regime`,
                // The quick version has one width only.
                compares: ['psi1'],
                check(mean) {
                  const [trained, lazy] = [at(mean, 'trained'), at(mean, 'lazy')];
                  const evidence = `AR ${shown(trained)} against ${shown(lazy)} at psi1 = ${widest}`;
                  return { holds: notClearlyAbove(trained, lazy), evidence };
                },
              },
            ],
    };
  },
};
