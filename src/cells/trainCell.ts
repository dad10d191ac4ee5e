import { crossEntropyLoss, hingeLoss, pgd, type SampleLoss, squaredHingeLoss } from '../attacks/index.ts';
import type { Dataset } from '../data/dataset.ts';
import { setReadout, trainReadoutExactly } from '../exact/exactReadout.ts';
import { type MarginOptions, readoutProblem, solveMargins } from '../exact/index.ts';
import { hostFeatures } from '../models/hostSteps.ts';
import type { Estimate } from '../numerics/estimate.ts';
import type { tf } from '../runtime/tf.ts';
import type { MarginLossName } from '../theory/index.ts';
import { adversarialTraining } from '../training/adversarialTraining.ts';
import { PreconditionedDescent } from '../training/preconditionedDescent.ts';
import type { AdversarialTrainingOptions } from '../training/trainingOptions.ts';
import { type Cell, isFrozen, normsOf, radiusOf } from './cell.ts';
import type { TrainingReport } from './cellResult.ts';
import { widthOf } from './cellSizes.ts';
import { readoutMetric } from './readoutMetric.ts';

/** A cycle that changes the training objective by less than this fraction ends training by gradient. */
const TOLERANCE = 1e-2;
/** Cycles of training a network by gradient at most: where it interpolates, its objective falls for ever. */
const MAX_CYCLES = 4;
/** Descents of read-outs, by where they start. Less than a Newton step: the objective has kinks. */
const DESCENT = {
  cold: { learningRate: 0.4, cycleSteps: 20, maxCycles: 6 },
  warm: { learningRate: 0.1, cycleSteps: 10, maxCycles: 7 },
} as const;
/** Weights of which the metric, and the factor of it, fit in memory beside other workers': 256 MB. */
const MOST_PRECONDITIONED = 4000;
/** Relative duality gap of the exact solvers: far below the accuracy of the linearisation. */
const EXACT_TOLERANCE = 1e-4;
/** The same where descent goes on from there. */
const START_TOLERANCE = 1e-3;

export interface CellTraining {
  /** Names the random streams of the weights and of training. */
  readonly streams: string;
  /** Called in training by gradient. */
  readonly onProgress?: AdversarialTrainingOptions['onProgress'];
}

/** Trains the cell's model: read-outs at eps = 0 and where the cell says so exactly, everything else by gradient. */
export async function trainCell(
  model: tf.LayersModel,
  data: Dataset,
  cell: Cell,
  { streams, onProgress }: CellTraining,
): Promise<TrainingReport> {
  const { lambda, loss } = cell;
  const norm = normsOf(cell).training;
  const eps = radiusOf(norm, cell.eps, cell.d);
  const exactly = eps === 0 || cell.method === 'exact';
  if (loss !== undefined && exactly)
    return trainClassifier(model, data, { eps, lambda, loss, norm, tolerance: EXACT_TOLERANCE });
  if (isFrozen(cell) && exactly) {
    const solved = await trainReadoutExactly(model, data, { eps, lambda, norm, tolerance: EXACT_TOLERANCE });
    const { iterations, relativeGap, converged } = solved;
    // A closed form leaves nothing but rounding.
    const report = { iterations, residual: eps === 0 ? 0 : relativeGap, converged };
    if (!cell.leaveOneOut) return report;
    const { standard, risks } = solved.leaveOneOut({ epsTest: cell.epsTest });
    const plain = ({ value, standardError, count }: Estimate): Estimate => ({ value, standardError, count });
    const adversarialRisks = risks.map(({ risk }) => plain(risk));
    return { ...report, leaveOneOut: { standardRisk: plain(standard), adversarialRisks } };
  }
  if (cell.start === 'warm')
    await (loss === undefined
      ? trainReadoutExactly(model, data, { eps, lambda, norm, tolerance: START_TOLERANCE })
      : trainClassifier(model, data, { eps, lambda, loss, norm, tolerance: START_TOLERANCE }));
  const optimizer =
    isFrozen(cell) && widthOf(cell) <= MOST_PRECONDITIONED
      ? new PreconditionedDescent(await readoutMetric(model, data, cell), widthOf(cell))
      : null;
  try {
    const { iterations, residual, converged } = await adversarialTraining(model, data, {
      eps,
      attack: pgd({
        norm,
        steps: cell.attackSteps,
        relStepSize: 1,
        ...(loss && { loss: doubled(TRAINED_LOSSES[loss]) }),
      }),
      lambda,
      seed: streams,
      tolerance: TOLERANCE,
      ...(optimizer ? { optimizer, ...DESCENT[cell.start] } : cell.network && { maxCycles: MAX_CYCLES }),
      ...(onProgress && { onProgress }),
    });
    return { iterations, residual, converged };
  } finally {
    optimizer?.dispose();
  }
}

/** The margin losses as attacks and training by gradient know them. */
const TRAINED_LOSSES: Readonly<Record<MarginLossName, SampleLoss>> = {
  logistic: crossEntropyLoss,
  hinge: hingeLoss,
  squaredHinge: squaredHingeLoss,
};

/** Twice a loss, of which training takes the half: the square is the loss that it has in mind. */
const doubled = (loss: SampleLoss): SampleLoss => ({
  ...loss,
  value: (prediction, y) => loss.value(prediction, y).mul(2),
});

/** The exact classifier, of which the model gets the weights. */
async function trainClassifier(
  model: tf.LayersModel,
  data: Dataset,
  options: Pick<MarginOptions, 'eps' | 'lambda' | 'loss' | 'norm' | 'tolerance'>,
): Promise<TrainingReport> {
  const features = (await hostFeatures(model, model.layers.length - 1))!;
  const solved = solveMargins(readoutProblem(data, features), options);
  setReadout(model, solved.theta);
  const { iterations, relativeGap, converged, robustError } = solved;
  return { iterations, residual: relativeGap, converged, robustError };
}
