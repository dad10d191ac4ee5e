/**
 * One step of adversarial training, a PGD-10 input attack plus a step of the read-out, against PyTorch on the same
 * machine and as many threads: the two take turns in one run. Usage:
 *
 *     npx tsx scripts/benchmarkAttack.ts --python PATH [--device cpu|wasm] [--rounds 15] [--autodiff]
 *
 * PATH is a Python that has PyTorch; Debian's multiplies with whatever libblas.so.3 is, of which the reference one is 20
 * times slower than OpenBLAS (libopenblas0-pthread). Prints medians in milliseconds and
 *
 *     ratio       our step to PyTorch's
 *     products    the matrix products of a step, [n, d] x [d, N] and [n, N] x [N, d], alone on our engine
 *     share       of them in our step; above 100 per cent it does without most of them (models/reluClimb.ts)
 *     their products    the same products in PyTorch, and the ratio of ours to them: what no code of ours can change
 *
 * With two sides every prediction is pushed up and down (the default of our attacks), with one only away from its
 * target; PyTorch does the same. Steps in linf go through the products, those in l2 climb at once. `--autodiff` attacks the model as an unknown function.
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
import { checkPython } from './peers/checkPython.ts';

const { values: options } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    device: { type: 'string', default: 'cpu' },
    rounds: { type: 'string', default: '15' },
    autodiff: { type: 'boolean', default: false },
  },
});
checkPython(options.python, ['torch']);
const rounds = Number(options.rounds);
const STEPS = 10;
const sizes = [
  { d: 200, N: 800, n: 600 },
  { d: 400, N: 2000, n: 1200 },
];
const attacks = [
  { norm: 'l2', sides: 2 },
  { norm: 'l2', sides: 1 },
  { norm: 'linf', sides: 2 },
] as const;

const runtime = await loadRuntime(options.device as DeviceChoice);
const peer = spawn(options.python, [fileURLToPath(new URL('peers/torchStep.py', import.meta.url))], {
  env: { ...process.env, OMP_WAIT_POLICY: 'PASSIVE' },
  stdio: ['pipe', 'pipe', 'inherit'],
});
const answers = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
const { torch } = JSON.parse((await answers.next()).value);
const { threads } = runtime;
console.log(`${runtimeLine(runtime)}; PyTorch ${torch}, threads: ${threads}; ${rounds} rounds in turn`);

async function ask(question: object): Promise<{ step: number; products: number }> {
  peer.stdin.write(`${JSON.stringify({ ...question, steps: STEPS, threads })}\n`);
  return JSON.parse((await answers.next()).value);
}

/** The products of a step, by the rows that go there and, where `back`, back through the frozen layer. */
const productsOf = (n: number, sides: number): { rows: number; back: boolean }[] => [
  // The slope at the inputs, which both sides share, and the prediction of the outer step.
  { rows: n, back: true },
  { rows: n, back: false },
  ...Array.from({ length: STEPS - 1 }, () => ({ rows: n * sides, back: true })),
  { rows: n * sides, back: false },
];

const rows = [];
for (const { d, N, n } of sizes) {
  for (const { norm, sides } of attacks) {
    const eps = norm === 'l2' ? 0.5 : 0.5 / Math.sqrt(d);
    const { x, y } = toTensors(teacher({ d, tau: 0.5 }).sample('train', n));
    const model = randomFeaturesModel({ inputDim: d, units: N });
    const theta = model.trainableWeights[0]!.read() as tf.Variable;
    tf.tidy(() => theta.assign(tf.randomNormal([N, 1], 0, N ** -0.5, 'float32', 7)));
    const attack = pgd({ norm, steps: STEPS, bothSides: sides === 2 });
    const attacked = options.autodiff ? (rows: tf.Tensor) => model.apply(rows) as tf.Tensor : model;
    const optimizer = tf.train.sgd(0.01);
    const step = async (): Promise<number> => {
      const before = performance.now();
      const cost = tf.tidy(() => {
        const worst = attack.perturb(attacked, x, y, eps).x;
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
    const list = productsOf(n, sides);
    const points = new Map(list.map(({ rows }) => [rows, tf.randomNormal([rows, d]) as tf.Tensor2D]));
    const kernels = {
      there: tf.randomNormal([d, N]) as tf.Tensor2D,
      back: tf.randomNormal([N, d]) as tf.Tensor2D,
    };
    const products = async (): Promise<number> => {
      const before = performance.now();
      let last: tf.Tensor | undefined;
      for (const { rows, back } of list) {
        last?.dispose();
        last = tf.matMul(points.get(rows)!, kernels.there);
        if (!back) continue;
        const there = last;
        last = tf.matMul(there as tf.Tensor2D, kernels.back);
        there.dispose();
      }
      await last!.data();
      last!.dispose();
      return performance.now() - before;
    };
    const times: Record<'ours' | 'products' | 'theirs' | 'theirProducts', number>[] = [];
    for (let round = -2; round < rounds; round++) {
      const ours = await step();
      const bare = await products();
      const theirs = await ask({ d, N, n, norm, eps, sides, products: list });
      if (round >= 0)
        times.push({ ours, products: bare, theirs: theirs.step, theirProducts: theirs.products });
    }
    const middle = (of: (time: (typeof times)[number]) => number): number => median(times.map(of));
    rows.push({
      d,
      N,
      n,
      norm,
      sides,
      ours: middle((t) => t.ours),
      theirs: middle((t) => t.theirs),
      products: middle((t) => t.products),
      theirProducts: middle((t) => t.theirProducts),
    });
    tf.dispose([x, y, ...points.values(), kernels.there, kernels.back]);
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
    { title: 'norm', value: (r) => r.norm },
    { title: 'sides', value: (r) => String(r.sides) },
    { title: 'ours ms', value: (r) => ms(r.ours) },
    { title: 'PyTorch ms', value: (r) => ms(r.theirs) },
    { title: 'ratio', value: (r) => (r.ours / r.theirs).toFixed(2) },
    { title: 'products ms', value: (r) => ms(r.products) },
    { title: 'share', value: (r) => `${((100 * r.products) / r.ours).toFixed(0)} %` },
    { title: 'their products ms', value: (r) => ms(r.theirProducts) },
    { title: 'ratio of products', value: (r) => (r.products / r.theirProducts).toFixed(2) },
  ]),
);

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
