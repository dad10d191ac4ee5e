import type { ActivationName } from '../models/activations.ts';
import type { TableLoss } from './tableTrainingOptions.ts';
import { defaultWidths, type TunedModel, type TuneLists } from './tuneOptions.ts';

/** What makes the features of a candidate and judges its residuals. */
export interface TuneFamily {
  /** Which model. */
  readonly model: TunedModel;
  /** Features; of a linear model the inputs. */
  readonly width: number;
  /** Of random features; null for a linear model. */
  readonly activation: ActivationName | null;
  /** Deviations at which standardised inputs are clipped; null for not at all. */
  readonly clip: number | null;
  /** What is minimised. */
  readonly loss: TableLoss;
}

/** A model that might be chosen. */
export interface TuneCandidate extends TuneFamily {
  /** Radius in training, in standard deviations of the inputs. */
  readonly eps: number;
  /** Ridge penalty. */
  readonly lambda: number;
}

/** Candidates that differ in eps alone. */
export interface TunePath {
  readonly family: TuneFamily;
  readonly lambda: number;
  /** Increasing. */
  readonly epsilons: readonly number[];
}

/**
 * Every combination as paths along eps, in an order that does not depend on that of the lists.
 * @param sizes training rows and inputs
 */
export function tunePaths(lists: TuneLists, sizes: { readonly n: number; readonly d: number }): TunePath[] {
  const epsilons = [...lists.eps].sort((a, b) => a - b);
  const paths = families(lists, sizes).flatMap((family) =>
    lists.lambda.map((lambda) => ({ family, lambda, epsilons })),
  );
  return paths.sort((a, b) => bySimplicity(candidatesOf(a)[0]!, candidatesOf(b)[0]!));
}

function families(lists: TuneLists, { n, d }: { readonly n: number; readonly d: number }): TuneFamily[] {
  const models = lists.model.flatMap((model): Pick<TuneFamily, 'model' | 'width' | 'activation'>[] => {
    if (model === 'linear') return [{ model, width: d, activation: null }];
    const widths = lists.width ?? defaultWidths(n);
    return widths.flatMap((width) => lists.activation.map((activation) => ({ model, width, activation })));
  });
  return models.flatMap((model) =>
    lists.clip.flatMap((clip) => lists.loss.map((loss) => ({ ...model, clip, loss }))),
  );
}

/** Paths that share their features, family by family; none is empty. */
export function pathsByFamily(paths: readonly TunePath[]): TunePath[][] {
  const families = new Map<string, TunePath[]>();
  for (const path of paths) {
    const name = JSON.stringify(path.family);
    families.set(name, [...(families.get(name) ?? []), path]);
  }
  return [...families.values()];
}

/** The candidates of a path, in its order. */
export const candidatesOf = ({ family, lambda, epsilons }: TunePath): TuneCandidate[] =>
  epsilons.map((eps) => ({ ...family, eps, lambda }));

/**
 * The order from simple to complex: linear models before random features, then fewer features, a larger penalty, a larger
 * radius of training. What is left, which has no order of its own, is put in that of the alphabet.
 */
export function bySimplicity(a: TuneCandidate, b: TuneCandidate): number {
  return (
    Number(a.model !== 'linear') - Number(b.model !== 'linear') ||
    a.width - b.width ||
    b.lambda - a.lambda ||
    b.eps - a.eps
  );
}

/** A candidate in words that are the same whatever the order of its fields. */
export const candidateName = ({ model, width, activation, clip, loss, eps, lambda }: TuneCandidate): string =>
  [
    model === 'linear' ? 'linear' : `${width} features (${activation})`,
    ...(clip === null ? [] : [`clip ${clip}`]),
    ...(loss === 'square' ? [] : [loss]),
    `eps ${eps}`,
    `lambda ${lambda}`,
  ].join(', ');
