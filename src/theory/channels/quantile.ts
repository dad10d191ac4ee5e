import { piecewiseResidual, type ResidualChannel } from './residualChannel.ts';

/**
 * level r_+ + (1 - level) r_-. Attacked, the worse of both directions: the two cross at r = (1 - 2 level) c, the kink.
 */
export const quantile = (level: number): ResidualChannel =>
  piecewiseResidual((V, c) => {
    const below = 1 - level;
    const kink = (below - level) * c;
    const tilt = level - below;
    return [
      {
        to: kink - V * below,
        score: [-below, 0],
        attack: [below, 0],
        loss: [below * (c - V * below), -below, 0],
      },
      {
        to: kink + V * level,
        score: [-kink / V, 1 / V],
        // a share of level, the rest of 1 - level, as the score is of level and -(1 - level)
        attack: [below + tilt * (below - kink / V), tilt / V],
        loss: [2 * level * below * c, 0, 0],
        kink: true,
      },
      { to: Infinity, score: [level, 0], attack: [level, 0], loss: [level * (c - V * level), level, 0] },
    ];
  });
