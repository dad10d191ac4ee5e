import { piecewiseResidual } from './residualChannel.ts';

/** |r|: attacked, |r| + c. */
export const absolute = piecewiseResidual((V, c) => [
  { to: -V, score: [-1, 0], attack: [1, 0], loss: [c - V, -1, 0] },
  { to: V, score: [0, 1 / V], attack: [1, 0], loss: [c, 0, 0], kink: true },
  { to: Infinity, score: [1, 0], attack: [1, 0], loss: [c - V, 1, 0] },
]);
