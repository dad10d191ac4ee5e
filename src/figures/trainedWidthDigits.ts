import type { Cell } from '../cells/cell.ts';
import { adversarialRisk, standardRisk as SR } from '../cells/measure.ts';
import { DIGITS } from '../data/digits.ts';
import {
  type Claim,
  clearlyAbove,
  type Figure,
  type FigureSettings,
  isBelow,
  type MeanOf,
  notClearlyAbove,
  shown,
} from './figure.ts';
import { baseSettings, cellsOf, endsOf, lookOf, squareAt, WIDTH_AXIS } from './shared.ts';

const kinds = [
  { network: 'deep-frozen', label: 'random features' },
  { network: 'lazy', label: 'lazy network' },
  { network: 'trained', label: 'fully trained network' },
] as const;
type Network = (typeof kinds)[number]['network'];

const AR = adversarialRisk();

/** One kind of network of width psi1, trained at eps on the digits, with every seed, and tested at the strongest eps. */
const networksOf = (settings: FigureSettings, network: Network, psi1: number, eps: number): Cell[] =>
  cellsOf(settings, {
    network,
    widths: [psi1],
    data: 'digits',
    eps,
    epsTest: [Math.max(...settings.epsilons)],
    method: network === 'deep-frozen' ? 'exact' : 'pgd',
  });

/**
 * The comparison of `trained-width` on real data: handwritten digits below 5 (+1) against the rest (-1). Its d and tau are
 * those of the data.
 */
export const trainedWidthDigits: Figure = {
  name: 'trained-width-digits',
  summary: 'risks against width on handwritten digits: random features, lazy and fully trained networks',
  defaults: {
    ...baseSettings,
    d: [DIGITS.inputs],
    psi1: [0.03125, 0.0625, 0.25, 1, 2, 6],
    psi2: [3],
    epsilons: [0, 0.4],
    tau: 0,
    seeds: 3,
    testRows: 1000,
  },
  quick: { psi1: [0.0625, 1.5], psi2: [1], epsilons: [0.4], seeds: 2, testRows: 500 },
  varies: ['psi1', 'epsilons'],
  fixed: {
    d: `${DIGITS.inputs}, the pixels of a digit`,
    tau: '0, for the digits have noise of their own',
    method: 'none: each kind of network has its own',
  },

  plan(settings) {
    const { psi1, epsilons, seeds, psi2, lambda, testRows, attackSteps } = settings;
    const { weakest, strongest } = endsOf(settings);
    const tested = `adversarial risk, $\\varepsilon_{\\mathrm{test}} = ${strongest}$`;
    const rows = Math.round(psi2[0]! * DIGITS.inputs);
    const trainings = epsilons.map((eps) => ({
      eps,
      name: eps === 0 ? 'normal training' : `trained at $\\varepsilon = ${eps}$`,
    }));
    return {
      x: WIDTH_AXIS,
      y: { label: 'risk', scale: 'log' },
      guides: [
        { ...squareAt(settings), label: '$N = n$' },
        { axis: 'y', at: 1, label: 'predicting 0' },
      ],
      caption:
        'Risk of one-hidden-layer networks of equal width on handwritten digits (below 5 is +1, the rest -1; pixels ' +
        'standardised): random features (hidden layer frozen), the lazy regime (linear in all weights about random ones) and ' +
        `networks trained in all layers. SR is the squared error, AR that under an attack of l2 radius ${strongest}. No theory ` +
        'is drawn. Dashed: as many features as training rows, and the risk of predicting 0.',
      setting: [
        `n = ${rows} training rows (n/d = ${psi2[0]}), no label noise added, ridge lambda = ${lambda[0]}, activation ${settings.activations[0]}. Means over ${seeds} random`,
        `parts of the digits with weights of their own, bars of one standard error, ${testRows} other rows to test on against PGD`,
        'of 10 steps. Random features are trained exactly (with eps, to the optimum of the problem linearised in the',
        `perturbation), the others by gradient against PGD of ${attackSteps} steps until a cycle changes the objective by less`,
        'than 1 per cent, or for 2,250 steps; the numbers beside the picture say how many of them had converged by then.',
      ].join(' '),
      panels: trainings.flatMap(({ eps, name }) =>
        [SR, AR].map((y) => ({
          title: `${name}: ${y === SR ? 'standard risk' : tested}`,
          // Without attack some networks have risks a hundred times those of the others.
          yAxis: name,
          curves: [],
          measured: kinds.map(({ network, label }, i) => ({
            label,
            kind: `trained on ${rows} digits`,
            ...lookOf(i),
            emphasis: 'open' as const,
            joined: true,
            spots: psi1.map((width) => ({ x: width, y, cells: networksOf(settings, network, width, eps) })),
          })),
        })),
      ),
      claims: [
        ...(strongest > 0 ? atTheWidest(settings) : []),
        ...(weakest < strongest ? [trainingHelps(settings)] : []),
        ...(strongest > 0 && psi1.length > 1 ? [widthHelps(settings)] : []),
      ],
    };
  },
};

/** Trained at the strongest eps, fully trained networks against the other kinds of their width. */
function atTheWidest(settings: FigureSettings): Claim[] {
  const { widest, strongest } = endsOf(settings);
  const at = (mean: MeanOf, network: Network) => mean(networksOf(settings, network, widest, strongest), AR);
  return [
    {
      statement: `at eps = ${strongest} and the largest width, the fully trained network is more robust than random features`,
      check: (mean) => isBelow('AR', at(mean, 'trained'), at(mean, 'deep-frozen'), ` at psi1 = ${widest}`),
    },
    {
      statement: `at eps = ${strongest} and the largest width, training all layers is at least as robust as the lazy regime`,
      check(mean) {
        const [trained, lazy] = [at(mean, 'trained'), at(mean, 'lazy')];
        return {
          holds: notClearlyAbove(trained, lazy),
          evidence: `AR ${shown(trained)} against ${shown(lazy)} at psi1 = ${widest}`,
        };
      },
    },
  ];
}

function trainingHelps(settings: FigureSettings): Claim {
  const { widest, weakest, strongest } = endsOf(settings);
  return {
    statement: `the widest network of each kind is more robust when trained at eps = ${strongest} than when trained at ${weakest}`,
    check(mean) {
      const found = kinds.map(({ network, label }) => {
        const at = (eps: number) => mean(networksOf(settings, network, widest, eps), AR);
        return {
          holds: clearlyAbove(at(weakest), at(strongest)),
          evidence: `${label} ${shown(at(strongest))} against ${shown(at(weakest))}`,
        };
      });
      return {
        holds: found.every(({ holds }) => holds),
        evidence: `AR of ${found.map(({ evidence }) => evidence).join(', ')}`,
      };
    },
  };
}

function widthHelps(settings: FigureSettings): Claim {
  const { narrowest, widest, strongest } = endsOf(settings);
  return {
    statement: `trained at eps = ${strongest}, the widest fully trained network is more robust than the narrowest`,
    check(mean) {
      const at = (width: number) => mean(networksOf(settings, 'trained', width, strongest), AR);
      const [thin, wide] = [at(narrowest), at(widest)];
      return {
        holds: clearlyAbove(thin, wide),
        evidence: `AR ${shown(wide)} at psi1 = ${widest}, ${shown(thin)} at psi1 = ${narrowest}`,
      };
    },
  };
}
