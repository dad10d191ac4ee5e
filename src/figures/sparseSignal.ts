import { adversarialRisk, type Measure, standardRisk } from '../cells/measure.ts';
import { normSymbol } from '../plots/normSymbol.ts';
import { gridValues } from '../theory/index.ts';
import { type Figure, isBelow } from './figure.ts';
import { baseSettings, cellsOf, panelOf } from './shared.ts';

const NORMS = ['linf', 'l2'] as const;
/** Shares of the inputs that the target depends on. */
const SHARES = [0.02, 0.05, 0.1, 0.2, 0.5, 1];

/** An attack on single inputs sees the axes: which norm to train against depends on how many inputs matter. */
export const sparseSignal: Figure = {
  name: 'sparse-signal',
  summary:
    'risks of linear regression trained against linf and against l2, by the share of the inputs that matter',
  defaults: {
    ...baseSettings,
    d: [200],
    lambda: [0.01],
    tau: 0.3,
    epsilons: [0.5],
    seeds: 8,
    method: 'exact',
  },
  quick: { d: [100], seeds: 8, testRows: 1000 },
  varies: [],
  fixed: { psi1: '1 for linear features', activations: 'nothing: linear features have none' },

  plan(settings) {
    const eps = settings.epsilons[0]!;
    const [few, all] = [SHARES[0]!, SHARES.at(-1)!];
    const argsAt = (share: number, norm: 'linf' | 'l2') =>
      ({
        features: 'linear',
        psi1: 1,
        signal: `sparse:${share}`,
        testNorm: 'linf',
        ...(norm === 'linf' && { norm }),
      }) as const;
    const panel = (title: string, measure: Measure) =>
      panelOf(
        title,
        settings,
        NORMS.map((norm) => ({
          label: `trained against ${normSymbol(norm)}`,
          measure,
          along: gridValues({ from: few / 1.25, to: 1, count: 80, scale: 'log' }),
          at: SHARES,
          argsAt: (share) => argsAt(share, norm),
        })),
      );
    return {
      x: { label: 'share of the inputs that matter', scale: 'log' },
      y: { label: 'risk', scale: 'linear' },
      guides: [],
      caption: `Linear regression on a target of which a share of the inputs is all that matters, each of them equally, trained at eps = ${eps} against linf (sqrt(d) times the change of one input) and against l2.`,
      panels: [
        panel('standard risk', standardRisk),
        panel(`tested against ${normSymbol('linf')}`, adversarialRisk()),
      ],
      claims: [
        {
          statement: `where ${100 * few} per cent of the inputs matter, training against linf has the lower standard risk`,
          check(mean) {
            const at = (norm: 'linf' | 'l2') => mean(cellsOf(settings, argsAt(few, norm)), standardRisk);
            return isBelow('SR', at('linf'), at('l2'));
          },
        },
        {
          statement: `where all of them matter, training against l2 has the lower risk even under linf attack`,
          check(mean) {
            const at = (norm: 'linf' | 'l2') => mean(cellsOf(settings, argsAt(all, norm)), adversarialRisk());
            return isBelow('AR', at('l2'), at('linf'));
          },
        },
      ],
    };
  },
};
