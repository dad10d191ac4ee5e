import { fgm, linearised, pgd } from '../attacks/index.ts';
import type { Dataset } from '../data/dataset.ts';
import { randomFeaturesMap } from '../evaluation/randomFeaturesMap.ts';
import { risks } from '../evaluation/risk.ts';
import { deepRandomFeaturesModel } from '../models/deepRandomFeaturesModel.ts';
import { LazyHidden } from '../models/LazyHidden.ts';
import { mlpModel } from '../models/mlpModel.ts';
import { tf } from '../runtime/tf.ts';
import { adversarialTraining } from '../training/adversarialTraining.ts';
import { deepReadoutProblem, solveDeepReadout } from '../training/exact/deepReadout.ts';
import { setReadout, trainReadoutExactly } from '../training/exactReadout.ts';
import { streamKey } from './cell.ts';
import { cellProblem } from './cellProblem.ts';
import { type NetworkCell, unitsOf } from './networkCell.ts';
import type { CellResult, TrainingReport } from './runCell.ts';

/** Relative duality gap of the exact solver: far below the accuracy of the linearisation. */
const EXACT_TOLERANCE = 1e-4;
const TOLERANCE = 1e-2;
/** Cycles of training by gradient at most: where a network interpolates, its objective falls for ever. */
const MAX_CYCLES = 4;

/** The attacks that measure adversarial risk. */
const testAttacks = { pgd: pgd({ steps: 10 }), fgm: fgm(), linearised: linearised() };

/** Samples the problem, trains the network and measures its risks on fresh data. Needs a loaded runtime; leaks nothing. */
export async function runNetworkCell(cell: NetworkCell): Promise<CellResult> {
  const seed = streamKey(cell);
  const problem = cellProblem(cell, seed);
  const model = modelOf(cell, seed);
  try {
    const training = await train(model, problem.train, cell, seed);
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
      training,
    };
  } finally {
    model.dispose();
  }
}

function modelOf(cell: NetworkCell, seed: string): tf.LayersModel {
  const [inputDim, units] = [cell.d, unitsOf(cell)];
  const { activation } = cell;
  if (cell.network === 'deep-frozen') return deepRandomFeaturesModel({ inputDim, units, activation, seed });
  if (cell.network === 'trained') return mlpModel({ inputDim, units, activation, seed });
  return tf.sequential({ layers: [new LazyHidden({ units: units[0]!, seed, inputShape: [inputDim] })] });
}

async function train(
  model: tf.LayersModel,
  data: Dataset,
  cell: NetworkCell,
  seed: string,
): Promise<TrainingReport> {
  const { eps, lambda, attackSteps, network } = cell;
  if (network === 'deep-frozen' && eps === 0) {
    await trainReadoutExactly(model, data, lambda);
    return { iterations: 0, residual: 0, converged: true };
  }
  if (network === 'deep-frozen' && cell.method === 'exact') {
    const { activation } = cell;
    const features = randomFeaturesMap({ inputDim: cell.d, units: unitsOf(cell), activation, seed });
    const options = { eps, lambda, tolerance: EXACT_TOLERANCE };
    const solved = solveDeepReadout(deepReadoutProblem(data, features), options);
    setReadout(model, solved.theta);
    return { iterations: solved.iterations, residual: solved.relativeGap, converged: solved.converged };
  }
  const { iterations, residual, converged } = await adversarialTraining(model, data, {
    eps,
    attack: pgd({ steps: attackSteps, relStepSize: 1 }),
    lambda,
    seed,
    tolerance: TOLERANCE,
    maxCycles: MAX_CYCLES,
  });
  return { iterations, residual, converged };
}
