import type { CellArgs } from '../cells/cell.ts';
import { adversarialRisk, riskTrainedAt } from '../cells/measure.ts';
import { clearlyAbove, type Figure, notClearlyAbove, shown } from './figure.ts';
import {
  around,
  baseSettings,
  cellOf,
  cellsOf,
  limitCurve,
  lookOf,
  nothingAt,
  spotsByWidth,
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
    const widest = Math.max(...psi1);
    const attacked = epsilons.filter((eps) => eps > 0);
    const strongest = Math.max(...attacked);
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
      panels: epsilons.map((eps) => ({
        title:
          eps === 0
            ? 'normal training: standard risk'
            : `trained at $\\varepsilon = ${eps}$: adversarial risk`,
        curves: [
          limitCurve('random features', lookOf(0).colour, riskTrainedAt(eps), around(psi1), (width) =>
            cellOf(settings, networkOf('random', width, eps)),
          ),
        ],
        measured: kinds.map(({ name, label }, i) => ({
          label,
          ...lookOf(i),
          emphasis: 'open',
          spots: spotsByWidth(
            settings,
            { eps, measure: riskTrainedAt(eps), isFrozen: name === 'random' },
            (width) => networkOf(name, width, eps),
          ),
        })),
      })),
      claims:
        attacked.length === 0
          ? []
          : [
              {
                statement: `at eps = ${strongest} the widest fully trained network is more robust than random features of its width`,
                // The quick version has one width only.
                compares: ['psi1'],
                check(mean) {
                  const at = (kind: Kind) => mean(cellsOf(settings, networkOf(kind, widest, strongest)), AR);
                  const evidence = `AR ${shown(at('trained'))} against ${shown(at('random'))} at psi1 = ${widest}`;
                  return { holds: clearlyAbove(at('random'), at('trained')), evidence };
                },
              },
              {
                statement: `at eps = ${strongest} and the largest width, training all layers is at least as robust as the lazy regime`,
                // The quick version has one width only.
                compares: ['psi1'],
                check(mean) {
                  const at = (kind: Kind) => mean(cellsOf(settings, networkOf(kind, widest, strongest)), AR);
                  const evidence = `AR ${shown(at('trained'))} against ${shown(at('lazy'))} at psi1 = ${widest}`;
                  return { holds: notClearlyAbove(at('trained'), at('lazy')), evidence };
                },
              },
            ],
    };
  },
};
