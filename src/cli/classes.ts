import type { ClassNames } from '../data/csvClasses.ts';

/** The classes in a list separated by commas; undefined for none. */
export const classList = (text: string | undefined): string[] | undefined =>
  text?.split(',').map((name) => name.trim());

/** Which classes are which: "digit 0, 1 is +1, 2, 3 is -1". */
export const classesInWords = (target: string, { positive, negative }: ClassNames): string =>
  `${target} ${positive.join(', ')} is +1, ${negative.join(', ')} is -1`;
