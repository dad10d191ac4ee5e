import { cleanError, robustError } from '../cells/measure.ts';
import type { Estimate } from '../numerics/estimate.ts';
import { clearlyAbove, type Figure, type MeanOf, shown } from './figure.ts';
import { around, baseSettings, cellsOf, endsOf, nearestTo, panelOf, WIDTH_AXIS } from './shared.ts';

/** Probability that a label is turned over. */
const FLIP = 0.1;

/** Classifiers against width: what adversarial training of them gains and costs. */
export const classification: Figure = {
  name: 'classification',
  summary:
    'error and robust error of classifiers against width for several eps: logistic loss, labels in part wrong',
  defaults: {
    ...baseSettings,
    psi1: [1, 2, 4, 8],
    psi2: [4],
    epsilons: [0, 0.2, 0.4],
    lambda: [1e-4],
    method: 'exact',
  },
  quick: { psi1: [2, 8], epsilons: [0, 0.4], d: [60], seeds: 6 },
  varies: ['psi1', 'epsilons'],
  fixed: { method: "'exact': the optimum itself" },

  plan(settings) {
    const { psi1, epsilons } = settings;
    const { weakest: least, strongest: greatest, widest } = endsOf(settings);
    // The labels can be fitted from about there on, and the errors have their peak.
    const near = nearestTo(settings.psi2[0]! / 2, psi1);
    const common = { loss: 'logistic', flip: FLIP, epsTest: [greatest] } as const;
    const robustErrors = (mean: MeanOf, width: number) => {
      const at = (eps: number) => mean(cellsOf(settings, { ...common, psi1: width, eps }), robustError());
      return [at(least), at(greatest)] as const;
    };
    const evidence = (normal: Estimate, robust: Estimate): string =>
      `${shown(normal)} trained at eps ${least}, ${shown(robust)} at eps ${greatest}`;
    const panel = (title: string, measure: typeof cleanError) =>
      panelOf(
        title,
        settings,
        epsilons.map((eps) => ({
          label: `trained at $\\varepsilon = ${eps}$`,
          measure,
          along: around(psi1, 2, 80),
          at: psi1,
          argsAt: (width) => ({ ...common, psi1: width, eps }),
        })),
      );
    return {
      x: WIDTH_AXIS,
      y: { label: 'share of wrong signs', scale: 'linear' },
      guides: [{ axis: 'y', at: 0.5, label: 'guessing' }],
      caption:
        `Error and robust error of classifiers trained with the logistic loss against width, labels turned over with probability ${FLIP}. ` +
        `Robust errors at the radius ${greatest}, whatever eps in training. Dashed: guessing.`,
      panels: [panel('error', cleanError), panel(`robust error at radius ${greatest}`, robustError())],
      claims: [
        {
          statement: `at psi1 = ${widest} training against eps = ${greatest} raises even the robust error at that radius`,
          compares: ['epsilons'],
          check(mean) {
            const [normal, robust] = robustErrors(mean, widest);
            return { holds: clearlyAbove(robust, normal), evidence: evidence(normal, robust) };
          },
        },
        {
          statement: `at psi1 = ${near}, which barely fits the labels, it lowers it`,
          compares: ['epsilons'],
          check(mean) {
            const [normal, robust] = robustErrors(mean, near);
            return { holds: clearlyAbove(normal, robust), evidence: evidence(normal, robust) };
          },
        },
      ],
    };
  },
};
