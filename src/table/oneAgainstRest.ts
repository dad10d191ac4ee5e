import { oneLine, UserError } from '../errors.ts';

/** +1 on the rows of class k, -1 on all others. @param y positions of the classes */
export const oneAgainstRest = <T extends Float32Array | Float64Array>(y: T, k: number): T =>
  y.map((label) => (label === k ? 1 : -1)) as T;

/** @throws UserError naming a class that none of the training rows is of */
export function checkEachThere(
  y: Float32Array | Float64Array,
  classes: readonly string[],
  row = 'training row',
): void {
  for (const [k, name] of classes.entries())
    if (!y.includes(k))
      throw new UserError(
        oneLine(
          `no ${row} is of the class ${JSON.stringify(name)}: leave its rows out, hold fewer rows out, or deal them out by another seed`,
        ),
      );
}
