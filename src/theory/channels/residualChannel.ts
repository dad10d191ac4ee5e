import { type Averages, newAverages } from './averages.ts';
import { meanScoreTimes, type Piece, pieceAverages } from './pieces.ts';
import { ResidualLaw } from './residualLaw.ts';

/** A loss of the residual r = y - f(x), which an attack moves by c either way, as the saddle point sees it. */
export interface ResidualChannel {
  /**
   * The averages at the proximal point r = argmin l(r; c) + (r - z)^2/(2V), l the larger of loss(r + c) and loss(r - c), z of
   * the law; `mu` is `eta`, since the score knows y - omega only.
   */
  averages(law: ResidualLaw, V: number, c: number, out: Averages): Averages;
  /** E r^2, the clean training error, at the same point */
  trainingError(law: ResidualLaw, V: number, c: number): number;
  /** The averages of the loss itself, V = c = 0: what the null phase depends on. */
  untrained(law: ResidualLaw, out: Averages): Averages;
}

/** A channel whose score is linear between kinks; `pieces` at V and c are ranges of z. */
export const piecewiseResidual = (pieces: (V: number, c: number) => readonly Piece[]): ResidualChannel => ({
  averages(law, V, c, out) {
    pieceAverages(pieces(V, c), law, 0, out);
    out.mu = out.eta;
    return out;
  },
  trainingError(law, V, c) {
    // r = z - V g, linear on the same pieces.
    const residuals = pieces(V, c).map(
      (piece): Piece => ({ ...piece, score: [-V * piece.score[0], 1 - V * piece.score[1]] }),
    );
    return pieceAverages(residuals, law, 0, scratch).chi;
  },
  untrained(law, out) {
    // Kinks hold nobody, but the score jumps there: its mean slope by Stein's identity, part by part.
    const smooth = pieces(0, 0).filter(({ kink }) => !kink);
    pieceAverages(smooth, law, 0, out);
    out.eta = 0;
    for (const part of law.noise) {
      const alone = new ResidualLaw([{ ...part, weight: 1 }]);
      alone.missed = law.missed;
      out.eta += (part.weight * meanScoreTimes(smooth, alone, part.shift)) / (law.missed + part.variance);
    }
    out.mu = out.eta;
    return out;
  },
});

const scratch = newAverages();
