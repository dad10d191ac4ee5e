import { bestLambda, randomFeatures } from '../../theory/index.ts';
import { clearlyAbove, type Figure, shown } from '../figure.ts';
import { adversarialRisk } from '../measure.ts';
import { around, baseSettings, cellsOf, panelOf } from './shared.ts';

const AR = adversarialRisk();

/** A ridge penalty repairs the curse. */
export const regularisation: Figure = {
  name: 'regularisation',
  summary: 'adversarial risk against width for several ridge penalties: lambda repairs the curse',
  defaults: { ...baseSettings, psi1: [0.5, 1, 2, 4, 8], lambda: [0, 0.03, 0.3], method: 'exact' },
  quick: { psi1: [1, 5], lambda: [0, 0.3], d: [40], testRows: 1000 },
  varies: ['psi1', 'lambda'],

  plan(settings) {
    const { psi1, lambda, tau } = settings;
    const [psi2, eps, activation] = [settings.psi2[0]!, settings.epsilons[0]!, settings.activations[0]!];
    const best = (width: number) =>
      bestLambda(randomFeatures({ psi1: width, activation }), { psi2, eps, tau });
    const [widest, weakest, strongest] = [Math.max(...psi1), Math.min(...lambda), Math.max(...lambda)];
    return {
      x: { label: 'width $\\psi_1 = N/d$', scale: 'log' },
      y: { label: 'adversarial risk', scale: 'log' },
      guides: [{ axis: 'x', at: psi2 }],
      caption: `Adversarial risk against width at eps = ${eps}, for several ridge penalties lambda.`,
      panels: [
        panelOf(
          `$\\varepsilon = ${eps}$`,
          settings,
          lambda.map((value) => ({
            label: `theory, $\\lambda = ${value}$`,
            measure: AR,
            along: around(psi1, 6),
            at: psi1,
            argsAt: (width) => ({ psi1: width, lambda: value }),
          })),
        ),
      ],
      claims: [
        {
          statement:
            'with the best lambda of each width the adversarial risk falls with width, without end (theory)',
          check() {
            const widths = [1, 2, 4, 8, 16, 50];
            const found = widths.map(best);
            return {
              holds: found.every(
                (at, i) => i === 0 || at.risk.adversarialRisk < found[i - 1]!.risk.adversarialRisk,
              ),
              evidence: found
                .map(
                  ({ at, risk }, i) =>
                    `psi1 ${widths[i]}: lambda ${at.toFixed(2)}, AR ${risk.adversarialRisk.toFixed(3)}`,
                )
                .join('; '),
            };
          },
        },
        {
          statement: `at psi1 = ${widest} lambda = ${strongest} beats lambda = ${weakest}`,
          compares: ['lambda'],
          check(mean) {
            const at = (value: number) => mean(cellsOf(settings, { psi1: widest, lambda: value }), AR);
            const evidence = `AR ${shown(at(strongest))} against ${shown(at(weakest))}`;
            return { holds: clearlyAbove(at(weakest), at(strongest)), evidence };
          },
        },
      ],
    };
  },
};
