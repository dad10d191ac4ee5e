import { tf } from '../runtime/tf.ts';

/** A copy of some weights, to go back to. */
export interface WeightSnapshot {
  readonly copies: readonly tf.Tensor[];
  restore(): void;
  dispose(): void;
}

export function weightSnapshot(variables: readonly tf.Variable[]): WeightSnapshot {
  // A tensor's clone would share its data with the variable; variables are reassigned, never overwritten, so that is safe.
  const copies = variables.map((variable) => variable.clone());
  return {
    copies,
    restore: () => {
      variables.forEach((variable, i) => {
        // The variable takes a share in the copy's data; the copy itself stays ours to dispose.
        variable.assign(copies[i]!);
      });
    },
    dispose: () => tf.dispose(copies),
  };
}
