import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { rowsOf } from '../data/batches.ts';
import type { Dataset } from '../data/dataset.ts';
import { InvalidArgumentError } from '../errors.ts';
import { type MeasuredMoments, measureFeatures } from '../evaluation/measureFeatures.ts';
import { gradientNorms, readoutProblem, solveReadout } from '../exact/index.ts';
import { randomFeaturesMap } from '../models/deepRandomFeaturesModel.ts';
import { unitSphereRows } from '../models/unitSphereRows.ts';
import { type Estimate, meanOf } from '../numerics/estimate.ts';
import { stream } from '../random/stream.ts';
import { predictRobustRisk } from './predictRobustRisk.ts';

/** Which trainings are set beside predictions: every width with every n and every eps. */
export interface AgainstTrainingOptions {
  /** Numbers of random features. */
  readonly widths: readonly number[];
  /** Rows to train on, of the half that is not measured. */
  readonly n: readonly number[];
  /** Radii of the l2 attack, in training and at test, in the units of the inputs. */
  readonly epsilons: readonly number[];
  /** Ridge penalty. Default 0. */
  readonly lambda?: number;
  /** Splits of the rows, each with features of its own. Default 4. */
  readonly repeats?: number;
  /** Of the splits and the features. Default 0. */
  readonly seed?: number | string;
  /** Called with each row as it is finished. */
  readonly onRow?: (row: AgainstTraining) => void;
}

const OPTIONS: OptionNames<AgainstTrainingOptions> = {
  widths: true,
  n: true,
  epsilons: true,
  lambda: true,
  repeats: true,
  seed: true,
  onRow: true,
};

/** One setting: what was predicted from one half of the rows, and what training on n of the other half gave. */
export interface AgainstTraining {
  /** Random features. */
  readonly width: number;
  /** Training rows. */
  readonly n: number;
  /** Radius of the attack, in training and at test. */
  readonly eps: number;
  /** Means over repeats, as are all that follow, with standard errors over them. */
  readonly predictedStandard: Estimate;
  /** The mean squared error of the trained read-outs on rows neither trained nor measured on. */
  readonly trainedStandard: Estimate;
  /** The prediction of what follows. */
  readonly predictedAdversarial: Estimate;
  /** Of the linearised attack, (|r| + eps |grad f|)^2, on rows neither trained nor measured on. */
  readonly trainedAdversarial: Estimate;
  /** Mean over repeats of predicted AR / trained AR - 1; both see the same data and features. */
  readonly adversarialError: Estimate;
}

/**
 * Predictions for random features on a data set beside exact adversarial training with an intercept. Settings that leave
 * fewer than 20 rows to test on are left out.
 * @param data standardised rows
 * @throws InvalidArgumentError for an unknown option, or where no setting leaves enough rows
 */
export async function predictionAgainstTraining(
  data: Dataset,
  options: AgainstTrainingOptions,
): Promise<AgainstTraining[]> {
  checkOptions('predictionAgainstTraining', options ?? null, OPTIONS);
  const { widths, n: ns, epsilons, lambda = 0, repeats = 4, seed = 0, onRow } = options;
  const rows: AgainstTraining[] = [];
  for (const width of widths) {
    const measured = await measuredRepeats(data, width, { repeats, seed });
    for (const n of ns)
      for (const eps of epsilons) {
        if (measured[0]!.otherRows.length - n < 20) continue;
        const runs = measured.map((moments, k) => ({
          ...trainedBeside(data, moments, { width, n, eps, lambda, seed: `${seed}, ${k}` }),
          predicted: predictRobustRisk(moments, { n, eps, lambda })[0]!,
        }));
        const row = {
          width,
          n,
          eps,
          predictedStandard: meanOf(runs.map(({ predicted }) => predicted.standardRisk)),
          trainedStandard: meanOf(runs.map(({ standard }) => standard)),
          predictedAdversarial: meanOf(runs.map(({ predicted }) => predicted.adversarialRisk)),
          trainedAdversarial: meanOf(runs.map(({ adversarial }) => adversarial)),
          adversarialError: meanOf(
            runs.map(({ predicted, adversarial }) => predicted.adversarialRisk / adversarial - 1),
          ),
        };
        rows.push(row);
        onRow?.(row);
      }
  }
  if (rows.length === 0)
    throw new InvalidArgumentError('n', ns, `at most half of the ${data.n} rows, less 20 to test on`);
  return rows;
}

/** The features of each repeat, measured on its half of the rows. */
export async function measuredRepeats(
  data: Dataset,
  width: number,
  { repeats = 4, seed = 0 }: Pick<AgainstTrainingOptions, 'repeats' | 'seed'>,
): Promise<MeasuredMoments[]> {
  const measured: MeasuredMoments[] = [];
  for (let k = 0; k < repeats; k++) {
    const map = await randomFeaturesMap({ inputDim: data.d, units: [width], seed: `${seed}, ${k}` });
    measured.push(await measureFeatures(map, data, { seed: `${seed}, ${k}` }));
  }
  return measured;
}

/**
 * Risks of one training by the exact solver on n of the rows that were not measured, on the rest of them, and of labels +1 and -1
 * the share whose sign the linearised attack turns.
 */
export function trainedBeside(
  data: Dataset,
  { otherRows }: Pick<MeasuredMoments, 'otherRows'>,
  { width: N, n, eps, lambda, seed }: { width: number; n: number; eps: number; lambda: number; seed: string },
): { readonly standard: number; readonly adversarial: number; readonly robustError: number } {
  const order = stream(seed, 'training rows').permutation(otherRows.length);
  const pick = (from: number, to: number): Dataset =>
    rowsOf(
      data,
      order.slice(from, to).map((i) => otherRows[i]!),
    );
  const W = unitSphereRows(seed, N, data.d);
  const problem = readoutProblem(pick(0, n), { W });
  const { theta, intercept } = solveReadout(problem, { eps, lambda, tolerance: 1e-4, fitIntercept: true });
  const test = readoutProblem(pick(n, order.length), { W });
  const lengths = gradientNorms(test, theta);
  let [standard, adversarial, robustError] = [0, 0, 0];
  for (let i = 0; i < test.n; i++) {
    let residual = test.y[i]! - intercept;
    for (let a = 0; a < N; a++) residual -= test.phi[i * N + a]! * theta[a]!;
    standard += residual ** 2 / test.n;
    adversarial += (Math.abs(residual) + eps * lengths[i]!) ** 2 / test.n;
    const margin = test.y[i]! * (test.y[i]! - residual);
    if (margin <= eps * lengths[i]!) robustError += 1 / test.n;
  }
  return { standard, adversarial, robustError };
}
