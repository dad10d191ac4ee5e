import { given } from '../checkOptions.ts';
import type { Table } from '../data/table.ts';
import { inputsAndTarget } from '../data/tableDataset.ts';
import { UserError } from '../errors.ts';
import { setReadout } from '../exact/exactReadout.ts';
import {
  adversarialRegression,
  type ExactProgress,
  type ExactResult,
  expectedSeconds,
  type FeatureLayer,
  type ReadoutProblem,
  readoutProblem,
  solveMargins,
  solveReadout,
} from '../exact/index.ts';
import { centre } from '../exact/intercept.ts';
import { LayeredFeatures } from '../models/layeredFeatures.ts';
import { RandomFeatures } from '../models/RandomFeatures.ts';
import { dot } from '../numerics/vectors.ts';
import { tf } from '../runtime/tf.ts';
import { identityOf, type KeptIterates, keptIterates, removeIterates } from './keptIterates.ts';
import { oneAgainstRest } from './oneAgainstRest.ts';
import { isMarginLoss, type TableTrainingSettings } from './tableTrainingOptions.ts';
import type { TableTraining } from './trainOnTable.ts';

/**
 * Sets the read-out of a linear or random-features model to the exact solution on standardised rows.
 * @param notes on the columns, which an error of the solver ends with
 */
export async function trainTableExactly(
  model: tf.Sequential,
  train: Table,
  settings: TableTrainingSettings,
  notes: readonly string[],
): Promise<TableTraining['training']> {
  const { y, solve, done } = await readoutSolver(model, train, settings, notes);
  const { theta, intercept, objective, relativeGap, iterations, residual, converged } = solve(y);
  done();
  setReadout(model, theta, intercept);
  return { converged, iterations, residual, objective, relativeGap };
}

/**
 * The same for a model of as many outputs as there are classes, one against the rest: each output is trained to +1 on the rows
 * of its class and to -1 on all others, over the same features.
 * @param train whose target holds positions in the list of classes, each of them
 * @returns the sum of the objectives and of the iterations, the largest residual and gap
 */
export async function trainClassesExactly(
  model: tf.Sequential,
  train: Table,
  classes: number,
  settings: TableTrainingSettings,
  notes: readonly string[],
): Promise<TableTraining['training']> {
  const { y, solve, done } = await readoutSolver(model, train, settings, notes, classes);
  const found = Array.from({ length: classes }, (_, k) => solve(oneAgainstRest(y, k), k));
  done();
  setReadouts(model, found);
  const sum = (of: (one: Solved) => number): number => found.reduce((total, one) => total + of(one), 0);
  return {
    converged: found.every(({ converged }) => converged),
    iterations: sum(({ iterations }) => iterations),
    residual: Math.max(...found.map(({ residual }) => residual)),
    objective: sum(({ objective }) => objective),
    relativeGap: Math.max(...found.map(({ relativeGap }) => relativeGap)),
  };
}

type Solved = Omit<ExactResult, 'leaveOneOut' | 'warmStart' | 'dualityGap' | 'robustError' | 'cleanError'>;

function setReadouts(model: tf.Sequential, found: readonly Solved[]): void {
  const K = found.length;
  const kernel = new Float32Array(found[0]!.theta.length * K);
  for (const [k, { theta }] of found.entries())
    for (const [j, weight] of theta.entries()) kernel[j * K + k] = weight;
  const readout = model.getLayer('readout');
  tf.tidy(() => {
    const weights: tf.Tensor[] = [tf.tensor2d(kernel, [kernel.length / K, K])];
    const bias = tf.tensor1d(found.map(({ intercept }) => intercept));
    readout.setWeights(readout.getWeights().length > 1 ? [...weights, bias] : weights);
  });
}

/** Solves for targets of the same rows, one after the other. */
interface ReadoutSolver {
  /** What the target holds. */
  readonly y: Float64Array;
  /** @param solved how many were solved before */
  readonly solve: (y: Float64Array, solved?: number) => Solved;
  /** After the last one. */
  readonly done: () => void;
}

/**
 * Keeps of the rows what solving needs: of many rows that is most of the memory there is.
 * @param solves how many there will be, of which progress tells
 */
async function readoutSolver(
  model: tf.Sequential,
  train: Table,
  settings: TableTrainingSettings,
  notes: readonly string[],
  solves = 1,
): Promise<ReadoutSolver> {
  const { eps, lambda, fitIntercept, loss, norm, activation, folder, onSolving } = settings;
  const features = model.layers[0]!;
  const W =
    features instanceof RandomFeatures ? await features.getWeights()[0]!.data<'float32'>() : undefined;
  if (!W && loss === 'square') return linearSolver(train, settings, notes);
  const wanted = { eps, lambda, fitIntercept };
  const rows = problemOf(train, W && { W, activation });
  const means = isMarginLoss(loss) || !fitIntercept ? null : centre(rows.phi, rows.n, rows.N);
  // Attacks in l1 are refused where they would come here.
  const attack = norm === 'linf' ? 'linf' : 'l2';
  onSolving?.({ expectedSeconds: solves * expectedSeconds({ ...rows, norm: attack }), solves });
  const keptOf = (y: Float64Array, solved: number): KeptIterates | null => {
    if (folder === undefined || isMarginLoss(loss)) return null;
    const identity = identityOf([train.values, y, ...(W ? [W] : [])], { ...wanted, norm, activation });
    return keptIterates(folder, `output-${solved}`, identity);
  };
  return {
    y: rows.y,
    solve(y, solved = 0) {
      const kept = keptOf(y, solved);
      const onProgress = ({ iterate, ...progress }: ExactProgress): void => {
        if (iterate) kept?.keep(iterate);
        onSolving?.({ ...progress, solved });
      };
      const asked = { ...wanted, norm: attack, onProgress } as const;
      const problem = { ...rows, y };
      const found = explained(
        () =>
          isMarginLoss(loss)
            ? solveMargins(problem, { ...asked, loss })
            : solveReadout(problem, { ...asked, keepStart: false, ...given({ start: kept?.start }) }),
        notes,
      );
      return means ? { ...found, intercept: found.intercept - dot(means, found.theta) } : found;
    },
    done() {
      const names = Array.from({ length: solves }, (_, k) => `output-${k}`);
      if (folder !== undefined) removeIterates(folder, names);
    },
  };
}

function linearSolver(
  train: Table,
  { eps, lambda, fitIntercept, norm }: TableTrainingSettings,
  notes: readonly string[],
): ReadoutSolver {
  const data = inputsAndTarget(train);
  const wanted = { eps, lambda, fitIntercept, norm };
  return {
    y: data.y,
    solve: (y) => explained(() => adversarialRegression({ ...data, y }, wanted), notes),
    done() {},
  };
}

/** The rows as features, their own where there is no layer. */
function problemOf(train: Table, layer: FeatureLayer | undefined): ReadoutProblem {
  const data = inputsAndTarget(train);
  return readoutProblem(data, layer ?? new LayeredFeatures(data.d, []));
}

/** Adds what is known of the columns to an error of the solver. */
function explained<T>(solve: () => T, notes: readonly string[]): T {
  try {
    return solve();
  } catch (error) {
    if (error instanceof UserError && notes.length > 0)
      throw new UserError(`${error.message} (${notes.join('; ')})`);
    throw error;
  }
}
