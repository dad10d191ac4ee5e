import { pgd } from '../attacks/index.ts';
import { teacher } from '../data/teacher.ts';
import type { Estimate } from '../evaluation/estimate.ts';
import { risks } from '../evaluation/risk.ts';
import { randomFeaturesModel } from '../models/randomFeaturesModel.ts';
import { tf } from '../runtime/tf.ts';
import { adversarialTraining } from '../training/adversarialTraining.ts';
import { trainReadoutExactly } from '../training/exactReadout.ts';
import { type Cell, cellKey, rowsOf, widthOf } from './cell.ts';

/** What a cell measured. Standard errors are those of the finite test set, for this one trained model. */
export interface CellResult {
  readonly standardRisk: Estimate;
  readonly adversarialRisk: Estimate;
  readonly thetaNormSquared: number;
  readonly training: { readonly iterations: number; readonly residual: number; readonly converged: boolean };
}

/** A cycle that changes the training objective by less than this fraction ends the training. */
const TOLERANCE = 1e-2;
/** Steps of the attack that measures the adversarial risk. */
const TEST_ATTACK_STEPS = 10;

/** Samples the problem, trains the model and measures its risks on fresh data. Needs a loaded runtime; leaks nothing. */
export async function runCell(cell: Cell): Promise<CellResult> {
  const { d, eps, lambda, tau, activation, attackSteps, testRows } = cell;
  const seed = cellKey(cell);
  const problem = teacher({ d, tau, seed });
  const data = problem.sample('train', rowsOf(cell));
  const model = randomFeaturesModel({ inputDim: d, units: widthOf(cell), activation, seed });
  try {
    const training = { iterations: 0, residual: 0, converged: true };
    if (eps === 0) await trainReadoutExactly(model, data, lambda);
    else {
      const attack = pgd({ steps: attackSteps, relStepSize: 1 });
      Object.assign(
        training,
        await adversarialTraining(model, data, { eps, attack, lambda, seed, tolerance: TOLERANCE }),
      );
    }
    const { standard, adversarial } = await risks(model, problem.batches('test', testRows), {
      attack: pgd({ steps: TEST_ATTACK_STEPS }),
      epsilons: [eps],
    });
    const theta = tf.tidy(() => tf.sum(tf.square(model.trainableWeights[0]!.read())));
    const [thetaNormSquared] = await theta.data();
    theta.dispose();
    const { iterations, residual, converged } = training;
    return {
      standardRisk: standard,
      adversarialRisk: adversarial[0]!,
      thetaNormSquared: thetaNormSquared!,
      training: { iterations, residual, converged },
    };
  } finally {
    model.dispose();
  }
}
