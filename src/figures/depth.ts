import { atWholeSizes } from '../cells/cellSizes.ts';
import { adversarialRisk, riskTrainedAt } from '../cells/measure.ts';
import { clearlyAbove, type Figure, type MeanOf, shown } from './figure.ts';
import {
  AR_AXIS,
  around,
  baseSettings,
  cellOf,
  cellsOf,
  finiteWidths,
  nothingAt,
  panelOf,
  squareAt,
} from './shared.ts';

const AR = adversarialRisk();
const DEPTHS = [1, 2, 3];

/** Frozen layers of one width, as many as `count`, trained at eps. */
const layers = (count: number, width: number, eps: number) => ({
  network: 'deep-frozen' as const,
  widths: new Array<number>(count).fill(width),
  eps,
});

const named = (count: number): string => (count === 1 ? '1 layer' : `${count} layers (no theorem)`);

/** Depth of the frozen part: adversarial risk against the width of one, two and three equal frozen layers. */
export const depth: Figure = {
  name: 'depth',
  summary: 'adversarial risk against width of one, two and three frozen layers (Gaussian equivalence)',
  defaults: {
    ...baseSettings,
    psi1: [0.5, 1, 2, 4],
    epsilons: [0, 0.3, 0.6],
    d: [60],
    seeds: 8,
    method: 'exact',
  },
  quick: { psi1: [0.5, 4], epsilons: [0.3], d: [40], seeds: 3, testRows: 1000 },
  varies: ['psi1', 'epsilons'],

  plan(settings) {
    const { psi1, epsilons } = settings;
    const limitAt = (count: number, width: number, eps: number) =>
      cellOf(settings, layers(count, width, eps));
    const attacked = epsilons.filter((eps) => eps > 0);
    const [weakest, strongest] = [Math.min(...attacked), Math.max(...attacked)];
    return {
      x: { label: 'width of every layer $N_l/d$', scale: 'log' },
      y: AR_AXIS,
      guides: [{ ...squareAt(settings), label: '$N_l = n$' }, nothingAt(settings)],
      caption:
        'Adversarial risk of adversarially trained read-outs on one, two and three frozen layers of equal width, one ' +
        'panel for each eps (the same in training and at test; at eps = 0 the adversarial risk is the standard one, infinite at ' +
        'N_l = n). Curves for two layers and more are predictions of Gaussian equivalence, not theorems.',
      panels: epsilons.map((eps) =>
        panelOf(
          `$\\varepsilon = ${eps}$`,
          settings,
          DEPTHS.map((count) => ({
            label: named(count),
            measure: riskTrainedAt(eps),
            along: around(psi1, 5),
            at: finiteWidths(settings, eps),
            argsAt: (width) => layers(count, width, eps),
          })),
        ),
      ),
      claims: [
        ...(attacked.length === 0
          ? []
          : [
              {
                statement: `at eps = ${weakest} every further layer raises the adversarial risk at the best width (Gaussian equivalence)`,
                check() {
                  const best = DEPTHS.map((count) => {
                    const risks = around(psi1, 10).map((width) => ({
                      width,
                      risk: AR.predicted(limitAt(count, width, weakest)),
                    }));
                    return risks.reduce((a, b) => (b.risk < a.risk ? b : a));
                  });
                  return {
                    holds: best.every(({ risk }, i) => i === 0 || risk > best[i - 1]!.risk),
                    evidence: best
                      .map(
                        ({ width, risk }, i) => `depth ${i + 1}: ${risk.toFixed(3)} at ${width.toFixed(2)}`,
                      )
                      .join(', '),
                  };
                },
              },
              {
                statement: `at eps = ${strongest} and the largest width three frozen layers have a higher adversarial risk than one, in simulation`,
                check(mean: MeanOf) {
                  const widest = Math.max(...psi1);
                  const at = (count: number) => mean(cellsOf(settings, layers(count, widest, strongest)), AR);
                  const evidence = `AR ${shown(at(3))} against ${shown(at(1))} at N_l/d = ${widest}`;
                  return { holds: clearlyAbove(at(3), at(1)), evidence };
                },
              },
              {
                statement:
                  'on average over eps and widths the simulated adversarial risks of two and three layers are within 5 per cent of the prediction',
                check(mean: MeanOf) {
                  const distances = attacked.flatMap((eps) =>
                    [2, 3].flatMap((count) =>
                      psi1.map((width) => {
                        const cells = cellsOf(settings, layers(count, width, eps));
                        return Math.abs(mean(cells, AR).value / AR.predicted(atWholeSizes(cells[0]!)) - 1);
                      }),
                    ),
                  );
                  const average = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
                  const evidence = `${(100 * average).toFixed(1)} per cent on average, ${(100 * Math.max(...distances)).toFixed(1)} at most`;
                  return { holds: average < 0.05, evidence };
                },
              },
            ]),
      ],
    };
  },
};
