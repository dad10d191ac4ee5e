import { standardRisk } from '../cells/measure.ts';
import { interpolationPeak, randomFeatures } from '../theory/index.ts';
import { clearlyAbove, type Figure, shown } from './figure.ts';
import {
  around,
  baseSettings,
  cellsOf,
  kindsByEps,
  nearestTo,
  panelOf,
  squareAt,
  WIDTH_AXIS,
} from './shared.ts';

/** The peak at the interpolation threshold, and where it goes as eps grows. */
export const doubleDescent: Figure = {
  name: 'double-descent',
  summary: 'standard risk against width: the peak moves to larger psi1 as eps grows',
  defaults: {
    ...baseSettings,
    tau: 0.5,
    psi1: [0.5, 1, 1.5, 3, 4, 6, 10],
    epsilons: [0.1, 0.2, 0.3, 0.5],
    method: 'exact',
  },
  quick: { psi1: [0.5, 2.5, 6], epsilons: [0.1, 0.5], d: [40], testRows: 1000 },
  varies: ['psi1', 'epsilons'],

  plan(settings) {
    const { psi1, epsilons, tau } = settings;
    const ascending = [...epsilons].sort((a, b) => a - b);
    const peaks = ascending.map((eps) =>
      interpolationPeak(
        randomFeatures({ psi1: 1, activation: settings.activations[0]! }),
        { psi2: settings.psi2[0]!, eps, tau, lambda: settings.lambda[0]! },
        { measure: 'standardRisk' },
      ),
    );
    return {
      x: WIDTH_AXIS,
      y: { label: 'standard risk', scale: 'log' },
      guides: [squareAt(settings)],
      caption:
        'Standard risk of adversarially trained random-features regressions against width, for several eps. ' +
        'Dashed: psi1 = psi2, where features and samples are equally many.',
      panels: [
        panelOf(
          '',
          settings,
          kindsByEps(settings, {
            measure: standardRisk,
            along: around(psi1, 2, 240),
            at: psi1,
            argsAt: (width) => ({ psi1: width }),
          }),
        ),
      ],
      claims: [
        {
          statement: 'the peak of the standard risk moves to larger psi1 as eps grows (theory)',
          check: () => ({
            holds: peaks.every((peak, i) => peak !== undefined && (i === 0 || peak.at > peaks[i - 1]!.at)),
            evidence: ascending
              .map((eps, i) => `eps ${eps}: psi1 ${peaks[i]?.at.toFixed(2) ?? 'none'}`)
              .join(', '),
          }),
        },
        {
          statement: `at eps = ${ascending[0]} the simulated risk is higher near the peak than on either side`,
          compares: ['psi1'],
          check(mean) {
            const near = nearestTo(peaks[0]?.at ?? settings.psi2[0]!, psi1);
            const at = (width: number) =>
              mean(cellsOf(settings, { psi1: width, eps: ascending[0]! }), standardRisk);
            const [left, top, right] = [at(Math.min(...psi1)), at(near), at(Math.max(...psi1))];
            return {
              holds: clearlyAbove(top, left) && clearlyAbove(top, right),
              evidence: `psi1 ${Math.min(...psi1)}: ${shown(left)}, ${near}: ${shown(top)}, ${Math.max(...psi1)}: ${shown(right)}`,
            };
          },
        },
      ],
    };
  },
};
