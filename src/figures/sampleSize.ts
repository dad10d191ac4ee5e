import { adversarialRisk, standardRisk } from '../cells/measure.ts';
import { clearlyAbove, type Figure, shown } from './figure.ts';
import { around, baseSettings, cellsOf, kindsByEps, panelOf } from './shared.ts';

/** Risk against the number of training samples. */
export const sampleSize: Figure = {
  name: 'sample-size',
  summary: 'risk against the number of training samples psi2 = n/d, for several eps',
  defaults: {
    ...baseSettings,
    psi1: [2],
    psi2: [0.5, 1, 1.5, 3, 5, 8],
    epsilons: [0, 0.3, 0.6],
    method: 'exact',
  },
  quick: { psi2: [0.5, 1.2, 4], epsilons: [0, 0.3], d: [40], testRows: 1000 },
  varies: ['psi2', 'epsilons'],

  plan(settings) {
    const { psi2, epsilons } = settings;
    const panel = (title: string, measure: typeof standardRisk) =>
      panelOf(
        title,
        settings,
        kindsByEps(settings, {
          measure,
          along: around(psi2, 2),
          at: psi2,
          argsAt: (samples) => ({ psi2: samples }),
        }),
      );
    const [few, many] = [Math.min(...psi2), Math.max(...psi2)];
    return {
      x: { label: 'samples $\\psi_2 = n/d$', scale: 'log' },
      y: { label: 'risk', scale: 'log' },
      guides: [{ axis: 'x', at: settings.psi1[0]!, label: '$\\psi_2 = \\psi_1$' }],
      caption:
        `Standard and adversarial risk against psi2 = n/d at psi1 = N/d = ${settings.psi1[0]}, for several radii eps of the l2 ` +
        'attack, the same in training and at test. At eps = 0 both risks are one, infinite at psi2 = psi1 (dashed).',
      panels: [
        panel('standard risk', standardRisk),
        panel('adversarial risk, $\\varepsilon_{\\mathrm{test}} = \\varepsilon$', adversarialRisk()),
      ],
      claims: epsilons.map((eps) => ({
        statement: `at eps = ${eps} many samples give less adversarial risk than few`,
        compares: ['psi2'],
        check(mean) {
          const at = (samples: number) => mean(cellsOf(settings, { psi2: samples, eps }), adversarialRisk());
          const evidence = `psi2 ${few}: ${shown(at(few))}, psi2 ${many}: ${shown(at(many))}`;
          return { holds: clearlyAbove(at(few), at(many)), evidence };
        },
      })),
    };
  },
};
