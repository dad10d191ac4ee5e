/**
 * One step of adversarial training, a PGD-10 input attack plus a step of the read-out, against PyTorch on the same
 * machine: the two take turns in one run. Usage:
 *
 *     npx tsx scripts/benchmarkAttack.ts --python PATH [--device cpu|wasm] [--rounds 15]
 *
 * PATH is a Python that has PyTorch. Prints medians in milliseconds and their ratio. With two sides every prediction
 * is pushed up and down (the default of our attacks), with one only away from its target; PyTorch does the same.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pgd } from '../src/attacks/index.ts';
import { table } from '../src/cli/table.ts';
import { toTensors } from '../src/data/dataset.ts';
import { teacher } from '../src/data/teacher.ts';
import { randomFeaturesModel } from '../src/models/randomFeaturesModel.ts';
import { type DeviceChoice, loadRuntime, runtimeLine } from '../src/runtime/index.ts';
import { tf } from '../src/runtime/tf.ts';

const { values: options } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    device: { type: 'string', default: 'cpu' },
    rounds: { type: 'string', default: '15' },
  },
});
const rounds = Number(options.rounds);
const STEPS = 10;
const EPS = 0.5;
const sizes = [
  { d: 200, N: 800, n: 600 },
  { d: 400, N: 2000, n: 1200 },
];

const runtime = await loadRuntime(options.device as DeviceChoice);
const peer = spawn(options.python, [fileURLToPath(new URL('peers/torchStep.py', import.meta.url))], {
  env: { ...process.env, OMP_WAIT_POLICY: 'PASSIVE' },
  stdio: ['pipe', 'pipe', 'inherit'],
});
const answers = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
const { torch, threads } = JSON.parse((await answers.next()).value);
console.log(`${runtimeLine(runtime)}; PyTorch ${torch}, ${threads} threads; ${rounds} rounds in turn`);

async function peerStep(question: object): Promise<number> {
  peer.stdin.write(`${JSON.stringify({ ...question, steps: STEPS })}\n`);
  return JSON.parse((await answers.next()).value).ms;
}

const rows = [];
for (const { d, N, n } of sizes) {
  for (const sides of [2, 1]) {
    const { x, y } = toTensors(teacher({ d, tau: 0.5 }).sample('train', n));
    const model = randomFeaturesModel({ inputDim: d, units: N });
    const theta = model.trainableWeights[0]!.read() as tf.Variable;
    tf.tidy(() => theta.assign(tf.randomNormal([N, 1], 0, N ** -0.5, 'float32', 7)));
    const attack = pgd({ steps: STEPS, bothSides: sides === 2 });
    const optimizer = tf.train.sgd(0.01);
    const step = async (): Promise<number> => {
      const before = performance.now();
      const cost = tf.tidy(() => {
        const worst = attack.perturb(model, x, y, EPS).x;
        return optimizer.minimize(
          () => tf.mean(tf.squaredDifference(model.apply(worst) as tf.Tensor, y)).div(2) as tf.Scalar,
          true,
          [theta],
        )!;
      });
      await cost.data();
      cost.dispose();
      return performance.now() - before;
    };
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = -2; round < rounds; round++) {
      const a = await step();
      const b = await peerStep({ d, N, n, sides });
      if (round >= 0) {
        ours.push(a);
        theirs.push(b);
      }
    }
    rows.push({ d, N, n, sides, ours: median(ours), theirs: median(theirs) });
    tf.dispose([x, y]);
    optimizer.dispose();
    model.dispose();
  }
}
peer.stdin.end();
await once(peer, 'exit');

const ms = (value: number): string => value.toFixed(1);
console.log(
  table(rows, [
    { title: 'd', value: (r) => String(r.d) },
    { title: 'N', value: (r) => String(r.N) },
    { title: 'n', value: (r) => String(r.n) },
    { title: 'sides', value: (r) => String(r.sides) },
    { title: 'ours ms', value: (r) => ms(r.ours) },
    { title: 'PyTorch ms', value: (r) => ms(r.theirs) },
    { title: 'ratio', value: (r) => (r.ours / r.theirs).toFixed(2) },
  ]),
);

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
