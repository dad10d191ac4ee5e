import type { Measure } from '../cells/measure.ts';
import { texNumber } from '../plots/axes.ts';
import { randomFeatures, robustCapacity } from '../theory/index.ts';
import type { Figure } from './figure.ts';
import { activationWords, around, baseSettings, cellsOf, lookOf, WIDTH_AXIS } from './shared.ts';

/** Probability that a label is turned over. */
const FLIP = 0.1;
/** Shares of the capacity at which problems are drawn, evenly spaced: the middles of intervals from `FROM` to `TO`. */
const FROM = 0.6;
const TO = 1.4;
const STEPS = 8;
const shares = Array.from({ length: STEPS }, (_, k) => FROM + ((k + 0.5) / STEPS) * (TO - FROM));

/** How many labels random features can fit on whole balls. */
export const capacity: Figure = {
  name: 'capacity',
  summary: 'the largest n/d whose labels random features fit robustly, against width for several eps',
  defaults: {
    ...baseSettings,
    psi1: [0.5, 1, 2],
    epsilons: [0, 0.3, 0.6],
    d: [60],
    // So small that the margin does not matter, only whether there is one.
    lambda: [1e-6],
    method: 'exact',
    testRows: 2,
  },
  quick: { psi1: [0.5, 1], epsilons: [0, 0.3], d: [30], seeds: 3 },
  varies: ['psi1', 'epsilons'],
  fixed: {
    psi2: 'none: the capacity says which',
    method: "'exact': the optimum itself",
    testRows: 'none: nothing is tested',
  },

  plan(settings) {
    const { psi1, epsilons, tau, activations, d, seeds, lambda } = settings;
    const capacityAt = (width: number, eps: number): number =>
      robustCapacity(randomFeatures({ psi1: width, activation: activations[0]! }), { eps, tau, flip: FLIP })
        .psi2;
    /**
     * The capacity itself: the share of problems that can be separated falls from 1 to 0 about it, and its integral over n/d is
     * the mean of the problems' own capacities.
     */
    const measured = (width: number, eps: number): Measure => {
      const limit = capacityAt(width, eps);
      return {
        name: 'n/d',
        simulated: ({ training }) => limit * (training.robustError === 0 ? TO : FROM),
        predicted: ({ psi1 }) => capacityAt(psi1, eps),
      };
    };
    const cellsAt = (width: number, eps: number, share: readonly number[] = shares) =>
      share.flatMap((part) =>
        cellsOf(settings, {
          ...{ psi1: width, psi2: part * capacityAt(width, eps), eps, epsTest: [0] },
          ...{ loss: 'hinge', flip: FLIP },
        }),
      );
    /** 1 where a problem can be separated. */
    const separated: Measure = {
      name: 'separated',
      simulated: ({ training }) => (training.robustError === 0 ? 1 : 0),
      predicted: () => Number.NaN,
    };
    return {
      x: WIDTH_AXIS,
      y: { label: 'largest $\\psi_2 = n/d$ that is fitted', scale: 'log' },
      guides: [],
      caption: `The largest n/d whose labels random features fit on the whole ball of radius eps about every row, labels turned over with probability ${FLIP}.`,
      setting:
        `Label noise tau = ${tau}, activation ${activations[0]}, signal norm 1. Curves: asymptotic theory. Symbols, at d = ${d.join(' and ')}: where half of the ` +
        `problems are separated, of ${seeds} at each of ${STEPS} values of n/d from ${FROM} to ${TO} times the theory's, the hinge loss minimised exactly with ridge ` +
        `lambda = ${lambda[0]} and the attack linearised; bars of one standard error over single problems.`,
      note: `$\\tau = ${tau}$, $\\lambda = ${texNumber(lambda[0]!)}$, ${activationWords(activations[0]!)}; labels turned over: ${FLIP}; ${seeds * STEPS} problems a symbol, bars: one standard error over them`,
      panels: [
        {
          title: '',
          curves: epsilons.map((eps, i) => ({
            label: `$\\varepsilon = ${eps}$`,
            colour: lookOf(i).colour,
            points: around(psi1, 1.25, 40).map((x) => ({ x, y: capacityAt(x, eps) })),
          })),
          measured: epsilons.map((eps, i) => ({
            ...lookOf(i),
            label: `$\\varepsilon = ${eps}$`,
            emphasis: 'open',
            spots: psi1.map((x) => ({ x, y: measured(x, eps), cells: cellsAt(x, eps) })),
          })),
        },
      ],
      claims: epsilons.map((eps) => ({
        statement: `at eps = ${eps} most problems below the line are separated, and most beyond it are not`,
        check(mean) {
          const middle = STEPS / 2;
          const found = psi1.map((width) => ({
            width,
            below: mean(cellsAt(width, eps, shares.slice(0, middle)), separated),
            beyond: mean(cellsAt(width, eps, shares.slice(middle)), separated),
          }));
          return {
            holds: found.every(({ below, beyond }) => below.value > 0.5 && beyond.value < 0.5),
            evidence: found
              .map(
                ({ width, below, beyond }) =>
                  `psi1 ${width}: ${below.value.toFixed(2)} below, ${beyond.value.toFixed(2)} beyond`,
              )
              .join(', '),
          };
        },
      })),
    };
  },
};
