import { checkSeed } from '../errors.ts';

/** The seed of the l-th frozen layer, l from 0: the first is that of a model of one layer, the others have their own. */
export const layerSeed = (seed: number | string, l: number): number | string =>
  l === 0 ? seed : `${checkSeed(seed)}, layer ${l + 1}`;
