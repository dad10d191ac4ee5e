import { adversarialRisk, leaveOneOutRisk } from '../cells/measure.ts';
import { clearlyAbove, type Figure, shown } from './figure.ts';
import { AR_AXIS, around, baseSettings, cellsOf, panelOf, squareAt, WIDTH_AXIS } from './shared.ts';

const AR = adversarialRisk();

/** The adversarial risk that the training rows alone tell, beside that of new rows and theory. */
export const leaveOneOut: Figure = {
  name: 'leave-one-out',
  summary: 'adversarial risk against width: from the training rows alone, on new rows, and in theory',
  defaults: {
    ...baseSettings,
    psi1: [0.5, 1, 2, 4, 8],
    epsilons: [0.1, 0.5],
    lambda: [0.01],
    d: [80],
    seeds: 8,
    method: 'exact',
  },
  quick: { psi1: [0.5, 4], d: [40], testRows: 1000 },
  varies: ['psi1', 'epsilons'],
  fixed: { method: "'exact': other training leaves no leave-one-out estimate" },

  plan(settings) {
    const { psi1, epsilons } = settings;
    const lambda = settings.lambda[0]!;
    const at = (width: number, eps: number) => ({ psi1: width, eps, leaveOneOut: true as const });
    return {
      x: WIDTH_AXIS,
      y: AR_AXIS,
      guides: [squareAt(settings)],
      caption:
        `Adversarial risk against width at lambda = ${lambda}. Open symbols: on fresh rows; small ones: estimated by ` +
        'leave-one-out from the training rows alone. Error bars: standard errors over seeds. Dashed: N = n.',
      panels: epsilons.map((eps) => {
        const spots = { at: psi1, argsAt: (width: number) => at(width, eps) };
        return panelOf(`$\\varepsilon = ${eps}$`, settings, [
          { label: 'new rows', measure: AR, along: around(psi1), ...spots },
          { label: 'leave-one-out', measure: leaveOneOutRisk, emphasis: 'small', ...spots },
        ]);
      }),
      claims: epsilons.map((eps) => ({
        statement: `at eps = ${eps} the training rows alone tell the adversarial risk at every width, within two standard errors`,
        check(mean) {
          const pairs = psi1.map((width) => {
            const cells = cellsOf(settings, at(width, eps));
            return { width, own: mean(cells, leaveOneOutRisk), fresh: mean(cells, AR) };
          });
          return {
            holds: pairs.every(({ own, fresh }) => !clearlyAbove(own, fresh) && !clearlyAbove(fresh, own)),
            evidence: pairs
              .map(({ width, own, fresh }) => `psi1 ${width}: ${shown(own)} against ${shown(fresh)}`)
              .join('; '),
          };
        },
      })),
    };
  },
};
