import type { RowBlock } from '../rowBlocks.ts';
import type { Pieces, RowLosses, RowStates } from './leaveRowsOut.ts';
import type { LocalModel, StepsWithout } from './localModel.ts';

/** Rows whose loss has a kink where the residual is 0 and a curvature of 1 elsewhere. */
export interface Kinks {
  /** Target less output, n. */
  readonly residuals: Float64Array;
  /** Half of what the derivative jumps by at the kink, n: a dual there is within plus and minus this. */
  readonly bounds: Float64Array;
}

/** Rows off their kink that may be moved across it, for each coefficient: those nearest to it. */
const NEAREST = 1.5;

/**
 * What the outputs at rows left out change by because their leaving moves others onto or across a kink, or off it. Each of those counts
 * for itself: a row that would cross is pulled back to its kink, by no more than the jump of its derivative; one at its kink that
 * would need more than its bound to stay there goes where the excess takes it.
 * @param asked at the minimiser of all rows
 * @returns from a block of rows and their steps to the changes of their outputs
 */
export function crossings(
  model: LocalModel,
  { M, design }: Pick<RowLosses, 'M' | 'design'>,
  { residuals, bounds }: Kinks,
  { fitted, scores }: RowStates,
  { outputDerivatives: pulls }: Pick<Pieces, 'outputDerivatives'>,
): (block: RowBlock, steps: StepsWithout) => Float64Array {
  const { place } = model;
  const atKink = [...fitted.keys()].filter((j) => place[j]! >= 0);
  const near = [...fitted.keys()]
    .filter((j) => place[j]! < 0)
    .sort((i, j) => Math.abs(residuals[i]!) - Math.abs(residuals[j]!))
    .slice(0, Math.ceil(NEAREST * M));
  const [P, K] = [atKink.length, near.length];
  const features = new Float64Array(K * M);
  for (const [k, j] of near.entries()) features.set(design.subarray(j * M, (j + 1) * M), k * M);
  const others = model.whitened(features);
  const slack = model.slackOf(others);
  const overlaps = model.kinks.overlaps();
  const signs = scores.map((score) => (score < 0 ? -1 : 1));
  // Target less output, towards the kink.
  const distances = Float64Array.from(near, (j) => signs[j]! * residuals[j]!);
  const jumps = Float64Array.from(near, (j) => 2 * bounds[j]!);
  // What a row's dual changes by for a unit of excess over its bound.
  const yields = Float64Array.from(atKink, (_, k) => 1 / (model.freedomAt(k) + 1));

  return (block, found) => {
    const rows = block.to - block.from;
    const onNear = model.movesOf(block, found, others);
    const onKinks = model.onKinks(found.own);
    const changes = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      const i = block.from + row;
      const at = place[i]!;
      // Without its own curvature, or its kink, the row moves more easily by this.
      const free = at < 0 ? 1 - found.leverages[row]! : model.freedomAt(at);
      const towards = at < 0 ? -signs[i]! : 1;
      let change = 0;
      for (let k = 0; k < K; k++) {
        const j = near[k]!;
        const along = onNear[row * K + k]!;
        const beyond = signs[j]! * pulls[i]! * along - distances[k]!;
        if (j === i || !(beyond > 0)) continue;
        const force = Math.min(jumps[k]!, beyond / (slack[k]! + free * along ** 2));
        change -= signs[j]! * force * along * towards;
      }
      for (let k = 0; k < P; k++) {
        const j = atKink[k]!;
        if (j === i) continue;
        const along = (at < 0 ? towards * onKinks[row * P + k]! : -overlaps[k * P + at]!) / free;
        const dual = pulls[j]! + pulls[i]! * along * towards;
        const excess = Math.abs(dual) - bounds[j]!;
        if (excess > 0) change += Math.sign(dual) * excess * yields[k]! * along;
      }
      changes[row] = change;
    }
    return changes;
  };
}
