/** Okabe & Ito's colours: told apart by colour-blind readers, and in grey by the symbols that go with them. */
export const palette = {
  blue: '#0072B2',
  vermillion: '#D55E00',
  green: '#009E73',
  purple: '#CC79A7',
  orange: '#E69F00',
  black: '#333333',
} as const;

/** The same in the order in which a figure takes them. */
export const paletteOrder: readonly string[] = Object.values(palette);
