/**
 * What the saddle point needs to know of a loss and a law of labels: Gaussian averages of the proximal point. With omega the
 * output of the model on a row that it was not trained on, z or v = y omega the residual or margin there, and g the score,
 * minus or plus the slope of the attacked loss at the proximal point (Gerbelot, Abbara & Krzakala 2022, arXiv 2006.06581,
 * without attack):
 */
export interface Averages {
  /** the mean slope of the score, -E dg/domega */
  eta: number;
  /** E dg/du through the law of the label alone, u = <x, beta> */
  mu: number;
  /** E g^2 */
  chi: number;
  /** E dl/dc, c the growth of the loss's argument under attack */
  attack: number;
  /** E l, the training loss */
  loss: number;
  /** share of the rows that the kink of the loss holds */
  kink: number;
}

export const newAverages = (): Averages => ({ eta: 0, mu: 0, chi: 0, attack: 0, loss: 0, kink: 0 });

/** Sets all averages to 0, to be added to. */
export function clearAverages(out: Averages): void {
  out.eta = 0;
  out.mu = 0;
  out.chi = 0;
  out.attack = 0;
  out.loss = 0;
  out.kink = 0;
}

/** The mass and the first two moments of a law below a point. */
export interface PartialMoments {
  mass: number;
  first: number;
  second: number;
}

export const newPartialMoments = (): PartialMoments => ({ mass: 0, first: 0, second: 0 });
