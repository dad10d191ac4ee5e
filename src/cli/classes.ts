import type { ClassNames } from '../data/csvClasses.ts';
import type { PreparedTarget } from '../data/preparation/preparation.ts';

/** Which classes are which: "digit 0, 1 is +1, 2, 3 is -1". */
export const classesInWords = (target: string, { positive, negative }: ClassNames): string =>
  `${target} ${positive.join(', ')} is +1, ${negative.join(', ')} is -1`;

/** What a target of classes holds, a line; none for numbers. */
export const targetInWords = (target: PreparedTarget): string[] => {
  if (target.kind === 'number') return [];
  if (target.kind === 'two classes') return [classesInWords(target.name, target)];
  return [`${target.name}: ${target.classes.length} classes, of which the largest output names one`];
};

/** What the number beside a predicted class says, a line; none where the prediction is the number. */
export const scoreInWords = (target: PreparedTarget): string[] => {
  if (target.kind === 'number') return [];
  if (target.kind === 'two classes')
    return [`score: above 0 for ${target.positive.join(', ')}, else ${target.negative.join(', ')}`];
  return ['lead: by how much the output of the class is ahead of the next'];
};
