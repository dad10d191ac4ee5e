import { adversarialRisk, standardRisk } from '../cells/measure.ts';
import { theoryOf } from '../cells/theoryOf.ts';
import { gridValues } from '../theory/index.ts';
import { type Curve, clearlyAbove, type Figure, shown } from './figure.ts';
import { baseSettings, cellOf, cellsOf, endsOf, lookOf } from './shared.ts';

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
    const limits = (width: number, at: readonly number[]) =>
      at
        .map((eps) => cellOf(settings, args(width, eps)))
        .map((cell) => ({ cell, risk: theoryOf(cell)! }))
        .map(({ cell, risk }) => ({ x: standardRisk.theory(risk, cell), y: AR.theory(risk, cell) }))
        .filter(({ x, y }) => Number.isFinite(x + y));
    const ascending = [...epsilons].sort((a, b) => a - b);
    const { narrowest, widest } = endsOf(settings);
    return {
      x: { label: 'standard risk', scale: 'linear' },
      y: { label: `adversarial risk at $\\varepsilon_{\\mathrm{test}} = ${EPS_TEST}$`, scale: 'linear' },
      guides: [],
      caption: `Standard risk against adversarial risk at eps_test = ${EPS_TEST}, along the radius eps in training, which stands beside the points where there is room. For N > n the limit of a small eps (the end of the line) is not eps = 0 (the dot), which is the risk of least-norm interpolation.`,
      panels: [
        {
          title: 'numbers at the points: $\\varepsilon$ in training',
          curves: psi1.flatMap((width, i): Curve[] => {
            const look = { label: `$\\psi_1 = ${width}$`, colour: lookOf(i).colour };
            return [
              { ...look, kind: 'theory, $\\varepsilon > 0$', points: limits(width, radii) },
              { ...look, kind: 'theory, $\\varepsilon = 0$', dots: true, points: limits(width, [0]) },
            ];
          }),
          measured: psi1.map((width, i) => ({
            label: `$\\psi_1 = ${width}$`,
            ...lookOf(i),
            emphasis: 'open',
            spots: epsilons.map((eps) => ({
              x: standardRisk,
              y: AR,
              cells: cellsOf(settings, args(width, eps)),
              label: `$${eps}$`,
            })),
          })),
        },
      ],
      claims: [
        {
          statement: `for psi1 = ${narrowest} adversarial training lowers both risks before it trades one for the other`,
          compares: ['epsilons'],
          check(mean) {
            const at = (eps: number) => cellsOf(settings, args(narrowest, eps));
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
          statement: `for psi1 = ${widest} and eps_test = ${EPS_TEST} the normally trained model is the more robust one`,
          compares: ['epsilons'],
          check(mean) {
            const at = (eps: number) => mean(cellsOf(settings, args(widest, eps)), AR);
            const [none, some] = [at(ascending[0]!), at(ascending[1]!)];
            const evidence = `AR at eps ${ascending[0]}: ${shown(none)}, at eps ${ascending[1]}: ${shown(some)}`;
            return { holds: clearlyAbove(some, none), evidence };
          },
        },
      ],
    };
  },
};
