/**
 * Exact adversarial classifiers against cvxpy with Clarabel: the objectives found, their relative difference and the times.
 *
 *     npx tsx scripts/peers/compareMargins.ts --python PATH
 *
 * PATH is a Python with cvxpy and clarabel.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { table } from '../../src/cli/table.ts';
import { teacher } from '../../src/data/teacher.ts';
import { type MarginResult, readoutProblem, solveMargins } from '../../src/exact/index.ts';
import { unitSphereRows } from '../../src/models/unitSphereRows.ts';
import { MARGIN_LOSSES } from '../../src/theory/channels/losses.ts';
import { checkPython } from './checkPython.ts';

const { values } = parseArgs({ options: { python: { type: 'string', default: 'python3' } } });
checkPython(values.python, ['numpy', 'cvxpy', 'clarabel']);
const script = fileURLToPath(new URL('clarabelMargins.py', import.meta.url));

interface Row {
  readonly size: string;
  readonly loss: string;
  readonly norm: keyof typeof EPS;
  readonly lambda: number;
  readonly ours: MarginResult;
  readonly ms: number;
  readonly theirs: { readonly objective: number; readonly ms: number };
}
/** Radii at which about as much is lost. */
const EPS = { l2: 0.3, linf: 0.06 } as const;
const rows: Row[] = [];
for (const [n, d, N] of [
  [90, 30, 60],
  [60, 20, 100],
] as const) {
  const { y, ...rest } = readoutProblem(teacher({ d, tau: 0.5, seed: 3 }).sample('train', n), {
    W: unitSphereRows(3, N, d),
  });
  const problem = { ...rest, y: y.map(Math.sign) };
  // Columns of the K_i are their products with unit vectors.
  const jacobians = new Float64Array(n * d * N);
  for (let a = 0; a < N; a++) {
    const unit = new Float64Array(N);
    unit[a] = 1;
    problem.jacobians.images(unit).forEach((value, at) => {
      jacobians[at * N + a] = value;
    });
  }
  for (const [loss, norm] of MARGIN_LOSSES.flatMap((name) => [
    [name, 'l2'] as const,
    [name, 'linf'] as const,
  ]))
    for (const lambda of [0.01, 1e-4]) {
      const started = performance.now();
      const eps = EPS[norm];
      const ours = solveMargins(problem, { eps, lambda, loss, norm, tolerance: 1e-8 });
      const ms = performance.now() - started;
      const job = { loss, norm, n, d, N, eps, lambda, phi: problem.phi, jacobians, y: problem.y };
      const input = JSON.stringify(job, (_, value) =>
        ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value,
      );
      const theirs = JSON.parse(
        execFileSync(values.python, [script], { input, encoding: 'utf8', maxBuffer: 1e8 }),
      );
      rows.push({ size: `${n} ${d} ${N}`, loss, norm, lambda, ours, ms, theirs });
    }
}
const text = table(rows, [
  { title: 'n d N', value: ({ size }) => size },
  { title: 'loss', value: ({ loss }) => loss },
  { title: 'norm', value: ({ norm }) => norm },
  { title: 'lambda', value: ({ lambda }) => String(lambda) },
  { title: 'ours', value: ({ ours }) => ours.objective.toPrecision(11) },
  { title: 'Clarabel', value: ({ theirs }) => theirs.objective.toPrecision(11) },
  {
    title: 'difference',
    value: ({ ours, theirs }) => (ours.objective / theirs.objective - 1).toExponential(1),
  },
  { title: 'gap', value: ({ ours }) => ours.relativeGap.toExponential(1) },
  { title: 'our ms', value: ({ ms }) => ms.toFixed(0) },
  { title: 'their ms', value: ({ theirs }) => theirs.ms.toFixed(0) },
]);
process.stdout.write(`${text}\n`);
