import { tf } from '../runtime/tf.ts';

/** A copy of some weights, to go back to. */
export interface WeightSnapshot {
  restore(): void;
  dispose(): void;
}

export function weightSnapshot(variables: readonly tf.Variable[]): WeightSnapshot {
  // A tensor's clone would share its data with the variable; variables are reassigned, never overwritten, so that is safe.
  const copies = variables.map((variable) => variable.clone());
  return {
    restore: () => {
      variables.forEach((variable, i) => {
        variable.assign(copies[i]!.clone());
      });
    },
    dispose: () => tf.dispose(copies),
  };
}
