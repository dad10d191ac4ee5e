/**
 * How far the linearised attack, which the exact solver trains against, is from the strongest one: on exact solutions of
 * random features the adversarial risk that PGD of 40 steps finds, beside that of one move of length eps along the
 * gradient, and beside the mean of (|r| + eps |grad f|)^2, which the solver minimises in training.
 * `npx tsx scripts/linearisationGap.ts`, a few minutes.
 */
import { linearised, linearisedLoss, modelFunction, pgd } from '../src/attacks/index.ts';
import { toTensors } from '../src/data/dataset.ts';
import { setReadout } from '../src/exact/exactReadout.ts';
import { readoutProblem, solveReadout } from '../src/exact/index.ts';
import { loadRuntime, randomFeaturesModel, risks, teacher, tf } from '../src/index.ts';

console.log((await loadRuntime()).engine);
console.log(
  '   d  psi1  eps  (|r| + eps q)^2   one move   PGD-40   PGD over the first, over the second (per cent)',
);
for (const [d, psi1, eps, seeds] of [
  [100, 2, 0.3, 4],
  [100, 2, 1, 4],
  [100, 6, 0.3, 4],
  [100, 6, 1, 4],
  [400, 2, 0.3, 1],
  [400, 2, 1, 1],
] as const) {
  const found: number[][] = [];
  for (let seed = 0; seed < seeds; seed++) found.push(await gap(d, psi1, eps, seed));
  const mean = (k: number): number => found.reduce((sum, values) => sum + values[k]!, 0) / seeds;
  const [surrogate, move, steps] = [mean(0), mean(1), mean(2)];
  console.log(
    `${d}`.padStart(4),
    `${psi1}`.padStart(5),
    `${eps}`.padStart(4),
    surrogate.toFixed(4).padStart(16),
    move.toFixed(4).padStart(10),
    steps.toFixed(4).padStart(8),
    (100 * (steps / surrogate - 1)).toFixed(2).padStart(8),
    (100 * (steps / move - 1)).toFixed(2).padStart(8),
  );
}

/** The three adversarial risks of one model, trained exactly at eps, on 2,000 fresh rows. */
async function gap(d: number, psi1: number, eps: number, seed: number): Promise<number[]> {
  const problem = teacher({ d, tau: 0.2, seed });
  const [train, test] = [problem.sample('train', 2 * d), problem.sample('test', 2000)];
  const model = randomFeaturesModel({ inputDim: d, units: psi1 * d, seed });
  const W = (await model.layers[0]!.getWeights()[0]!.data()) as Float32Array;
  setReadout(model, solveReadout(readoutProblem(train, { W }), { eps, tolerance: 1e-4 }).theta);
  const measured: number[] = [];
  for (const attack of [linearised(), pgd({ steps: 40 })]) {
    const { adversarial } = await risks(model, test, { attack, epsilons: [eps] });
    measured.push(adversarial[0]!.value);
  }
  const surrogate = tf.tidy(() => {
    const { x, y } = toTensors(test);
    return linearisedLoss(modelFunction(model), x, y, linearised().settings, eps).mean().dataSync()[0]!;
  });
  model.dispose();
  return [surrogate, ...measured];
}
