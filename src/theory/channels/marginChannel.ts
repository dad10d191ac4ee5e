import type { Averages } from './averages.ts';
import { CutGaussian, type MarginLaw } from './marginLaw.ts';
import { meanScore, type Piece, pieceAverages } from './pieces.ts';

/** A loss of the margin v = y f(x), from which an attack takes c, as the saddle point sees it. */
export interface MarginChannel {
  /**
   * The averages at the proximal point w = argmin loss(w) + (w - v + c)^2/(2V), v of the law; the score is -loss'(w) >= 0, and
   * so is dl/dc. `loss` may be left 0 where it costs.
   */
  averages(law: MarginLaw, V: number, c: number, out: Averages): Averages;
  /** E loss(w), where `averages` leaves it out */
  trainingLoss?(law: MarginLaw, V: number, c: number): number;
}

const gaussian = new CutGaussian();

/** A channel whose score is linear between kinks; `pieces` at V are ranges of v - c. */
export const piecewiseMargin = (pieces: (V: number) => readonly Piece[]): MarginChannel => ({
  averages(law, V, c, out) {
    const parts = pieces(V);
    pieceAverages(parts, law, c, out);
    out.eta = -out.eta;
    // Far in a tail a sum of rounding.
    out.loss = Math.max(0, out.loss);
    out.mu = law.pulled((deviation) => {
      gaussian.deviation = deviation;
      return meanScore(parts, gaussian, c);
    });
    return out;
  },
});
