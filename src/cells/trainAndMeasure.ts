import { fgm, linearised, pgd } from '../attacks/index.ts';
import type { Dataset } from '../data/dataset.ts';
import { risks } from '../evaluation/risk.ts';
import { trainReadoutExactly } from '../exact/exactReadout.ts';
import { tf } from '../runtime/tf.ts';
import { adversarialTraining } from '../training/adversarialTraining.ts';
import { type Cell, streamKey } from './cell.ts';
import { cellProblem } from './cellProblem.ts';
import type { CellResult, TrainingReport } from './cellResult.ts';

/** A cycle that changes the training objective by less than this fraction ends training by gradient. */
const TOLERANCE = 1e-2;
/** Relative duality gap of the exact solvers: far below the accuracy of the linearisation. */
const EXACT_TOLERANCE = 1e-4;
/** The attacks that measure adversarial risk. */
const testAttacks = { pgd: pgd({ steps: 10 }), fgm: fgm(), linearised: linearised() };

/** Trains the model on the cell's rows, measures its risks on others, and disposes it. */
export async function trainAndMeasure(
  model: tf.LayersModel,
  cell: Cell,
  train: (data: Dataset) => Promise<TrainingReport>,
): Promise<CellResult> {
  try {
    const problem = cellProblem(cell, streamKey(cell));
    const { iterations, residual, converged } = await train(problem.train);
    const { standard, adversarial } = await risks(model, problem.test, {
      attack: testAttacks[cell.testAttack],
      epsilons: cell.epsTest,
    });
    const square = tf.tidy(() =>
      model.trainableWeights.map((weight) => tf.sum(tf.square(weight.read()))).reduce((a, b) => a.add(b)),
    );
    const [thetaNormSquared] = await square.data();
    square.dispose();
    return {
      standardRisk: standard,
      adversarialRisks: adversarial,
      thetaNormSquared: thetaNormSquared!,
      training: { iterations, residual, converged },
    };
  } finally {
    model.dispose();
  }
}

/** Adversarial training of what is trainable, against PGD with the cell's steps of length eps. */
export const trainByGradient = (
  model: tf.LayersModel,
  data: Dataset,
  cell: Cell,
  { maxCycles }: { readonly maxCycles?: number } = {},
): Promise<TrainingReport> =>
  adversarialTraining(model, data, {
    eps: cell.eps,
    attack: pgd({ steps: cell.attackSteps, relStepSize: 1 }),
    lambda: cell.lambda,
    seed: streamKey(cell),
    tolerance: TOLERANCE,
    ...(maxCycles === undefined ? {} : { maxCycles }),
  });

/** Exact training of the read-out, the attack linearised in the perturbation. */
export async function trainExactly(
  model: tf.LayersModel,
  data: Dataset,
  { eps, lambda }: Cell,
): Promise<TrainingReport> {
  const solved = await trainReadoutExactly(model, data, { eps, lambda, tolerance: EXACT_TOLERANCE });
  const { iterations, relativeGap, converged } = solved;
  // A closed form leaves nothing but rounding.
  return { iterations, residual: eps === 0 ? 0 : relativeGap, converged };
}
