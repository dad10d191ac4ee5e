import { thetaNorm } from '../cells/measure.ts';
import { criticalEps, gridValues, randomFeatures } from '../theory/index.ts';
import { type Figure, shown } from './figure.ts';
import { baseSettings, cellsOf, lookOf, panelOf } from './shared.ts';

/** Beyond a critical eps nothing is learnt at all. */
export const nullPhase: Figure = {
  name: 'null-phase',
  summary: 'norm of theta against eps: beyond the critical eps, theta = 0',
  defaults: {
    ...baseSettings,
    psi1: [0.5, 1, 2],
    epsilons: [0.3, 0.6, 0.8, 0.95, 1.1, 1.25, 1.4, 1.6],
    method: 'exact',
  },
  quick: { psi1: [0.5], epsilons: [0.4, 0.6, 1.1], d: [40], testRows: 1000 },
  varies: ['psi1', 'epsilons'],

  plan(settings) {
    const { psi1, epsilons, tau, psi2 } = settings;
    const critical = (width: number) =>
      criticalEps(randomFeatures({ psi1: width, activation: settings.activations[0]! }), {
        psi2: psi2[0]!,
        tau,
      });
    return {
      x: { label: 'radius $\\varepsilon$', scale: 'linear' },
      y: { label: 'norm $|\\theta|$', scale: 'linear' },
      guides: psi1.map((width, i) => {
        const at = critical(width);
        return {
          axis: 'x',
          at,
          colour: lookOf(i).colour,
          label: `$\\varepsilon_c(${width}) = ${at.toFixed(2)}$`,
        };
      }),
      caption:
        'Norm of theta against eps, for several widths. Dashed: the critical eps_c of each, beyond which theta = 0.',
      panels: [
        panelOf(
          '',
          settings,
          psi1.map((width) => ({
            label: `$\\psi_1 = ${width}$`,
            measure: thetaNorm,
            along: gridValues({ from: Math.min(...epsilons), to: Math.max(...epsilons), count: 160 }),
            at: epsilons,
            argsAt: (eps) => ({ psi1: width, eps }),
          })),
        ),
      ],
      claims: psi1.map((width) => ({
        statement: `psi1 = ${width}: theta is zero beyond the critical eps ${critical(width).toFixed(3)}, and not below it`,
        check(mean) {
          const at = (eps: number) => mean(cellsOf(settings, { psi1: width, eps }), thetaNorm);
          const [below, beyond] = [
            epsilons.filter((eps) => eps < 0.85 * critical(width)).map(at),
            epsilons.filter((eps) => eps > 1.15 * critical(width)).map(at),
          ];
          return {
            holds: below.every(({ value }) => value > 0.1) && beyond.every(({ value }) => value < 0.02),
            evidence: `below: ${below.map(shown).join(', ')}; beyond: ${beyond.map(shown).join(', ') || 'not simulated, 0'}`,
          };
        },
      })),
    };
  },
};
