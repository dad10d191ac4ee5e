// Leave-one-out estimates beside training without every row, as one Markdown table.
//   npx tsx scripts/compareLeaveOneOut.ts [--csv FILE --target COLUMN]... [--every K] [--n N] [--only NAME]
// --csv adds a table of one's own (a header, numbers only) to Gaussian rows, diabetes and digits. Training without a row begins at
// the solution of all; for each K-th row a solution from the beginning says how far that may be trusted. Times of an
// estimate are the median of 21.
import { parseArgs } from 'node:util';
import type { HostRows } from '../src/data/dataset.ts';
import { teacher } from '../src/data/teacher.ts';
import { type LeaveOneOut, readoutProblem, solveReadout } from '../src/exact/index.ts';
import { problemWithout } from '../src/exact/leaveOneOut/withoutRow.ts';
import { unitSphereRows } from '../src/models/unitSphereRows.ts';
import { shipped, standardisedTable } from './leaveOneOutTables.ts';

const { values } = parseArgs({
  options: {
    csv: { type: 'string', multiple: true, default: [] },
    target: { type: 'string', multiple: true, default: [] },
    every: { type: 'string', default: '40' },
    n: { type: 'string', default: '200' },
    only: { type: 'string' },
  },
});
const [every, n] = [Number(values.every), Number(values.n)];
/** Times of which the median is given; odd. */
const RUNS = 21;
/** How near the refined estimates are to be. */
const WITHIN = 0.01;

const sets: Record<string, HostRows> = {
  Gaussian: teacher({ d: 40, tau: 0.3, seed: 3 }).sample('train', n),
  diabetes: standardisedTable(shipped('diabetes'), n),
  digits: standardisedTable(shipped('digits'), n),
};
values.csv.forEach((file, k) => {
  sets[file.replace(/^.*\/|\.csv$/g, '')] = standardisedTable(file, n, values.target[k]);
});

const settings = [
  [0.5, 0.05, 0],
  [0.5, 0.2, 0.01],
  [0.5, 0.5, 0.1],
  [2, 0.05, 0.01],
  [2, 0.2, 0],
  [2, 0.5, 0.1],
] as const;

function timed<T>(work: () => T): readonly [T, number] {
  const started = performance.now();
  return [work(), performance.now() - started];
}

/** Errors of SR and AR, as shares. */
const errorsOf = (found: LeaveOneOut, truth: LeaveOneOut): readonly [number, number] => [
  found.standard.value / truth.standard.value - 1,
  found.risks[0]!.risk.value / truth.risks[0]!.risk.value - 1,
];
const percent = (share: number): string => `${share < 0 ? '-' : '+'}${Math.abs(100 * share).toFixed(2)} %`;

console.log(
  '| rows | N | eps | lambda | SR | its error | refined | AR(eps) | its error | refined | trained anew | estimate / fit | refined / fit | trusted |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
const plain: number[] = [];
const refined: number[] = [];
let furthest = 0;
for (const [name, rows] of Object.entries(sets).filter(([name]) => name === (values.only ?? name)))
  for (const [share, eps, lambda] of settings) {
    const N = Math.round(share * rows.n);
    const problem = readoutProblem(rows, { W: unitSphereRows(5, N, rows.d) });
    const options = { eps, lambda, fitIntercept: true };
    // The first of a size compiles.
    solveReadout(problem, options).leaveOneOut({ refine: 1 });
    // In turn, so that what else the machine does is in both.
    const runs = Array.from({ length: RUNS }, () => {
      const [solved, fit] = timed(() => solveReadout(problem, options));
      const [estimate, once] = timed(() => solved.leaveOneOut());
      return { solved, estimate, fit, share: once / fit };
    });
    const { solved, estimate, fit, share: once } = runs.sort((a, b) => a.share - b.share)[RUNS >> 1]!;
    const [better, more] = timed(() => solved.leaveOneOut({ refine: { within: WITHIN } }));
    const truth = solved.leaveOneOut({ refine: rows.n });
    const size = Math.sqrt(truth.standard.value);
    for (let i = 0; i < rows.n; i += every) {
      const { theta, intercept } = solveReadout(problemWithout(problem, i), {
        ...options,
        lambda: (lambda * rows.n) / (rows.n - 1),
        tolerance: 1e-9,
      });
      const output = problem.phi
        .subarray(i * N, (i + 1) * N)
        .reduce((sum, value, a) => sum + value * theta[a]!, intercept);
      const q = Math.hypot(...problem.jacobians.images(theta).subarray(i * rows.d, (i + 1) * rows.d));
      const off = Math.abs(truth.residuals[i]! - (rows.y[i]! - output));
      furthest = Math.max(furthest, (off + eps * Math.abs(truth.gradientNorms[i]! - q)) / size);
    }
    const [before, after] = [estimate, better].map((found) => errorsOf(found, truth));
    plain.push(...before!);
    refined.push(...after!);
    const columns = [
      ...[name, N, eps, lambda],
      ...[truth.standard.value.toFixed(4), percent(before![0]), percent(after![0])],
      ...[truth.risks[0]!.risk.value.toFixed(4), percent(before![1]), percent(after![1])],
      ...[better.refitted, once.toFixed(2), (once + more / fit).toFixed(1)],
      estimate.trusted ? 'yes' : `no: ${estimate.doubts.join('; ')}`,
    ];
    console.log(`| ${columns.join(' | ')} |`);
  }
const summary = (list: readonly number[]): string => {
  const sizes = list.map(Math.abs).sort((a, b) => a - b);
  return `median ${(100 * sizes[Math.floor(sizes.length / 2)]!).toFixed(2)} %, largest ${(100 * sizes.at(-1)!).toFixed(2)} %`;
};
console.log(
  `\nErrors of SR and AR over ${plain.length} numbers: ${summary(plain)}; refined: ${summary(refined)}. Rows trained anew differ from ` +
    `solutions from the beginning by at most ${furthest.toExponential(1)} of the root mean square residual.`,
);
