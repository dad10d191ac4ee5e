import { texNumber } from '../plots/axes.ts';
import { normSymbol } from '../plots/normSymbol.ts';
import { palette } from '../plots/palette.ts';
import { rowsFigure } from '../plots/rowsFigure.ts';
import type { ToldExplanation } from './explanationReport.ts';
import type { PictureLook } from './picture.ts';

/** Inputs that a picture has room for. */
const MOST = 30;

type Told = Pick<ToldExplanation, 'importance' | 'clean' | 'eps' | 'norm' | 'loss' | 'units'>;

/** Permutation importance by input, as an SVG string; of many inputs the first thirty. */
export function explanationFigure(
  { importance, clean, eps, norm, loss, units }: Told,
  repeats: number,
  look: PictureLook = {},
): string {
  const what = loss === 'error' ? 'share of wrong answers' : `${loss} loss`;
  const notes = [
    `attack: PGD in ${normSymbol(norm)}, $\\varepsilon = ${texNumber(eps)}$ in ${units}`,
    `${clean.count} rows`,
    repeats > 1
      ? `means over ${repeats} permutations, bars: one standard error over them`
      : 'one permutation',
    ...(importance.length > MOST ? [`the first ${MOST} of ${importance.length} inputs`] : []),
  ];
  return rowsFigure({
    ...look,
    rows: importance.slice(0, MOST).map(({ name, clean: without, robust }) => ({
      name,
      values: [robust, without],
    })),
    series: [
      { label: 'under attack', colour: palette.vermillion, symbol: 'square' },
      { label: 'without attack', colour: palette.blue },
    ],
    label: `rise of the ${what} when permuted`,
    note: notes.join('; '),
    description: `Permutation importance of each input: rise of the ${what} with and without an attack in ${norm} of radius ${eps}${repeats > 1 ? `, bars of one standard error over ${repeats} permutations` : ''}`,
  });
}
