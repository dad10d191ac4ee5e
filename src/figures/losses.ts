import { cleanError, robustError } from '../cells/measure.ts';
import { increasingRoot } from '../numerics/rootFinding.ts';
import { palette } from '../plots/palette.ts';
import { MARGIN_LOSSES } from '../theory/channels/losses.ts';
import { criticalEps, type MarginLossName, randomFeatures, robustCapacity } from '../theory/index.ts';
import { clearlyAbove, type Figure, shown } from './figure.ts';
import { baseSettings, cellsOf, panelOf } from './shared.ts';

/** Probability that a label is turned over. */
const FLIP = 0.05;
/** The radius of the attack at test. */
const EPS_TEST = 0.1;

/** Curves end at this share of the critical radius, from which on the error is that of guessing. */
const LEARNT = 1 - 1e-6;

/** The names in a legend. */
const spoken: Readonly<Record<MarginLossName, string>> = {
  logistic: 'logistic',
  hinge: 'hinge',
  squaredHinge: 'squared hinge',
};

/** Three losses of one data law: the radius they are trained against matters, which of them it is hardly does. */
export const losses: Figure = {
  name: 'losses',
  summary: 'error and robust error against the training eps for three losses of the margin',
  defaults: {
    ...baseSettings,
    psi1: [4],
    psi2: [4],
    epsilons: [0, 0.2, 0.35, 0.45, 0.6, 0.8],
    lambda: [1e-4],
    seeds: 10,
    method: 'exact',
    testRows: 4000,
  },
  quick: { epsilons: [0, 0.45, 0.8], d: [50], seeds: 10, testRows: 2000 },
  varies: ['epsilons'],
  fixed: { method: "'exact': the optimum itself" },

  plan(settings) {
    const { psi1, psi2, epsilons, tau, activations } = settings;
    const map = randomFeatures({ psi1: psi1[0]!, activation: activations[0]! });
    const labels = { tau, flip: FLIP };
    const critical = criticalEps(map, { psi2: psi2[0]!, loss: 'logistic', ...labels });
    const fitted = fittedUpTo((eps) => robustCapacity(map, { eps, ...labels }).psi2, psi2[0]!);
    const ascending = [...epsilons].sort((a, b) => a - b);
    const [least, greatest] = [ascending[0]!, ascending.at(-1)!];
    const nearest = ascending.reduce((a, b) => (Math.abs(b - fitted) < Math.abs(a - fitted) ? b : a));
    const common = (loss: MarginLossName) => ({ loss, flip: FLIP, epsTest: [EPS_TEST] }) as const;
    const at = (loss: MarginLossName, eps: number) => cellsOf(settings, { ...common(loss), eps });
    const along = Array.from({ length: 121 }, (_, i) => (Math.max(LEARNT * critical, greatest) * i) / 120);
    const panel = (title: string, measure: typeof cleanError) =>
      panelOf(
        title,
        settings,
        MARGIN_LOSSES.map((loss) => ({
          label: spoken[loss],
          measure,
          along,
          at: epsilons,
          argsAt: (eps) => ({ ...common(loss), eps }),
        })),
      );
    return {
      x: { label: 'attack in training $\\varepsilon$', scale: 'linear' },
      y: { label: 'share of wrong signs', scale: 'linear' },
      guides: [
        {
          axis: 'x',
          at: fitted,
          label: `$${fitted.toFixed(2)}$: all labels fitted below`,
          colour: palette.purple,
        },
        { axis: 'x', at: critical, label: `$\\varepsilon_c = ${critical.toFixed(2)}$` },
      ],
      caption:
        `Error and robust error of classifiers trained with three losses of the margin against the radius in training, at psi1 = ${psi1[0]} and ` +
        `psi2 = ${psi2[0]}, labels turned over with probability ${FLIP}; robust errors at the radius ${EPS_TEST}. Dashed: the radius ` +
        `${fitted.toFixed(2)} up to which all labels can be fitted on the whole ball, and the radius ${critical.toFixed(2)} from which on nothing is learnt, with any loss.`,
      panels: [panel('error', cleanError), panel(`robust error at radius ${EPS_TEST}`, robustError())],
      claims: [
        {
          statement: `with every loss the error is worst near eps = ${nearest}, where the labels cease to be fitted`,
          compares: ['epsilons'],
          check(mean) {
            const found = MARGIN_LOSSES.map((loss) => ({
              loss,
              errors: [least, nearest, greatest].map((eps) => mean(at(loss, eps), cleanError)),
            }));
            return {
              holds: found.every(
                ({ errors: [before, peak, beyond] }) =>
                  clearlyAbove(peak!, before!) && clearlyAbove(peak!, beyond!),
              ),
              evidence: found
                .map(({ loss, errors }) => `${spoken[loss]} ${errors.map(shown).join(', ')}`)
                .join('; '),
            };
          },
        },
        {
          statement: 'the radius moves the error further than the choice of the loss does',
          compares: ['epsilons'],
          check(mean) {
            const errors = MARGIN_LOSSES.map((loss) =>
              ascending.map((eps) => mean(at(loss, eps), cleanError).value),
            );
            const byRadius = Math.min(...errors.map(range));
            const byLoss = Math.max(...ascending.map((_, i) => range(errors.map((row) => row[i]!))));
            return {
              holds: byRadius > byLoss,
              evidence: `at least ${byRadius.toFixed(3)} by the radius, at most ${byLoss.toFixed(3)} by the loss`,
            };
          },
        },
      ],
    };
  },
};

const range = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);

/** The radius at which a capacity, which falls with it, comes down to n/d; 0 where it begins below. */
const fittedUpTo = (capacityAt: (eps: number) => number, psi2: number): number =>
  capacityAt(0) <= psi2
    ? 0
    : Math.exp(increasingRoot((x) => Math.log(psi2 / capacityAt(Math.exp(x))), Math.log(0.3)).value);
