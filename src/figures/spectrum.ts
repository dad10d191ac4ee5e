import { adversarialRisk } from '../cells/measure.ts';
import type { SpectrumName } from '../theory/index.ts';
import { clearlyAbove, type Figure, shown } from './figure.ts';
import {
  AR_AXIS,
  around,
  baseSettings,
  cellOf,
  cellsOf,
  endsOf,
  nothingAt,
  panelOf,
  squareAt,
  WIDTH_AXIS,
} from './shared.ts';

const AR = adversarialRisk();

/** Covariances of one trace, so that predicting nothing has the same risk with all of them. */
const SPECTRA: readonly { readonly spectrum: SpectrumName; readonly label: string }[] = [
  { spectrum: 'isotropic', label: 'isotropic' },
  { spectrum: 'power:0.5', label: 'power law $k^{-1/2}$' },
  { spectrum: 'spiked:0.1:10', label: 'a tenth spiked, ratio 10' },
];

/** The curse for inputs that are not isotropic. */
export const spectrum: Figure = {
  name: 'spectrum',
  summary: 'adversarial risk against width for isotropic, power-law and spiked inputs',
  defaults: {
    ...baseSettings,
    psi1: [0.25, 0.5, 1, 4],
    epsilons: [0.2, 0.4],
    d: [60, 120],
    seeds: 8,
    method: 'exact',
  },
  quick: { psi1: [0.5, 4], epsilons: [0.2], d: [50], seeds: 8, testRows: 1000 },
  varies: ['d', 'psi1', 'epsilons'],

  plan(settings) {
    const { psi1, epsilons } = settings;
    const { weakest, widest } = endsOf(settings);
    const at = (name: SpectrumName, width: number) =>
      cellsOf(settings, { spectrum: name, psi1: width, eps: weakest });
    const limit = (name: SpectrumName, width: number, eps: number): number =>
      AR.predicted(cellOf(settings, { spectrum: name, psi1: width, eps }));
    return {
      x: WIDTH_AXIS,
      y: AR_AXIS,
      guides: [squareAt(settings), nothingAt(settings)],
      caption:
        'Adversarial risk against width for inputs of three covariances of one trace: isotropic; 100 eigenvalues that fall as ' +
        'k^(-1/2); one direction in ten with 10 times the variance of the others. The signal is spread evenly over the ' +
        'directions, and the attack is the same ball. Dashed: psi1 = psi2, and 1 + tau^2, the risk of predicting nothing.',
      panels: epsilons.map((eps) =>
        panelOf(
          `$\\varepsilon = ${eps}$`,
          settings,
          SPECTRA.map(({ spectrum: name, label }) => ({
            label,
            measure: AR,
            along: around(psi1, 12, 180),
            at: psi1,
            argsAt: (width) => ({ spectrum: name, psi1: width, eps }),
          })),
        ),
      ),
      claims: [
        {
          statement: `at eps = ${weakest} every spectrum has a best width, and far beyond it the risk rises by a tenth at least (theory)`,
          check() {
            const found = SPECTRA.map(({ spectrum: name }) => {
              const widths = around(psi1, 12, 60);
              const risks = widths.map((width) => limit(name, width, weakest));
              const best = risks.indexOf(Math.min(...risks));
              const far = limit(name, 100 * widths[best]!, weakest);
              const rises = best > 0 && best < widths.length - 1 && far > 1.1 * risks[best]!;
              const evidence = `${name}: ${risks[best]!.toFixed(3)} at psi1 ${widths[best]!.toFixed(1)}, ${far.toFixed(3)} at 100 times that`;
              return { rises, evidence };
            });
            return {
              holds: found.every(({ rises }) => rises),
              evidence: found.map(({ evidence }) => evidence).join('; '),
            };
          },
        },
        {
          statement: `at eps = ${weakest} and psi1 = ${widest} spiked inputs have a lower adversarial risk than isotropic ones`,
          check(mean) {
            const [isotropic, , spiked] = SPECTRA.map(({ spectrum: name }) => mean(at(name, widest), AR));
            return {
              holds: clearlyAbove(isotropic!, spiked!),
              evidence: `isotropic ${shown(isotropic!)}, spiked ${shown(spiked!)}`,
            };
          },
        },
      ],
    };
  },
};
