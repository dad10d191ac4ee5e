import { piecewiseMargin } from './marginChannel.ts';

/** (1 - w)_+^2/2 */
export const squaredHinge = piecewiseMargin((V) => {
  const k = 1 / (1 + V);
  return [
    { to: 1, score: [k, -k], attack: [k, -k], loss: [(k * k) / 2, -k * k, (k * k) / 2] },
    { to: Infinity, score: [0, 0], attack: [0, 0], loss: [0, 0, 0] },
  ];
});
