/** Okabe & Ito's colours: told apart by colour-blind readers, and in grey by the symbols that go with them. */
export const palette = {
  blue: '#0072B2',
  vermillion: '#D55E00',
  green: '#009E73',
  purple: '#CC79A7',
  grey: '#8a8a8a',
} as const;
