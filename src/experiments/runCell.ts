import { fgm, linearised, pgd } from '../attacks/index.ts';
import type { Dataset } from '../data/dataset.ts';
import { teacher } from '../data/teacher.ts';
import type { Estimate } from '../evaluation/estimate.ts';
import { risks } from '../evaluation/risk.ts';
import { randomFeaturesModel } from '../models/randomFeaturesModel.ts';
import { tf } from '../runtime/tf.ts';
import { adversarialTraining } from '../training/adversarialTraining.ts';
import { adversarialRegression, linearizedProblem, solveLinearized } from '../training/exact/index.ts';
import { setReadout, trainReadoutExactly } from '../training/exactReadout.ts';
import { type Cell, rowsOf, streamKey, widthOf } from './cell.ts';
import { isNetworkCell } from './networkCell.ts';
import { runNetworkCell } from './runNetworkCell.ts';

/** What a cell measured. Standard errors are those of the finite test set, for this one trained model. */
export interface CellResult {
  readonly standardRisk: Estimate;
  /** For each `epsTest` of the cell. */
  readonly adversarialRisks: readonly Estimate[];
  readonly thetaNormSquared: number;
  readonly training: TrainingReport;
}

export interface TrainingReport {
  readonly iterations: number;
  readonly residual: number;
  readonly converged: boolean;
}

/** A cycle that changes the training objective by less than this fraction ends training by gradient. */
const TOLERANCE = 1e-2;
/** Relative duality gap of the exact solver: far below the accuracy of the linearisation. */
const EXACT_TOLERANCE = 1e-4;
/** The attacks that measure adversarial risk. */
const testAttacks = { pgd: pgd({ steps: 10 }), fgm: fgm(), linearised: linearised() };

/** Samples the problem, trains the model and measures its risks on fresh data. Needs a loaded runtime; leaks nothing. */
export async function runCell(cell: Cell): Promise<CellResult> {
  if (isNetworkCell(cell)) return runNetworkCell(cell);
  const seed = streamKey(cell);
  const problem = teacher({ d: cell.d, tau: cell.tau, seed });
  const model = modelOf(cell, seed);
  try {
    const training = await train(model, problem.sample('train', rowsOf(cell)), cell, seed);
    const { standard, adversarial } = await risks(model, problem.batches('test', cell.testRows), {
      attack: testAttacks[cell.testAttack],
      epsilons: cell.epsTest,
    });
    const theta = tf.tidy(() => tf.sum(tf.square(model.trainableWeights[0]!.read())));
    const [thetaNormSquared] = await theta.data();
    theta.dispose();
    return {
      standardRisk: standard,
      adversarialRisks: adversarial,
      thetaNormSquared: thetaNormSquared!,
      training,
    };
  } finally {
    model.dispose();
  }
}

function modelOf(cell: Cell, seed: string): tf.LayersModel {
  if (cell.features === 'random')
    return randomFeaturesModel({ inputDim: cell.d, units: widthOf(cell), activation: cell.activation, seed });
  const readout = tf.layers.dense({
    units: 1,
    useBias: false,
    kernelInitializer: 'zeros',
    inputShape: [cell.d],
  });
  return tf.sequential({ layers: [readout] });
}

async function train(
  model: tf.LayersModel,
  data: Dataset,
  cell: Cell,
  seed: string,
): Promise<TrainingReport> {
  const { eps, lambda, attackSteps } = cell;
  if (eps === 0) {
    await trainReadoutExactly(model, data, lambda);
    return { iterations: 0, residual: 0, converged: true };
  }
  const { iterations, residual, converged } =
    cell.method === 'exact'
      ? await solveExactly(model, data, cell)
      : await adversarialTraining(model, data, {
          eps,
          attack: pgd({ steps: attackSteps, relStepSize: 1 }),
          lambda,
          seed,
          tolerance: TOLERANCE,
        });
  return { iterations, residual, converged };
}

/** Gives the read-out the exact optimum of the problem linearised in the perturbation. */
async function solveExactly(model: tf.LayersModel, data: Dataset, cell: Cell): Promise<TrainingReport> {
  const options = { eps: cell.eps, lambda: cell.lambda, tolerance: EXACT_TOLERANCE };
  const solved =
    cell.features === 'linear'
      ? adversarialRegression(data, options)
      : solveLinearized(
          linearizedProblem(data, {
            W: (await model.layers[0]!.getWeights()[0]!.data()) as Float32Array,
            activation: cell.activation,
          }),
          options,
        );
  setReadout(model, solved.theta);
  return { iterations: solved.iterations, residual: solved.relativeGap, converged: solved.converged };
}
