import type { Cell } from '../cells/cell.ts';
import { adversarialRisk } from '../cells/measure.ts';
import { gridValues } from '../theory/index.ts';
import { type Figure, shown } from './figure.ts';
import { AR_AXIS, baseSettings, cellsOf, limitsByTestRadius, lookOf } from './shared.ts';

const RADII = [0.1, 0.3, 0.5, 0.7, 1];

/** How much of the adversarial risk each attack finds. */
export const attacks: Figure = {
  name: 'attacks',
  summary: 'adversarial risk as FGM, PGD and the linearised attack measure it, on the same models',
  defaults: { ...baseSettings, psi1: [2], epsilons: [0.5], method: 'exact' },
  quick: { d: [100], testRows: 1000 },
  varies: [],

  plan(settings) {
    const kinds: { name: string; testAttack: Cell['testAttack'] }[] = [
      { name: 'FGM', testAttack: 'fgm' },
      { name: 'PGD, 10 steps', testAttack: 'pgd' },
      { name: 'linearised, exact in the limit', testAttack: 'linearised' },
    ];
    const along = gridValues({ from: 0, to: Math.max(...RADII), count: 100 });
    const at = (testAttack: Cell['testAttack']) => cellsOf(settings, { testAttack, epsTest: RADII });
    return {
      x: { label: 'radius at test $\\varepsilon_{\\mathrm{test}}$', scale: 'linear' },
      y: AR_AXIS,
      guides: [],
      caption:
        `Adversarial risk at psi1 = ${settings.psi1[0]}, trained at eps = ${settings.epsilons[0]}, as FGM, PGD and the linearised attack find it. ` +
        'The curve is the limit, in which the linearised attack is exact.',
      panels: [
        {
          title: '',
          curves: [
            {
              label: 'theory',
              kind: null,
              colour: lookOf(5).colour,
              points: limitsByTestRadius(settings, {}, along),
            },
          ],
          measured: kinds.map(({ name, testAttack }, i) => ({
            label: name,
            ...lookOf(i),
            emphasis: 'open',
            spots: RADII.map((x, k) => ({ x, y: adversarialRisk(k), cells: at(testAttack) })),
          })),
        },
      ],
      claims: [
        {
          statement:
            'the attacks agree within 5 per cent at every radius: in high dimension these models are nearly linear',
          check(mean) {
            const pairs = RADII.map((_, k) =>
              kinds.map(({ testAttack }) => mean(at(testAttack), adversarialRisk(k))),
            );
            return {
              holds: pairs.every((found) =>
                found.every(({ value }) => Math.abs(value / found[0]!.value - 1) < 0.05),
              ),
              evidence: pairs.map((found, k) => `eps ${RADII[k]}: ${found.map(shown).join(', ')}`).join('; '),
            };
          },
        },
      ],
    };
  },
};
