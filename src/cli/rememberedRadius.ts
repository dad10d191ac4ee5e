import type { NormName } from '../attacks/index.ts';
import { readModelFile } from '../models/modelFiles.ts';

/** What a saved model says of attacks; undefined where it was saved by something else than `rrf train` and `rrf tune`. */
export interface RememberedRadius {
  /** The radius that the model is for: that of the risk for which it was tuned, otherwise that of its training. */
  readonly eps: unknown;
  /** Of the radius. */
  readonly norm: NormName | undefined;
}

/**
 * The radius and norm that are saved with a model.
 * @throws UserError naming the file that is missing or holds no layers model
 */
export function rememberedRadius(model: string): RememberedRadius {
  const { eps, norm, tuned } = (readModelFile(model).userDefinedMetadata ?? {}) as {
    eps?: unknown;
    norm?: NormName;
    tuned?: { epsTest?: unknown };
  };
  return { eps: tuned?.epsTest ?? eps, norm };
}
