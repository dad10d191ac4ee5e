// Leave-one-out estimates beside training without every row, as one Markdown table.
//   npx tsx scripts/compareLeaveOneOut.ts [--csv FILE --target COLUMN]... [--every K] [--n N] [--only NAME]
// --csv adds a table of one's own (a header, numbers only) to Gaussian rows, diabetes and digits. Training without a row begins at
// the solution of all; for each K-th row a solution from the beginning says how far that may be trusted.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { HostRows } from '../src/data/dataset.ts';
import { teacher } from '../src/data/teacher.ts';
import { type LeaveOneOut, readoutProblem, solveReadout } from '../src/exact/index.ts';
import { problemWithout } from '../src/exact/leaveOneOut/withoutRow.ts';
import { unitSphereRows } from '../src/models/unitSphereRows.ts';
import { stream } from '../src/random/stream.ts';

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
/** How near the refined estimates are to be. */
const WITHIN = 0.01;

/** Columns and target of mean 0 and variance 1, constant columns left out, n rows drawn at random. */
function standardised(rows: readonly (readonly number[])[], target: number): HostRows {
  const uniform = stream('compareLeaveOneOut', 'rows');
  const order = rows.map((row) => ({ row, key: uniform.uniform() })).sort((a, b) => a.key - b.key);
  const drawn = order.slice(0, n).map(({ row }) => row);
  const columns = rows[0]!.map((_, j) => {
    const own = drawn.map((row) => row[j]!);
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
    const deviation = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length);
    return deviation > 0 ? own.map((value) => (value - mean) / deviation) : null;
  });
  const y = columns[target]!;
  const inputs = columns.filter((column, j) => column !== null && j !== target) as number[][];
  const x = Float64Array.from({ length: drawn.length * inputs.length }, (_, at) => {
    return inputs[at % inputs.length]![Math.floor(at / inputs.length)]!;
  });
  return { n: drawn.length, d: inputs.length, x, y: Float64Array.from(y) };
}

function table(file: string | URL, column: string): HostRows {
  const [header, ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
  const names = header!.split(',').map((name) => name.replaceAll('"', ''));
  return standardised(
    lines.map((line) => line.split(',').map(Number)),
    names.indexOf(column),
  );
}

const shipped = (name: string): URL => new URL(`../data/${name}.csv`, import.meta.url);
const sets: Record<string, HostRows> = {
  Gaussian: teacher({ d: 40, tau: 0.3, seed: 3 }).sample('train', n),
  diabetes: table(shipped('diabetes'), lastColumn(shipped('diabetes'))),
  digits: table(shipped('digits'), lastColumn(shipped('digits'))),
};
values.csv.forEach((file, k) => {
  sets[file.replace(/^.*\/|\.csv$/g, '')] = table(file, values.target[k] ?? lastColumn(file));
});

function lastColumn(file: string | URL): string {
  return readFileSync(file, 'utf8').split(/\r?\n/, 1)[0]!.split(',').at(-1)!.replaceAll('"', '');
}

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
    const [solved, fit] = timed(() => solveReadout(problem, options));
    const [estimate, once] = timed(() => solved.leaveOneOut());
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
      ...[better.refitted, (once / fit).toFixed(2), ((once + more) / fit).toFixed(1)],
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
