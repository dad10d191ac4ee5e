/**
 * The exact solver against cvxpy with Clarabel at equal accuracy, against advtrain-linear at its own stopping rule, and
 * against our own training by gradient to 1 per cent of the optimum, in one run on one machine. Usage:
 *
 *     npx tsx scripts/benchmarkExact.ts [--python PATH] [--advtrain PATH] [--device cpu|wasm] [--large] [--no-gradient]
 *
 * The PATHs are Pythons that have cvxpy and clarabel, and advtrain-linear (scripts/peers/README.md); without one its part
 * is left out. --large adds d 400, N 2000, n 1200 and a table of 54,000 rows and 30 columns.
 * RRF_BLAS=off keeps the solver to plain JavaScript. Prints milliseconds and ratios; each of ours is the median of nine.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { table } from '../src/cli/table.ts';
import type { HostRows } from '../src/data/dataset.ts';
import { teacher } from '../src/data/teacher.ts';
import {
  adversarialRegression,
  type ExactResult,
  linearAlgebra,
  type ReadoutProblem,
  readoutProblem,
  solveReadout,
} from '../src/exact/index.ts';
import { randomFeaturesMap } from '../src/models/deepRandomFeaturesModel.ts';
import { randomFeaturesModel } from '../src/models/randomFeaturesModel.ts';
import { stream } from '../src/random/stream.ts';
import { type DeviceChoice, loadRuntime, runtimeLine } from '../src/runtime/index.ts';
import { adversarialTraining } from '../src/training/adversarialTraining.ts';
import { checkPython } from './peers/checkPython.ts';

const { values: options } = parseArgs({
  options: {
    python: { type: 'string' },
    device: { type: 'string', default: 'cpu' },
    advtrain: { type: 'string' },
    large: { type: 'boolean', default: false },
    'no-gradient': { type: 'boolean', default: false },
  },
});
if (options.python) checkPython(options.python, ['numpy', 'cvxpy', 'clarabel']);
if (options.advtrain) checkPython(options.advtrain, ['numpy', 'linadvtrain']);
const EPS = 0.3;
const say = (text: string): boolean => process.stdout.write(text);

const runtime = await loadRuntime(options.device as DeviceChoice);
say(`${runtimeLine(runtime)}\nexact solver: ${linearAlgebra().name}, float64\n`);

interface Timed {
  readonly ms: number;
  readonly result: ExactResult;
}

function timed(solve: () => ExactResult, rounds = 9): Timed {
  const runs = Array.from({ length: rounds }, () => {
    const started = performance.now();
    const result = solve();
    return { ms: performance.now() - started, result };
  });
  return runs.sort((a, b) => a.ms - b.ms)[Math.floor(rounds / 2)]!;
}

interface PeerTime {
  readonly objective: number;
  readonly ms: number;
}

function peer<T extends PeerTime>(python: string, name: string, job: object): T {
  const script = fileURLToPath(new URL(`peers/${name}.py`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(python, [script], {
    input: JSON.stringify(job, (_, value) =>
      ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value,
    ),
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  if (status !== 0) throw new Error(`${python} failed: ${stderr.trim().split('\n').at(-1)}`);
  return JSON.parse(stdout);
}

const clarabel = (job: object): PeerTime & { readonly solverMs: number } =>
  peer(options.python!, 'clarabelLinearized', job);

/** Milliseconds until training by gradient is within 1 per cent of the optimum, looked at after each of its cycles. */
async function gradientTime({ d, N, n }: ReadoutProblem, optimum: number): Promise<string> {
  const seed = 'benchmark';
  const model = randomFeaturesModel({ inputDim: d, units: N, seed });
  const ends: number[] = [];
  const started = performance.now();
  const { cycles } = await adversarialTraining(model, teacher({ d, tau: 0.2, seed }).sample('train', n), {
    eps: EPS,
    tolerance: 1e-3,
    maxCycles: 3,
    onProgress: ({ step }) => {
      ends[Math.ceil(Math.log2(step / 150 + 1)) - 1] = performance.now() - started;
    },
  });
  model.dispose();
  const first = cycles.findIndex((objective) => objective <= 1.01 * optimum);
  return first < 0 ? `> ${ends.at(-1)!.toFixed(0)}` : ends[first]!.toFixed(0);
}

/** A table with correlated columns, indicators, and noise whose size depends on a column: 54,000 rows, 30 columns. */
function longTable(): HostRows {
  const [n, d] = [54_000, 30];
  const x = stream('benchmark', 'table').fillGaussian(new Float64Array(n * d));
  const theta = stream('benchmark', 'coefficients').fillGaussian(new Float64Array(d));
  const y = stream('benchmark', 'noise').fillGaussian(new Float64Array(n), 0.3);
  for (let i = 0; i < n; i++) {
    const row = x.subarray(i * d, (i + 1) * d);
    for (let j = 1; j < 6; j++) row[j] = 0.9 * row[0]! + 0.45 * row[j]!;
    for (let j = 6; j < 20; j++) row[j] = row[j]! > 0.8 ? 1 : 0;
    y[i]! *= Math.exp(0.5 * row[0]!);
    for (let j = 0; j < d; j++) y[i]! += theta[j]! * row[j]!;
  }
  return { n, d, x, y };
}

const rows: string[][] = [];
const sizes = [
  { d: 100, N: 200, n: 300 },
  { d: 100, N: 800, n: 300 },
];
for (const { d, N, n } of sizes) {
  const seed = 'benchmark';
  const model = randomFeaturesModel({ inputDim: d, units: N, seed });
  const W = model.layers[0]!.getWeights()[0]!.dataSync() as Float32Array;
  model.dispose();
  const data = teacher({ d, tau: 0.2, seed }).sample('train', n);
  const problem = readoutProblem(data, { W });
  const ours = timed(() => solveReadout(problem, { eps: EPS }));
  if (!options['no-gradient']) {
    const rough = timed(() => solveReadout(problem, { eps: EPS, tolerance: 1e-2 }));
    const gradient = await gradientTime(problem, ours.result.objective);
    const ratio = Number(gradient.replace('> ', '')) / rough.ms;
    rows.push([
      `d ${d}, N ${N}, n ${n}`,
      'gradient, to 1 %',
      rough.ms.toFixed(0),
      gradient,
      `${gradient.startsWith('>') ? '> ' : ''}${ratio.toFixed(0)}`,
    ]);
  }
  if (options.python && N === 200) {
    const map = await randomFeaturesMap({ inputDim: d, units: [N], seed });
    const { slopes } = map.oneLayer(Float64Array.from(data.x), n)!;
    const { phi, y } = problem;
    const peer = clarabel({ kind: 'linearized', n, d, N, phi, slopes, W, y, eps: EPS, tolerance: 1e-6 });
    say(
      `objective: ours ${ours.result.objective.toPrecision(9)} (gap ${ours.result.relativeGap.toExponential(1)}), Clarabel ${peer.objective.toPrecision(9)}\n`,
    );
    rows.push([
      `d ${d}, N ${N}, n ${n}`,
      'cvxpy + Clarabel, to 1e-6',
      ours.ms.toFixed(0),
      peer.ms.toFixed(0),
      (peer.ms / ours.ms).toFixed(0),
    ]);
    rows.push([
      '',
      'Clarabel alone',
      ours.ms.toFixed(0),
      peer.solverMs.toFixed(0),
      (peer.solverMs / ours.ms).toFixed(0),
    ]);
  }
}

const linear = [
  {
    name: 'linear, d 200, n 1000',
    data: teacher({ d: 200, tau: 0.2, seed: 'benchmark' }).sample('linear', 1000),
  },
  ...(options.large ? [{ name: 'table, d 30, n 54000', data: longTable() }] : []),
];
for (const { name, data } of linear) {
  const { n, d, x, y } = data;
  for (const norm of ['l2', 'linf'] as const) {
    const eps = norm === 'l2' ? EPS : EPS / Math.sqrt(d);
    const ours = timed(() => adversarialRegression(data, { eps, norm }), n > 10_000 ? 3 : 9);
    const { objective, relativeGap, iterations } = ours.result;
    say(
      `${name}, ${norm}: objective ${objective.toPrecision(9)}, gap ${relativeGap.toExponential(1)}, ${iterations} iterations\n`,
    );
    const job = { kind: 'linear', norm, n, N: d, d, eps, tolerance: 1e-6, phi: x, y };
    const against = (who: string, theirs: PeerTime): void => {
      const distance = `, ${(theirs.objective / objective - 1).toExponential(1)} above`;
      rows.push([
        `${name}, ${norm}`,
        who + distance,
        ours.ms.toFixed(0),
        theirs.ms.toFixed(0),
        (theirs.ms / ours.ms).toFixed(1),
      ]);
    };
    if (options.python) against('cvxpy + Clarabel', clarabel(job));
    if (options.advtrain) against('advtrain-linear', peer(options.advtrain, 'advtrainLinear', job));
    if (!options.python && !options.advtrain)
      rows.push([`${name}, ${norm}`, '-', ours.ms.toFixed(0), '-', '-']);
  }
}

const titles = ['problem', 'against', 'ours, ms', 'theirs, ms', 'ratio'];
const columns = titles.map((title, j) => ({
  title,
  value: (row: string[]) => row[j]!,
  align: j < 2 ? ('left' as const) : ('right' as const),
}));
say(`\n${table(rows, columns)}\n`);

if (options.large) {
  const [d, N, n] = [400, 2000, 1200];
  const model = randomFeaturesModel({ inputDim: d, units: N, seed: 'benchmark' });
  const W = model.layers[0]!.getWeights()[0]!.dataSync() as Float32Array;
  model.dispose();
  const problem = readoutProblem(teacher({ d, tau: 0.2, seed: 'benchmark' }).sample('train', n), { W });
  const started = performance.now();
  const { iterations, relativeGap } = solveReadout(problem, {
    eps: EPS,
    onProgress: (at) => say(`iteration ${at.iteration}, gap ${at.relativeGap.toExponential(1)}\n`),
  });
  const seconds = (performance.now() - started) / 1e3;
  const memory = process.resourceUsage().maxRSS / 1024;
  say(
    `d ${d}, N ${N}, n ${n}: ${seconds.toFixed(1)} s, ${iterations} iterations, gap ${relativeGap.toExponential(1)}, at most ${memory.toFixed(0)} MB\n`,
  );
}
