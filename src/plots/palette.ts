/** Okabe & Ito's colours: colour-blind readers can tell them apart. */
export const palette = {
  /** #0072B2 */
  blue: '#0072B2',
  /** #D55E00 */
  vermillion: '#D55E00',
  /** #009E73 */
  green: '#009E73',
  /** #CC79A7 */
  purple: '#CC79A7',
  /** #E69F00 */
  orange: '#E69F00',
  /** #333333 */
  black: '#333333',
} as const;

/** The colours in the order in which a figure takes them. */
export const paletteOrder: readonly string[] = Object.values(palette);

/** Of lines that mark values and stand for no series. */
export const GUIDE_COLOUR = '#8a8a8a';
