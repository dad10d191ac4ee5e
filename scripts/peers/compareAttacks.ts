/**
 * Our attacks against those of Foolbox and ART: the same weights, inputs, budgets, steps and step lengths, each from
 * the input itself. Prints the mean losses found, the times, and the ratio of CPU times for equal work: ours are halved
 * where each prediction is pushed both ways. Usage:
 *
 *     npx tsx scripts/peers/compareAttacks.ts --python PATH [--device cpu|wasm] [--steps 20] [--attack fgm]
 *
 * With --attack, that one alone. PATH is a Python with torch, foolbox and adversarial-robustness-toolbox.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  type Attack,
  apgd,
  fgm,
  type LossName,
  type ModelFunction,
  momentumPgd,
  type NormName,
  pgd,
} from '../../src/attacks/index.ts';
import { table } from '../../src/cli/table.ts';
import { teacher } from '../../src/data/teacher.ts';
import { CentredActivation } from '../../src/models/CentredActivation.ts';
import { unitSphereRows } from '../../src/models/unitSphereRows.ts';
import { stream } from '../../src/random/stream.ts';
import { type DeviceChoice, loadRuntime, runtimeLine } from '../../src/runtime/index.ts';
import { tf } from '../../src/runtime/tf.ts';
import { checkPython } from './checkPython.ts';

const { values: options } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    device: { type: 'string', default: 'cpu' },
    steps: { type: 'string', default: '20' },
    attack: { type: 'string' },
  },
});
const steps = Number(options.steps);
/** An attack of one step takes so little time that its best comes only after some more. */
const roundsOf = (attack: string): number => (attack === 'fgm' ? 12 : 4);

type Layer = { weights: tf.Tensor2D; bias: tf.Tensor1D; activation: 'shifted-relu' | 'tanh' | 'linear' };
interface Problem {
  readonly name: string;
  readonly loss: LossName;
  readonly layers: readonly Layer[];
  readonly x: tf.Tensor2D;
  readonly y: tf.Tensor1D;
  readonly eps: Readonly<Record<NormName, number>>;
}

const gaussian = (shape: [number, number], key: string, scale: number): tf.Tensor2D =>
  tf.tensor2d(stream('peers', key).fillGaussian(new Float32Array(shape[0] * shape[1]), scale), shape);

const shift = 1 / Math.sqrt(2 * Math.PI);
const modelOf =
  ({ layers }: Pick<Problem, 'layers'>): ModelFunction =>
  (x) =>
    layers.reduce<tf.Tensor>((rows, { weights, bias, activation }) => {
      const u = tf.matMul(rows, weights);
      const v = activation === 'tanh' ? tf.tanh(u) : activation === 'linear' ? u : tf.relu(u).sub(shift);
      return v.add(bias);
    }, x);

/** The same as a chain of layers. Biases are 0. */
const chainOf = ({ layers }: Pick<Problem, 'layers'>): tf.Sequential =>
  tf.sequential({
    layers: layers.flatMap(({ weights, activation }) => {
      const [inputs, units] = weights.shape;
      const dense = tf.layers.dense({ units, useBias: false, inputShape: [inputs], weights: [weights] });
      return activation === 'linear' ? [dense] : [dense, new CentredActivation({ activation })];
    }),
  });

/** Trains the last layer, or all of them, for a moment by Adam. */
function trained(problem: Problem, which: 'last' | 'all'): Problem {
  const layers = problem.layers.map((layer) => ({ ...layer, weights: layer.weights.variable() }));
  const variables = (which === 'all' ? layers : layers.slice(-1)).map(
    (layer) => layer.weights as unknown as tf.Variable,
  );
  const f = modelOf({ layers: layers as unknown as Layer[] });
  const optimizer = tf.train.adam(0.01);
  for (let step = 0; step < 150; step++)
    optimizer.minimize(
      () => {
        const z = f(problem.x);
        return problem.loss === 'squared'
          ? tf.losses.meanSquaredError(problem.y.expandDims(1), z)
          : tf.losses.softmaxCrossEntropy(tf.oneHot(problem.y.toInt(), z.shape[1]!), z);
      },
      false,
      variables,
    );
  return { ...problem, layers: layers as unknown as Layer[] };
}

function regression(
  name: string,
  d: number,
  n: number,
  layers: Layer[],
  which: 'last' | 'all',
  eps: Problem['eps'],
) {
  const data = teacher({ d, tau: 0.5, seed: 'peers' }).sample('rows', n);
  const x = tf.tensor2d(data.x, [n, d]);
  return trained({ name, loss: 'squared', layers, x, y: tf.tensor1d(data.y), eps }, which);
}

function digits(eps: Problem['eps']): Problem {
  const rows = readFileSync(new URL('../../data/digits.csv', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number));
  const x = tf.tensor2d(
    rows.flatMap((row) => row.slice(0, 64).map((p) => p / 16)),
    [rows.length, 64],
  );
  const y = tf.tensor1d(rows.map((row) => row[64]!));
  const layers: Layer[] = [
    { weights: gaussian([64, 64], 'digits 1', 1 / 8), bias: tf.zeros([64]), activation: 'tanh' },
    { weights: gaussian([64, 10], 'digits 2', 1 / 8), bias: tf.zeros([10]), activation: 'linear' },
  ];
  return trained({ name: 'digits, 10 classes', loss: 'cross-entropy', layers, x, y, eps }, 'all');
}

checkPython(options.python, ['numpy', 'torch', 'foolbox', 'art']);
const runtime = await loadRuntime(options.device as DeviceChoice);
const folder = mkdtempSync(join(tmpdir(), 'rrf-peers-'));
const peer = spawn(options.python, [fileURLToPath(new URL('attackPeers.py', import.meta.url))], {
  env: { ...process.env, OMP_WAIT_POLICY: 'PASSIVE' },
  stdio: ['pipe', 'pipe', 'ignore'],
});
const answers = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
const answer = async () => JSON.parse((await answers.next()).value);
const versions = await answer();
const ask = (question: object) => {
  peer.stdin.write(`${JSON.stringify(question)}\n`);
  return answer();
};
const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, v) => sum + v / values.length, 0);
console.log(
  `${runtimeLine(runtime)}; ${Object.entries(versions)
    .map((entry) => entry.join(' '))
    .join(', ')}; ${steps} steps`,
);

const problems: Problem[] = [
  regression(
    'random features',
    100,
    400,
    [
      {
        weights: tf.tensor2d(unitSphereRows('peers', 300, 100), [100, 300]),
        bias: tf.zeros([300]),
        activation: 'shifted-relu',
      },
      { weights: gaussian([300, 1], 'read-out', 0.05), bias: tf.zeros([1]), activation: 'linear' },
    ],
    'last',
    { l2: 0.5, linf: 0.06, l1: 2 },
  ),
  regression(
    'two-layer network',
    50,
    400,
    [
      { weights: gaussian([50, 64], 'hidden', 0.14), bias: tf.zeros([64]), activation: 'tanh' },
      { weights: gaussian([64, 1], 'output', 0.12), bias: tf.zeros([1]), activation: 'linear' },
    ],
    'all',
    { l2: 1, linf: 0.2, l1: 3 },
  ),
  digits({ l2: 0.3, linf: 0.06, l1: 1 }),
];

const attacks: Record<string, (norm: NormName, loss: LossName, stepSize: number) => Attack> = {
  fgm: (norm, loss) => fgm({ norm, loss }),
  pgd: (norm, loss, stepSize) => pgd({ norm, loss, steps, stepSize }),
  'momentum-pgd': (norm, loss, stepSize) => momentumPgd({ norm, loss, steps, stepSize }),
  // Foolbox's own answer to l1, where its PGD steps along the gradient instead of the steepest direction.
  slide: (norm, loss, stepSize) => pgd({ norm, loss, steps, stepSize }),
  // ART's best attack of its kind draws its start at random and cannot be told not to.
  apgd: (norm, loss) => apgd({ norm, loss, steps }),
};

interface Row {
  problem: string;
  attack: string;
  norm: string;
  peer: string;
  ours?: number;
  theirs?: number;
  oursMs?: number;
  theirsMs?: number;
  oursCpu?: number;
  theirsCpu?: number;
  farthest?: number;
  missing?: string;
}
const rows: Row[] = [];
for (const problem of problems) {
  const path = join(folder, `${problem.name}.json`);
  const layers = problem.layers.map(({ weights, bias, activation }) => ({
    weights: weights.arraySync(),
    bias: bias.arraySync(),
    activation,
  }));
  const { name, loss, x, y, eps: budgets } = problem;
  writeFileSync(path, JSON.stringify({ layers, x: x.arraySync(), y: y.arraySync(), loss }));
  const model = chainOf(problem);
  const sides = loss === 'squared' ? 2 : 1;
  for (const norm of ['l2', 'linf', 'l1'] as const) {
    const eps = budgets[norm];
    const step = (2.5 * eps) / steps;
    for (const [attackName, build] of Object.entries(attacks)) {
      if (attackName === 'slide' && norm !== 'l1') continue;
      if (options.attack && attackName !== options.attack) continue;
      const attack = build(norm, loss, step);
      for (const peerName of ['foolbox', 'art']) {
        const one = async (budget = eps): Promise<[number, number, number]> => {
          const [before, cpu] = [performance.now(), process.cpuUsage()];
          const found = attack.perturb(model, x, y, budget);
          const losses = await found.loss.data();
          const ms = performance.now() - before;
          const { user, system } = process.cpuUsage(cpu);
          tf.dispose([found.x, found.loss]);
          return [mean(losses as Float32Array), ms, (user + system) / 1000];
        };
        const question = { problem: path, peer: peerName, attack: attackName, norm, eps, steps, step };
        let [ours, oursMs, oursCpu] = await one();
        oursCpu /= sides;
        let their = await ask(question);
        // A peer that oversteps its budget is compared at the budget that it takes.
        if (their.farthest > 1 + 1e-3) [ours] = await one(eps * their.farthest);
        // The two take turns, the best time of each counts.
        for (let round = 0; round < roundsOf(attackName) && !their.missing; round++) {
          const again = await one();
          oursMs = Math.min(oursMs, again[1]);
          oursCpu = Math.min(oursCpu, again[2] / sides);
          const theirAgain = await ask(question);
          const least = (name: 'ms' | 'cpuMs'): number => Math.min(their[name], theirAgain[name]);
          their = { ...theirAgain, ms: least('ms'), cpuMs: least('cpuMs') };
        }
        const row = { problem: name, attack: attackName, norm, peer: peerName, ours, oursMs, oursCpu };
        if (their.missing) rows.push({ ...row, missing: their.missing });
        else {
          const theirs = mean(their.losses);
          rows.push({ ...row, theirs, theirsMs: their.ms, theirsCpu: their.cpuMs, farthest: their.farthest });
        }
      }
    }
  }
}
peer.stdin.end();
rmSync(folder, { recursive: true });

const compared = rows.filter((row) => row.theirs !== undefined);
const fixed = (value: number | undefined, digitsShown: number) => value?.toFixed(digitsShown) ?? '';
console.log(
  table(compared, [
    { title: 'model', value: (r) => r.problem, align: 'left' },
    { title: 'attack', value: (r) => r.attack, align: 'left' },
    { title: 'norm', value: (r) => r.norm, align: 'left' },
    { title: 'peer', value: (r) => r.peer, align: 'left' },
    { title: 'our loss', value: (r) => fixed(r.ours, 4) },
    { title: 'their loss', value: (r) => fixed(r.theirs, 4) },
    { title: 'ours/theirs', value: (r) => fixed(r.ours! / r.theirs!, 4) },
    { title: 'their |delta|/eps', value: (r) => fixed(r.farthest, 4) },
    { title: 'our ms', value: (r) => fixed(r.oursMs, 1) },
    { title: 'their ms', value: (r) => fixed(r.theirsMs, 1) },
    { title: 'time ratio', value: (r) => fixed(r.oursMs! / r.theirsMs!, 2) },
    { title: 'CPU ratio, equal work', value: (r) => fixed(r.oursCpu! / r.theirsCpu!, 2) },
  ]),
);
const reasons = rows.filter((r) => r.missing).map((r) => `${r.peer} has no ${r.attack} there: ${r.missing}`);
for (const reason of new Set(reasons)) console.log(`not compared: ${reason}`);
const worst = compared.reduce((low, r) => Math.min(low, r.ours! / r.theirs!), Number.POSITIVE_INFINITY);
console.log(`lowest ours/theirs: ${worst.toFixed(4)}`);
