/** The measurements of gpu.sh. Each engine runs in a process of its own: two builds of TensorFlow do not share one. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pgd } from '../src/attacks/index.ts';
import { runMissing } from '../src/cells/node/runMissing.ts';
import { toTensors } from '../src/data/dataset.ts';
import { teacher } from '../src/data/teacher.ts';
import { randomFeaturesModel } from '../src/models/randomFeaturesModel.ts';
import { loadRuntime } from '../src/runtime/index.ts';
import { measureMatmulRate } from '../src/runtime/matmulRate.ts';
import { probeEngine } from '../src/runtime/probe.ts';
import { tf } from '../src/runtime/tf.ts';
import { sweepCells } from '../src/sweep/sweepSpec.ts';

const GPUS = ['cuda', 'webgpu'] as const;
const ROUNDS = 9;
const EPS = 0.5;

/** What was measured, by name, as text. */
type Measured = Record<string, string>;

const { values: options } = parseArgs({
  options: { software: { type: 'boolean', default: false }, measure: { type: 'string' } },
});
if (options.measure) process.stdout.write(JSON.stringify(await measure(options.measure, options.software)));
else await compareEngines();

async function compareEngines(): Promise<void> {
  const columns: { engine: string; measured: Measured }[] = [];
  for (const device of GPUS) {
    const check = await probeEngine(device);
    if (!check.available)
      console.error(`device ${device} is not available: ${check.reason}; ${check.remedy}`);
    else if (check.engine.endsWith('in software') && !options.software)
      console.error(`device ${device} is no GPU (${check.engine}); --software measures it`);
    else {
      const script = fileURLToPath(import.meta.url);
      const software = options.software ? ['--software'] : [];
      const { status, stdout } = spawnSync(
        process.execPath,
        [...process.execArgv, script, '--measure', device, ...software],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
      );
      if (status === 0) columns.push({ engine: check.engine, measured: JSON.parse(stdout) as Measured });
      else console.error(`device ${device} failed with exit code ${status}`);
    }
  }
  if (columns.length === 0) {
    console.error('no GPU was measured');
    process.exitCode = 1;
    return;
  }
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const names = Object.keys(columns[0]!.measured);
  console.log(
    [
      row(['', ...columns.map(({ engine }) => engine)]),
      row(['---', ...columns.map(() => '---')]),
      ...names.map((name) => row([name, ...columns.map(({ measured }) => measured[name] ?? '')])),
    ].join('\n'),
  );
}

async function measure(device: string, software: boolean): Promise<Measured> {
  const runtime = await loadRuntime(device as (typeof GPUS)[number]);
  const measured: Measured = {};
  const rate = await measureMatmulRate(runtime);
  measured[`matrix product, ${rate.size} x ${rate.size}`] = `${digits(rate.gigaflopsPerSecond)} GFLOP/s`;
  for (const d of software ? [20] : [200, 400, 1000, 2000, 4000]) {
    // At d 200 the sizes of the other benchmark of attacks; above, what the memory of most cards holds.
    const [N, n] = d === 200 ? [800, 600] : [2 * d, d];
    const name = `PGD-10 step, d ${d}, N ${N}, n ${n}`;
    measured[name] = await stepTime(d, N, n).then(
      (ms) => `${digits(ms)} ms`,
      (error: Error) => error.message.split('\n')[0]!,
    );
  }
  // In software training by gradient takes minutes a cell.
  const cells = software
    ? sweepCells({ seeds: 1, cells: { d: 10, psi1: 1, psi2: 3, eps: 0.5, tau: 0.2, method: 'exact' } })
    : sweepCells({ seeds: 10, cells: { d: 200, psi1: [1, 4], psi2: 3, eps: [0.2, 0.5], tau: 0.2 } });
  const out = mkdtempSync(path.join(os.tmpdir(), 'rrf-gpu-'));
  try {
    const { seconds } = await runMissing(cells, { out, runtime, workers: 1, version: 'benchmark' });
    measured[
      software
        ? 'one cell of a sweep, solved exactly'
        : `${cells.length} cells of a sweep, trained by gradient`
    ] = `${digits(seconds)} s`;
  } finally {
    rmSync(out, { recursive: true });
  }
  return measured;
}

/** Median milliseconds of an attack on both sides of each prediction. */
async function stepTime(d: number, N: number, n: number): Promise<number> {
  const { x, y } = toTensors(teacher({ d, tau: 0.5 }).sample('train', n));
  const model = randomFeaturesModel({ inputDim: d, units: N });
  const theta = tf.randomNormal([N, 1], 0, N ** -0.5, 'float32', 7);
  model.trainableWeights[0]!.write(theta);
  theta.dispose();
  const attack = pgd({ steps: 10 });
  const step = async (): Promise<number> => {
    const before = performance.now();
    const loss = tf.tidy(() => tf.sum(attack.perturb(model, x, y, EPS).loss));
    await loss.data();
    loss.dispose();
    return performance.now() - before;
  };
  const times: number[] = [];
  try {
    for (let round = -1; round < ROUNDS; round++) {
      const ms = await step();
      if (round >= 0) times.push(ms);
    }
  } finally {
    tf.dispose([x, y]);
    model.dispose();
  }
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
}

/** Three digits, or all of those before the point. */
function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
