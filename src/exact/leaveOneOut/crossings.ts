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
/** And of all rows. Those further away are reached by large moves alone, which are wrong by themselves. Chosen on twelve tables. */
const NEAREST_SHARE = 0.35;

/**
 * What the outputs at rows left out change by because their leaving moves others onto or across a kink, or off it. Each of those counts
 * for itself: a row that would cross is pulled back to its kink, by no more than the jump of its derivative; one at its kink that
 * would need more than its bound to stay there goes where the excess takes it.
 * @param asked at the minimiser of all rows
 * @returns from a block of rows and their steps to the changes of their outputs
 */
export function crossings(
  model: LocalModel,
  { n, M, design }: Pick<RowLosses, 'n' | 'M' | 'design'>,
  { residuals, bounds }: Kinks,
  { fitted, scores }: RowStates,
  { outputDerivatives: pulls }: Pick<Pieces, 'outputDerivatives'>,
): (block: RowBlock, steps: StepsWithout) => Float64Array {
  const { place } = model;
  const atKink = [...fitted.keys()].filter((j) => place[j]! >= 0);
  const near = [...fitted.keys()]
    .filter((j) => place[j]! < 0)
    .sort((i, j) => Math.abs(residuals[i]!) - Math.abs(residuals[j]!))
    .slice(0, Math.ceil(Math.min(NEAREST * M, NEAREST_SHARE * n)));
  const [P, K] = [atKink.length, near.length];
  const features = new Float64Array(K * M);
  for (const [k, j] of near.entries()) features.set(design.subarray(j * M, (j + 1) * M), k * M);
  const others = model.whitened(features);
  const signs = scores.map((score) => (score < 0 ? -1 : 1));
  const off: OffKinks = {
    rows: Int32Array.from(near),
    signs: Float64Array.from(near, (j) => signs[j]!),
    distances: Float64Array.from(near, (j) => signs[j]! * residuals[j]!),
    jumps: Float64Array.from(near, (j) => 2 * bounds[j]!),
    slack: model.slackOf(others),
  };
  const on: OnKinks = {
    rows: Int32Array.from(atKink),
    duals: Float64Array.from(atKink, (j) => pulls[j]!),
    bounds: Float64Array.from(atKink, (j) => bounds[j]!),
    yields: Float64Array.from(atKink, (_, k) => 1 / (model.freedomAt(k) + 1)),
  };
  const overlaps = model.kinks.overlaps();

  return (block, found) => {
    const onNear = model.movesOf(block, found, others);
    const onKinks = model.onKinks(found.own);
    return Float64Array.from({ length: block.to - block.from }, (_, k) => {
      const i = block.from + k;
      const [at, pull] = [place[i]!, pulls[i]!];
      // Without its own curvature, or its kink, the row moves more easily by this.
      const free = at < 0 ? 1 - found.leverages[k]! : model.freedomAt(at);
      const towards = at < 0 ? -signs[i]! : 1;
      const along = at < 0 ? onKinks.subarray(k * P, (k + 1) * P) : overlaps.subarray(at * P, (at + 1) * P);
      return (
        acrossKinks(off, onNear.subarray(k * K, (k + 1) * K), { i, pull, free, towards }) +
        offKinks(on, along, { i, pull, share: (at < 0 ? towards : -1) / free, towards })
      );
    });
  };
}

/** Rows off their kink, K of them. */
interface OffKinks {
  readonly rows: Int32Array;
  /** Of their scores. */
  readonly signs: Float64Array;
  /** Of the residual from the kink, >= 0. */
  readonly distances: Float64Array;
  /** What their derivative jumps by. */
  readonly jumps: Float64Array;
  /** How far a unit of force moves them. */
  readonly slack: Float64Array;
}

/** What rows that cross change the output of row i by. @param along how far a unit of row i's gradient moves each, K */
function acrossKinks(
  { rows, signs, distances, jumps, slack }: OffKinks,
  along: Float64Array,
  { i, pull, free, towards }: Record<'i' | 'pull' | 'free' | 'towards', number>,
): number {
  let change = 0;
  for (let k = 0; k < rows.length; k++) {
    const move = signs[k]! * along[k]!;
    const beyond = pull * move - distances[k]!;
    if (!(beyond > 0) || rows[k] === i) continue;
    change -= Math.min(jumps[k]!, beyond / (slack[k]! + free * move * move)) * move * towards;
  }
  return change;
}

/** Rows at their kink, P of them. */
interface OnKinks {
  readonly rows: Int32Array;
  readonly duals: Float64Array;
  /** Of the duals' sizes. */
  readonly bounds: Float64Array;
  /** What a dual falls by for a unit of excess over its bound. */
  readonly yields: Float64Array;
}

/** What rows that leave their kink change the output of row i by. @param along what a row moves each dual by, P, which is times `share` */
function offKinks(
  { rows, duals, bounds, yields }: OnKinks,
  along: Float64Array,
  { i, pull, share, towards }: Record<'i' | 'pull' | 'share' | 'towards', number>,
): number {
  let change = 0;
  for (let k = 0; k < rows.length; k++) {
    const move = share * along[k]!;
    const dual = duals[k]! + pull * move * towards;
    const excess = Math.abs(dual) - bounds[k]!;
    if (!(excess > 0) || rows[k] === i) continue;
    change += Math.sign(dual) * excess * yields[k]! * move;
  }
  return change;
}
