import { adversarialRisk } from '../cells/measure.ts';
import { normSymbol } from '../plots/normSymbol.ts';
import { clearlyAbove, type Figure, isBelow, shown } from './figure.ts';
import {
  AR_AXIS,
  around,
  baseSettings,
  cellsOf,
  nearestTo,
  panelOf,
  squareAt,
  WIDTH_AXIS,
} from './shared.ts';

const TESTS = ['linf', 'l2'] as const;
const TRAININGS = ['linf', 'l2', 'none'] as const;
type Training = (typeof TRAININGS)[number];

/** Models trained against either norm, and against none, attacked in either. */
export const linf: Figure = {
  name: 'linf',
  summary:
    'adversarial risk against width, for models trained against linf, l2 and nothing, under both attacks',
  defaults: {
    ...baseSettings,
    psi1: [0.25, 0.5, 1, 2, 4],
    epsilons: [0.6],
    lambda: [0.01],
    seeds: 8,
    method: 'exact',
  },
  quick: { psi1: [0.25, 2], d: [50], seeds: 12, testRows: 1000 },
  varies: ['psi1'],

  plan(settings) {
    const { psi1, psi2, epsilons } = settings;
    const eps = epsilons[0]!;
    const narrow = Math.min(...psi1);
    // Where the curse is worst.
    const peak = nearestTo(psi2[0]!, psi1);
    const argsAt = (width: number, training: Training, testNorm: (typeof TESTS)[number]) => ({
      psi1: width,
      eps: training === 'none' ? 0 : eps,
      epsTest: [eps],
      testNorm,
      ...(training === 'linf' && { norm: training }),
    });
    return {
      x: WIDTH_AXIS,
      y: AR_AXIS,
      guides: [squareAt(settings)],
      caption: `Adversarial risk against width at eps = ${eps}, in training and at test: in l2 the radius, in linf sqrt(d) times the change of one input. Dashed: N = n.`,
      panels: TESTS.map((test) =>
        panelOf(
          `tested against ${normSymbol(test)}`,
          settings,
          TRAININGS.map((training) => ({
            label: training === 'none' ? 'trained without attack' : `trained against ${normSymbol(training)}`,
            measure: adversarialRisk(),
            along: around(psi1, 2, 60),
            at: psi1,
            argsAt: (width) => argsAt(width, training, test),
          })),
        ),
      ),
      claims: [
        {
          statement: `trained and tested against linf, width psi1 = ${peak} has a higher risk than psi1 = ${narrow}`,
          compares: ['psi1'],
          check(mean) {
            const at = (width: number) =>
              mean(cellsOf(settings, argsAt(width, 'linf', 'linf')), adversarialRisk());
            const [wide, thin] = [at(peak), at(narrow)];
            return { holds: clearlyAbove(wide, thin), evidence: `AR ${shown(wide)} against ${shown(thin)}` };
          },
        },
        {
          statement: `robustness carries over: at psi1 = ${peak} training against linf lowers the risk under l2 attack`,
          check(mean) {
            const trained = (training: Training) =>
              mean(cellsOf(settings, argsAt(peak, training, 'l2')), adversarialRisk());
            return isBelow('AR', trained('linf'), trained('none'));
          },
        },
      ],
    };
  },
};
