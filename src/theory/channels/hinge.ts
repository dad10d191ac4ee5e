import { piecewiseMargin } from './marginChannel.ts';

/** (1 - w)_+ */
export const hinge = piecewiseMargin((V) => [
  { to: 1 - V, score: [1, 0], attack: [1, 0], loss: [1 - V, -1, 0] },
  { to: 1, width: V, score: [1 / V, -1 / V], attack: [1 / V, -1 / V], loss: [0, 0, 0], kink: true },
  { to: Infinity, score: [0, 0], attack: [0, 0], loss: [0, 0, 0] },
]);
