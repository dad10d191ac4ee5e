import type { Settings } from '../state/parameters.ts';
import { widthsOf } from '../theory/ask.ts';

/** N of each frozen layer, and n: the finite model that stands for the settings at dimension d. */
export const sizesOf = (settings: Settings, d: number): { widths: number[]; n: number } => ({
  widths: widthsOf(settings).map((width) => Math.max(1, Math.round(width * d))),
  n: Math.max(1, Math.round(settings.psi2 * d)),
});
