import { adversarialRisk } from '../cells/measure.ts';
import { theoryOf } from '../cells/theoryOf.ts';
import { bestWidth, randomFeatures } from '../theory/index.ts';
import type { Figure } from './figure.ts';
import {
  AR_AXIS,
  activationWords,
  around,
  baseSettings,
  cellOf,
  nothingAt,
  panelOf,
  WIDTH_AXIS,
} from './shared.ts';

const AR = adversarialRisk();

/** The rise of the adversarial risk with width, for five activations. */
export const activations: Figure = {
  name: 'activations',
  summary: 'adversarial risk against width for five activations: each has a best width',
  defaults: {
    ...baseSettings,
    psi1: [0.5, 1, 2, 4, 8],
    activations: ['shifted-relu', 'tanh', 'gelu', 'sin', 'softplus'],
    method: 'exact',
  },
  quick: { psi1: [1, 5], activations: ['shifted-relu', 'tanh'], d: [40], testRows: 1000 },
  varies: ['psi1', 'activations'],

  plan(settings) {
    const { psi1, tau } = settings;
    const [psi2, eps] = [settings.psi2[0]!, settings.epsilons[0]!];
    return {
      x: WIDTH_AXIS,
      y: AR_AXIS,
      guides: [nothingAt(settings)],
      caption: `Adversarial risk against width at eps = ${eps}, for several activations. Dashed: 1 + tau^2, the risk of predicting nothing. Only the shifted ReLU is covered by a theorem.`,
      panels: [
        panelOf(
          `$\\varepsilon = ${eps}$`,
          settings,
          settings.activations.map((activation) => ({
            label: activationWords(activation),
            measure: AR,
            along: around(psi1, 8),
            at: psi1,
            argsAt: (width) => ({ psi1: width, activation }),
          })),
        ),
      ],
      claims: settings.activations.map((activation) => ({
        statement: `${activation}: the adversarial risk has a best width, and rises beyond it (theory)`,
        check() {
          const best = bestWidth(randomFeatures({ psi1: 1, activation }), { psi2, eps, tau });
          const wide = theoryOf(cellOf(settings, { psi1: 20 * best.at, activation }))!.adversarialRisk;
          return {
            holds: best.where === 'inside' && wide > best.risk.adversarialRisk,
            evidence: `least AR ${best.risk.adversarialRisk.toFixed(3)} at psi1 ${best.at.toFixed(2)}, ${wide.toFixed(3)} at ${(20 * best.at).toFixed(0)}`,
          };
        },
      })),
    };
  },
};
