import { InvalidArgumentError } from '../errors.ts';
import type { PictureText } from './pictureText.ts';

/** What a picture of any kind can be told beside what it draws. */
export interface PictureOptions extends PictureText {
  /** A line or two of small type at the foot, such as the settings or what the bars are; may hold `$TeX$`. */
  readonly note?: string;
  /**
   * For print: the width in millimetres, 84 for one column of most journals and 174 for two. Type is then 6 to 8 points high
   * whatever the width, and panels that have no room beside each other stand in rows. For screens unless given.
   */
  readonly width?: number;
}

/**
 * Units of drawing in a millimetre of paper. Type of 15 units, that of the numbers at the axes, is then 7.5 points high,
 * whatever the width of the picture.
 */
const UNITS_IN_MM = 144 / 25.4;
/** Millimetres between which a picture's axes and legend find room. */
const [NARROWEST, WIDEST] = [60, 400];

/** The widths of one column and of two on the pages of most journals, in millimetres. */
export const COLUMN_WIDTHS = { 1: 84, 2: 174 } as const;

/**
 * A width for print in units of drawing; undefined for a picture on screens.
 * @throws InvalidArgumentError for a width in which there is no room, or that no page has
 */
export function unitsAcross(width: number | undefined): number | undefined {
  if (width === undefined) return undefined;
  if (!(width >= NARROWEST && width <= WIDEST))
    throw new InvalidArgumentError('width', width, `millimetres between ${NARROWEST} and ${WIDEST}`);
  return width * UNITS_IN_MM;
}

/** The attributes of an SVG that give it its size: in millimetres for print, else a pixel for each unit. */
export function sizeAttributes(across: number, down: number, forPrint: boolean): Record<string, string> {
  const [width, height] = [across, down].map((units) =>
    forPrint ? `${Number((units / UNITS_IN_MM).toFixed(3))}mm` : String(units),
  );
  return {
    width: width!,
    height: height!,
    viewBox: `0 0 ${Number(across.toFixed(3))} ${Number(down.toFixed(3))}`,
  };
}
