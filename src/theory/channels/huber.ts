import { piecewiseResidual, type ResidualChannel } from './residualChannel.ts';

/** r^2/2 up to |r| = threshold, threshold (|r| - threshold/2) beyond: attacked, at |r| + c. */
export const huber = (threshold: number): ResidualChannel =>
  piecewiseResidual((V, c) => {
    const slope = Math.min(c, threshold);
    // What the loss is at r = 0 under attack, and beyond the threshold at |r| = z - V threshold.
    const atKink = c < threshold ? 0.5 * c * c : threshold * (c - 0.5 * threshold);
    const far = threshold * (c - V * threshold - 0.5 * threshold);
    const k = 1 / (1 + V);
    const half = 0.5 * k * k;
    const held = V * slope;
    const end = Math.max(held, threshold * (1 + V) - c);
    const quadratic = c < threshold;
    return [
      { to: -end, score: [-threshold, 0], attack: [threshold, 0], loss: [far, -threshold, 0] },
      ...(quadratic
        ? ([
            {
              to: -held,
              score: [-k * c, k],
              attack: [k * c, -k],
              loss: [half * c * c, -2 * half * c, half],
            },
          ] as const)
        : []),
      { to: held, score: [0, 1 / V], attack: [slope, 0], loss: [atKink, 0, 0], kink: true },
      ...(quadratic
        ? ([
            { to: end, score: [k * c, k], attack: [k * c, k], loss: [half * c * c, 2 * half * c, half] },
          ] as const)
        : []),
      { to: Infinity, score: [threshold, 0], attack: [threshold, 0], loss: [far, threshold, 0] },
    ];
  });
