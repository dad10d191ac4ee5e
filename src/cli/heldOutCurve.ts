import { misclassified, pgd, type SampleLoss } from '../attacks/index.ts';
import { given } from '../checkOptions.ts';
import { batchesOf } from '../data/batches.ts';
import type { Dataset } from '../data/dataset.ts';
import { inputsAndTarget } from '../data/tableDataset.ts';
import { type RobustRisk, robustRisk } from '../evaluation/risk.ts';
import { attackedModel } from '../table/attackedModel.ts';
import { attackOnEachClass } from '../table/eachClass.ts';
import { ATTACKED_LOSSES, type TableTrainingSettings } from '../table/tableTrainingOptions.ts';
import type { TableTraining } from '../table/trainOnTable.ts';

/** Radii of the robustness curve, over that of the training; by themselves where that is 0. */
const RADII = [0, 0.25, 0.5, 0.75, 1, 1.5, 2];
/** Of the attack. */
export const CURVE_STEPS = 20;
/** Rows on the device at a time. */
const ROWS = 512;

/** The risk of the held-out rows against the radius of the attack. */
export interface HeldOutCurve {
  readonly found: RobustRisk;
  /** What the radii count in. */
  readonly units: string;
  /** Whether success of the attack is a wrong answer, as it is for classes. */
  readonly accuracy: boolean;
}

/**
 * Measures a training on its held-out rows from radius 0 to twice that of the training; several classes by attacks on each other
 * class in turn, as `rrf attack` does.
 * @param onRows told how many of all rows are done
 */
export async function heldOutCurve(
  { model, test, classes, several }: Pick<TableTraining, 'model' | 'test' | 'classes' | 'several'>,
  { norm, eps, loss }: Pick<TableTrainingSettings, 'norm' | 'eps' | 'loss'>,
  onRows: (done: number, of: number) => void = () => {},
): Promise<HeldOutCurve> {
  const { f, data, units } = await attackedModel(model, inputsAndTarget(test));
  const attackBy = (of: SampleLoss | (typeof ATTACKED_LOSSES)[typeof loss]) =>
    pgd({ norm, steps: CURVE_STEPS, loss: of });
  const attack = several
    ? attackOnEachClass(several.names.length, attackBy)
    : attackBy(ATTACKED_LOSSES[loss]);
  const accuracy = several !== null || classes !== null;
  function* batches(): Generator<Dataset> {
    let done = 0;
    for (const batch of batchesOf(data, ROWS)) {
      yield batch;
      done += batch.n;
      onRows(done, data.n);
    }
  }
  const found = await robustRisk(f, batches(), attack, {
    epsilons: RADII.map((share) => share * (eps || 1)),
    ...given({ criterion: accuracy ? misclassified : undefined }),
  });
  return { found, units, accuracy };
}
