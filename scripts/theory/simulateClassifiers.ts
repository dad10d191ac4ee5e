/**
 * Classifiers of finite size beside their limit, at one, two and three frozen layers: error and robust error on fresh rows, and
 * the shares of training rows whose margin lies below the quantiles .1 and .9 that theory gives them. The exact optimum of each
 * loss, the attack linearised in training and PGD at test; means over seeds with standard errors.
 * `npx tsx scripts/theory/simulateClassifiers.ts [layers] [d] [loss]`; all of them some ten minutes
 */
import { misclassified, pgd } from '../../src/attacks/index.ts';
import type { DeepCell } from '../../src/cells/cell.ts';
import { cellModel } from '../../src/cells/cellModel.ts';
import { cellProblem } from '../../src/cells/cellProblem.ts';
import { atWholeSizes } from '../../src/cells/cellSizes.ts';
import { cell } from '../../src/cells/makeCell.ts';
import { streamKey } from '../../src/cells/node/cellKey.ts';
import { errorsOf } from '../../src/cells/theoryOf.ts';
import { trainCell } from '../../src/cells/trainCell.ts';
import { loadRuntime, meanOf, robustRisk, tf } from '../../src/index.ts';
import {
  type ClassificationRisk,
  type MarginLossName,
  trainingMarginQuantile,
} from '../../src/theory/index.ts';

/** Beside the share of rows that the kink of a hinge holds, whose margins differ at finite d as their gradient norms do. */
const SHARES = [0.1, 0.9];
const [layers, dimension] = process.argv.slice(2, 4).map(Number);
const only = process.argv[4];
const attack = pgd({ steps: 10, loss: 'margin' });

console.log((await loadRuntime()).engine);
console.log('simulated +- standard error (theory)');
console.log(
  `layers  d    loss          ${['error', 'robust error', ...SHARES.map((share) => `rows below quantile ${share}`)].map((name) => name.padEnd(27)).join('')}`,
);
let [compared, within] = [0, 0];
for (const widths of [[1], [1.5, 1], [1.5, 1.5, 1]])
  for (const loss of ['logistic', 'hinge', 'squaredHinge'] as const)
    for (const [d, seeds] of [
      [100, 10],
      [200, 5],
    ] as const) {
      if (layers !== undefined && layers !== widths.length) continue;
      if (dimension !== undefined && dimension !== d) continue;
      if (only !== undefined && only !== loss) continue;
      await compare(widths, loss, d, seeds);
    }
console.log(`${within} of ${compared} within 3 standard errors`);

async function compare(widths: number[], loss: MarginLossName, d: number, seeds: number): Promise<void> {
  const cells = Array.from({ length: seeds }, (_, seed) =>
    cell({
      ...{ network: 'deep-frozen', widths, psi2: 2, d, eps: 0.3, lambda: 0.01, tau: 0.5, flip: 0.05 },
      ...{ loss, seed, testRows: 2000 },
    }),
  ) as DeepCell[];
  const theory = errorsOf(atWholeSizes(cells[0]!))!;
  const found: number[][] = [];
  for (const of of cells) found.push(await measured(of, theory));
  const beside = [theory.error, theory.robustError, ...SHARES].map((limit, k) => {
    const { value, standardError } = meanOf(found.map((row) => row[k]!));
    compared++;
    if (Math.abs(value - limit) <= 3 * standardError) within++;
    return `${value.toFixed(4)} +- ${standardError.toFixed(4)} (${limit.toFixed(4)})`;
  });
  console.log(
    `${String(widths.length).padEnd(6)}  ${String(d).padEnd(3)}  ${loss.padEnd(12)}  ${beside.join('  ')}`,
  );
}

/** Error, robust error, and the shares of training rows below theory's quantiles, of one trained cell. */
async function measured(of: DeepCell, theory: ClassificationRisk): Promise<number[]> {
  const streams = streamKey(of);
  const model = cellModel(of, streams);
  const { train, test } = cellProblem(of, { streams });
  await trainCell(model, train, of, { streams });
  const { curve } = await robustRisk(model, test, attack, {
    epsilons: [0, of.eps],
    criterion: misclassified,
  });
  const outputs = tf.tidy(() =>
    (model.predict(tf.tensor2d(train.x, [train.n, train.d])) as tf.Tensor).flatten(),
  );
  const f = (await outputs.data()) as Float32Array;
  outputs.dispose();
  model.dispose();
  const below = SHARES.map((share) => {
    const margin = trainingMarginQuantile(theory, share);
    return f.reduce((count, output, i) => count + (output * train.y[i]! < margin ? 1 : 0), 0) / f.length;
  });
  return [...curve.map(({ success }) => success!.value), ...below];
}
