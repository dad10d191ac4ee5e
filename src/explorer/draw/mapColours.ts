/** Colours of the map: how a risk compares with predicting nothing, in steps like those of a relief map. */

type Rgb = readonly [number, number, number];

/** Steps of log(risk / E y^2): ratios of 2^(1/4). */
const BAND = Math.log(2) / 4;
const BANDS = 6;

const ends: Readonly<Record<'light' | 'dark', { below: Rgb; level: Rgb; above: Rgb }>> = {
  light: { below: [0, 98, 160], level: [246, 243, 236], above: [196, 78, 0] },
  dark: { below: [70, 165, 226], level: [34, 37, 43], above: [236, 130, 54] },
};

/** The colour of a risk of which the logarithm, over that of predicting nothing, is `logRatio`. */
export function colourOf(logRatio: number, theme: 'light' | 'dark'): Rgb {
  const { below, level, above } = ends[theme];
  const band = Math.max(-BANDS, Math.min(BANDS, Math.round(logRatio / BAND)));
  const share = (Math.abs(band) / BANDS) ** 0.85;
  const end = band < 0 ? below : above;
  return level.map((c, i) => Math.round(c + (end[i]! - c) * share)) as unknown as Rgb;
}

/** The colours of the bands, from least to most risk. */
export const legend = (theme: 'light' | 'dark'): Rgb[] =>
  Array.from({ length: 2 * BANDS + 1 }, (_, k) => colourOf((k - BANDS) * BAND, theme));
