import { piecewiseMargin } from './marginChannel.ts';

/**
 * No loss from `margin` on, and none allowed below it: with the penalty as the objective, the robust max-margin classifier, to
 * which the margin losses go as lambda falls to 0 where the labels can be fitted.
 */
export const hardMargin = (margin: number) =>
  piecewiseMargin((V) => {
    const k = 1 / V;
    return [
      { to: margin, score: [margin * k, -k], attack: [margin * k, -k], loss: [0, 0, 0], kink: true },
      { to: Infinity, score: [0, 0], attack: [0, 0], loss: [0, 0, 0] },
    ];
  });
