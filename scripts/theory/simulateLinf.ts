/**
 * Models of finite size trained exactly against linf, beside their limit: standard and adversarial risk of regressions, error and
 * robust error of classifiers, at test by PGD in linf and in l2, at twelve settings; means over seeds with standard errors.
 * `npx tsx scripts/theory/simulateLinf.ts [d] [seeds]`; at d = 200 and 4 seeds some ten minutes
 */
import type { Cell, CellArgs } from '../../src/cells/cell.ts';
import type { CellResult } from '../../src/cells/cellResult.ts';
import { atWholeSizes } from '../../src/cells/cellSizes.ts';
import { compare } from '../../src/cells/comparison.ts';
import { cell } from '../../src/cells/makeCell.ts';
import {
  adversarialRisk,
  cleanError,
  type Measure,
  robustError,
  standardRisk,
} from '../../src/cells/measure.ts';
import { streamKey } from '../../src/cells/node/cellKey.ts';
import { runCell } from '../../src/cells/runCell.ts';
import { loadRuntime } from '../../src/index.ts';

const [d = 100, seeds = 8] = process.argv.slice(2).map(Number);
const labels = { loss: 'logistic', flip: 0.05 } as const;
const settings: readonly Partial<CellArgs>[] = [
  { psi1: 0.5, psi2: 1, eps: 0.3, lambda: 0.01, tau: 0.2 },
  { psi1: 0.5, psi2: 2, eps: 0.6, tau: 0.5 },
  { psi1: 1, psi2: 2, eps: 0.3, lambda: 0.1, tau: 0.2 },
  { psi1: 1, psi2: 1, eps: 0.6, tau: 0.5 },
  { psi1: 2, psi2: 1, eps: 0.3, tau: 0.2 },
  { psi1: 2, psi2: 1, eps: 1, lambda: 0.01, tau: 0.5 },
  { psi1: 1, psi2: 2, eps: 0.4, tau: 0.2, signal: 'rademacher' },
  { psi1: 1, psi2: 2, eps: 0.4, tau: 0.2, signal: 'sparse:0.05' },
  { psi1: 2, psi2: 2, eps: 0.5, lambda: 0.05, tau: 0.2, activation: 'tanh' },
  { psi1: 1, psi2: 2, eps: 0.2, lambda: 0.01, tau: 0.2, ...labels },
  { psi1: 1, psi2: 2, eps: 0.2, lambda: 0.01, tau: 0.2, ...labels, loss: 'hinge', signal: 'sparse:0.05' },
  { psi1: 1, psi2: 2, eps: 0.3, lambda: 0.1, tau: 0.5, ...labels, loss: 'squaredHinge' },
];

console.log((await loadRuntime()).engine);
console.log(`d ${d}, ${seeds} seeds: simulated +- standard error (theory)`);
console.log('clean, against linf, against l2');
let [compared, within] = [0, 0];
for (const setting of settings) {
  const found = [await beside(setting, 'linf'), await beside(setting, 'l2')];
  console.log(`${JSON.stringify(setting)}\n    ${[...found[0]!, found[1]![1]].join('  ')}`);
}
console.log(`${within} of ${compared} within 3 standard errors or 2 per cent`);

/** Both risks, or both errors, of the setting at test in a norm. */
async function beside(setting: Partial<CellArgs>, testNorm: 'linf' | 'l2'): Promise<string[]> {
  const cells = Array.from({ length: seeds }, (_, seed) =>
    cell({ d, method: 'exact', ...setting, norm: 'linf', testNorm, seed } as CellArgs),
  );
  const results: CellResult[] = [];
  for (const of of cells) results.push(await runCell(of, { streams: streamKey(of) }));
  const measures: Measure[] =
    setting.loss === undefined ? [standardRisk, adversarialRisk()] : [cleanError, robustError()];
  return measures.map((measure, k) => {
    const values = results.map((result, i) => measure.simulated(result, cells[i]!));
    const { simulated, theory, agrees } = compare(values, measure.predicted(atWholeSizes(cells[0] as Cell)));
    // The risk without an attack is the same at both tests.
    if (k === 1 || testNorm === 'linf') {
      compared++;
      if (agrees) within++;
    }
    return `${simulated.value.toFixed(4)} +- ${simulated.standardError.toFixed(4)} (${theory.toFixed(4)})`;
  });
}
