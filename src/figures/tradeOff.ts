import { adversarialRisk, standardRisk } from '../cells/measure.ts';
import { theoryOf } from '../cells/theoryOf.ts';
import { gridValues } from '../theory/index.ts';
import { clearlyAbove, type Figure, shown } from './figure.ts';
import { baseSettings, cellOf, cellsOf, lookOf } from './shared.ts';

/** The radius at test that the trade-off is about. */
const EPS_TEST = 0.5;
const AR = adversarialRisk();

/** Standard against adversarial risk as the training radius varies. */
export const tradeOff: Figure = {
  name: 'trade-off',
  summary: 'standard risk against adversarial risk as the training eps varies, for several widths',
  defaults: { ...baseSettings, psi1: [1, 3, 8], epsilons: [0, 0.2, 0.4, 0.6, 0.8, 1], method: 'exact' },
  quick: { psi1: [1, 8], epsilons: [0, 0.3], d: [40], testRows: 1000 },
  varies: ['psi1', 'epsilons'],

  plan(settings) {
    const { psi1, epsilons } = settings;
    const args = (width: number, eps: number) => ({ psi1: width, eps, epsTest: [EPS_TEST] });
    // For N > n the limit eps -> 0 is not eps = 0, so the curve begins beside it; eps = 0 is a point of its own.
    const radii = gridValues({ from: 0.002, to: Math.max(...epsilons) * 1.5, count: 200 });
    const ascending = [...epsilons].sort((a, b) => a - b);
    return {
      x: { label: 'standard risk', scale: 'linear' },
      y: { label: `adversarial risk at $\\varepsilon_{test} = ${EPS_TEST}$`, scale: 'linear' },
      guides: [],
      caption: `Standard risk against adversarial risk at eps_test = ${EPS_TEST}, along training radii eps > 0; eps = 0 is the point off the curve where N > n.`,
      panels: [
        {
          title: '',
          curves: psi1.map((width, i) => ({
            label: `theory, $\\psi_1 = ${width}$`,
            colour: lookOf(i).colour,
            points: radii
              .map((eps) => cellOf(settings, args(width, eps)))
              .map((at) => ({ at, risk: theoryOf(at)! }))
              .map(({ at, risk }) => ({ x: standardRisk.theory(risk, at), y: AR.theory(risk, at) }))
              .filter(({ x, y }) => Number.isFinite(x + y)),
          })),
          measured: psi1.map((width, i) => ({
            label: `simulation, $\\varepsilon = ${epsilons.join(', ')}$`,
            ...lookOf(i),
            emphasis: 'open',
            spots: epsilons.map((eps) => ({
              x: standardRisk,
              y: AR,
              cells: cellsOf(settings, args(width, eps)),
            })),
          })),
        },
      ],
      claims: [
        {
          statement: `for psi1 = ${Math.min(...psi1)} adversarial training lowers both risks before it trades one for the other`,
          compares: ['epsilons'],
          check(mean) {
            const at = (eps: number) => cellsOf(settings, args(Math.min(...psi1), eps));
            const [none, some] = [at(ascending[0]!), at(ascending[1]!)];
            const [sr, ar] = [standardRisk, AR].map(
              (measure) => [mean(none, measure), mean(some, measure)] as const,
            );
            return {
              holds: clearlyAbove(sr![0], sr![1]) && clearlyAbove(ar![0], ar![1]),
              evidence: `eps ${ascending[0]}: SR ${shown(sr![0])}, AR ${shown(ar![0])}; eps ${ascending[1]}: SR ${shown(sr![1])}, AR ${shown(ar![1])}`,
            };
          },
        },
        {
          statement: `for psi1 = ${Math.max(...psi1)} and eps_test = ${EPS_TEST} the normally trained model is the more robust one`,
          compares: ['epsilons'],
          check(mean) {
            const at = (eps: number) => mean(cellsOf(settings, args(Math.max(...psi1), eps)), AR);
            const [none, some] = [at(ascending[0]!), at(ascending[1]!)];
            const evidence = `AR at eps ${ascending[0]}: ${shown(none)}, at eps ${ascending[1]}: ${shown(some)}`;
            return { holds: clearlyAbove(some, none), evidence };
          },
        },
      ],
    };
  },
};
