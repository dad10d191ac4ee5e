// Leave-one-out estimates beside training without each row, as one Markdown table.
//   npx tsx scripts/compareLeaveOneOut.ts [--csv FILE --target COLUMN]... [--every K] [--n N] [--only NAME]
// --csv adds a table of one's own (a header, numbers only) to Gaussian rows, diabetes and digits; --every trains without each K-th
// row only, the estimate being that of the same rows.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { HostRows } from '../src/data/dataset.ts';
import { teacher } from '../src/data/teacher.ts';
import { readoutProblem, solveReadout } from '../src/exact/index.ts';
import { unitSphereRows } from '../src/models/unitSphereRows.ts';
import { stream } from '../src/random/stream.ts';

const { values } = parseArgs({
  options: {
    csv: { type: 'string', multiple: true, default: [] },
    target: { type: 'string', multiple: true, default: [] },
    every: { type: 'string', default: '1' },
    n: { type: 'string', default: '200' },
    only: { type: 'string' },
  },
});
const [every, n] = [Number(values.every), Number(values.n)];
/** Share of the rows that `refine` trains without anew. */
const REFINED = 0.1;

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

function without({ n: all, d, x, y }: HostRows, i: number): HostRows {
  return {
    ...{ n: all - 1, d },
    x: Float64Array.from(x).filter((_, at) => Math.floor(at / d) !== i),
    y: Float64Array.from(y).filter((_, at) => at !== i),
  };
}

console.log(
  `| rows | n | N | eps | lambda | SR | its error | AR(eps) | its error | with ${100 * REFINED} % trained anew | time / fit | trusted |`,
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
const errors: number[] = [];
const repaired: number[] = [];
for (const [name, rows] of Object.entries(sets).filter(([name]) => name === (values.only ?? name)))
  for (const [share, eps, lambda] of [
    [0.5, 0.05, 0],
    [0.5, 0.2, 0.01],
    [0.5, 0.5, 0.1],
    [2, 0.05, 0.01],
    [2, 0.2, 0],
    [2, 0.5, 0.1],
  ] as const) {
    const N = Math.round(share * rows.n);
    const W = unitSphereRows(5, N, rows.d);
    const problem = readoutProblem(rows, { W });
    const options = { eps, lambda, fitIntercept: true };
    solveReadout(problem, options).leaveOneOut();
    const started = performance.now();
    const solved = solveReadout(problem, options);
    const fitted = performance.now();
    const estimate = solved.leaveOneOut();
    const done = performance.now();
    const refined = solved.leaveOneOut({ refine: Math.round(REFINED * rows.n) });
    const chosen = Array.from({ length: Math.ceil(rows.n / every) }, (_, k) => k * every);
    const [e, q] = [new Map<number, number>(), new Map<number, number>()];
    for (const i of chosen) {
      const others = (lambda * rows.n) / (rows.n - 1);
      const { theta, intercept } = solveReadout(readoutProblem(without(rows, i), { W }), {
        ...options,
        lambda: others,
      });
      const output = problem.phi
        .subarray(i * N, (i + 1) * N)
        .reduce((sum, value, a) => sum + value * theta[a]!, intercept);
      const image = problem.jacobians.images(theta).subarray(i * rows.d, (i + 1) * rows.d);
      e.set(i, rows.y[i]! - output);
      q.set(i, Math.hypot(...image));
    }
    const risk = (residual: (i: number) => number, length: (i: number) => number): number =>
      chosen.reduce((sum, i) => sum + (Math.abs(residual(i)) + length(i)) ** 2, 0) / chosen.length;
    const own = (i: number): number => e.get(i)!;
    const wanted = { sr: risk(own, () => 0), ar: risk(own, (i) => eps * q.get(i)!) };
    const of = (from: typeof estimate) => ({
      sr:
        risk(
          (i) => from.residuals[i]!,
          () => 0,
        ) /
          wanted.sr -
        1,
      ar:
        risk(
          (i) => from.residuals[i]!,
          (i) => eps * from.gradientNorms[i]!,
        ) /
          wanted.ar -
        1,
    });
    const [found, again] = [of(estimate), of(refined)];
    errors.push(Math.abs(found.sr), Math.abs(found.ar));
    repaired.push(Math.abs(again.sr), Math.abs(again.ar));
    const percent = (value: number): string =>
      `${value < 0 ? '-' : '+'}${Math.abs(100 * value).toFixed(2)} %`;
    console.log(
      `| ${[name, rows.n, N, eps, lambda, wanted.sr.toFixed(4), percent(found.sr), wanted.ar.toFixed(4), percent(found.ar), percent(again.ar), ((done - fitted) / (fitted - started)).toFixed(2), estimate.trusted ? 'yes' : `no: ${estimate.doubts.join('; ')}`].join(' | ')} |`,
    );
  }
const median = (list: number[]): string =>
  `${(100 * [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]!).toFixed(2)} %`;
console.log(
  `\nErrors of SR and AR: median ${median(errors)}, largest ${(100 * Math.max(...errors)).toFixed(2)} %; with rows trained anew ${median(repaired)} and ${(100 * Math.max(...repaired)).toFixed(2)} %.`,
);
