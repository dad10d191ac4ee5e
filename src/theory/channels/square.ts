import { piecewiseResidual } from './residualChannel.ts';

/** r^2/2: attacked, (|r| + c)^2/2. */
export const square = piecewiseResidual((V, c) => {
  const k = 1 / (1 + V);
  const own = k * c;
  const half = k * k * 0.5;
  return [
    { to: -V * c, score: [-own, k], attack: [own, -k], loss: [half * c * c, -2 * half * c, half] },
    { to: V * c, score: [0, 1 / V], attack: [c, 0], loss: [0.5 * c * c, 0, 0], kink: true },
    { to: Infinity, score: [own, k], attack: [own, k], loss: [half * c * c, 2 * half * c, half] },
  ];
});
