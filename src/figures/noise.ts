import { TOLERATED_RELATIVE_ERROR } from '../cells/comparison.ts';
import { standardRisk } from '../cells/measure.ts';
import { NOISE_NAMES } from '../theory/channels/noise.ts';
import type { NoiseName } from '../theory/index.ts';
import { type Claim, clearlyAbove, type Figure, shown } from './figure.ts';
import { around, baseSettings, cellsOf, endsOf, panelOf, squareAt, WIDTH_AXIS } from './shared.ts';

const WORDS: Readonly<Record<NoiseName, string>> = {
  gaussian: 'Gaussian',
  rademacher: 'Rademacher',
  laplace: 'Laplace',
  student: "Student's t",
  sparse: 'sparse',
};

/** The whole law of the noise, where least squares know no more of it than its variance. */
export const noise: Figure = {
  name: 'noise',
  summary: 'standard risk against width under five laws of noise of one variance',
  defaults: {
    ...baseSettings,
    psi1: [0.5, 1, 2, 4],
    epsilons: [0, 0.6],
    lambda: [0.01],
    tau: 1,
    seeds: 16,
    method: 'exact',
  },
  quick: { psi1: [4], d: [50], seeds: 14, testRows: 1000 },
  varies: ['psi1', 'epsilons'],

  plan(settings) {
    const { psi1, epsilons, tau } = settings;
    const { weakest, strongest, widest } = endsOf(settings);
    return {
      x: WIDTH_AXIS,
      y: { label: 'standard risk', scale: 'log' },
      guides: [squareAt(settings)],
      caption: `Standard risk against width with noise of five laws, each of standard deviation ${tau}: Student's t with 5 degrees of freedom; sparse, 0 but for one row in ten. Dashed: N = n.`,
      panels: epsilons.map((eps) =>
        panelOf(
          eps === 0 ? '$\\varepsilon = 0$: one curve for all' : `$\\varepsilon = ${eps}$`,
          settings,
          NOISE_NAMES.map((law) => ({
            label: WORDS[law],
            measure: standardRisk,
            along: around(psi1, 2, 80),
            at: psi1,
            argsAt: (width) => ({ psi1: width, eps, noise: law }),
          })),
        ),
      ),
      claims: [
        {
          statement: `at eps = ${strongest} and psi1 = ${widest} sparse noise does less harm than noise of one size`,
          check(mean) {
            const at = (law: NoiseName) =>
              mean(cellsOf(settings, { psi1: widest, eps: strongest, noise: law }), standardRisk);
            const [one, sparse] = [at('rademacher'), at('sparse')];
            return {
              holds: clearlyAbove(one, sparse),
              evidence: `${shown(one)} with rademacher, ${shown(sparse)} with sparse noise`,
            };
          },
        },
        ...(weakest === 0
          ? [
              {
                statement: 'at eps = 0 the variance of the noise is all that matters',
                check(mean) {
                  const found = NOISE_NAMES.map((law) => ({
                    law,
                    risk: mean(cellsOf(settings, { psi1: widest, eps: 0, noise: law }), standardRisk),
                  }));
                  const sorted = found.map(({ risk }) => risk).sort((a, b) => a.value - b.value);
                  const [low, high] = [sorted[0], sorted.at(-1)];
                  const error = Math.hypot(low!.standardError, high!.standardError);
                  return {
                    // The extremes of five means lie farther apart than two of them.
                    holds:
                      high!.value - low!.value <= Math.max(4 * error, TOLERATED_RELATIVE_ERROR * low!.value),
                    evidence: `psi1 ${widest}: ${found.map(({ law, risk }) => `${law} ${shown(risk)}`).join(', ')}`,
                  };
                },
              } satisfies Claim,
            ]
          : []),
      ],
    };
  },
};
