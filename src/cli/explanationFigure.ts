import { palette } from '../plots/palette.ts';
import { rowsFigure } from '../plots/rowsFigure.ts';
import type { ModelExplanation } from '../table/explainModel.ts';

/** Inputs that a picture has room for. */
const MOST = 30;

/** Permutation importance by input, as an SVG string; of many inputs the first thirty. */
export function explanationFigure(
  { importance }: Pick<ModelExplanation, 'importance'>,
  repeats: number,
): string {
  const bars = repeats > 1 ? `, error bars: standard errors over ${repeats} permutations` : '';
  return rowsFigure({
    rows: importance.slice(0, MOST).map(({ name, clean, robust }) => ({ name, values: [robust, clean] })),
    series: [
      { label: 'under attack', colour: palette.vermillion },
      { label: 'without', colour: palette.blue },
    ],
    label: 'rise of the risk when permuted',
    description: `Permutation importance of each input for the risk with and without attack${bars}`,
  });
}
