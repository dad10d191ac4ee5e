/** A law as a mixture of Gaussians: noise of variance 1 (or as given), the variance of the labels' noise, and their like. */
export interface GaussianPart {
  /** probability; they sum to 1 */
  readonly weight: number;
  /** mean */
  readonly shift: number;
  /** variance; 0 for an atom */
  readonly variance: number;
}

/** Steps of the trapezoidal rule in the logarithm of the variance; the integrands are analytic, so it converges exponentially. */
const STEP = 0.25;
const NEGLIGIBLE = 1e-17;

/**
 * A Gaussian of random variance v with density p(log v), as a finite mixture: the trapezoidal rule in log v, outwards from
 * `start` until neither the density nor the density times v counts.
 */
function mixture(density: (y: number) => number, start: number, step: number): GaussianPart[] {
  const parts: GaussianPart[] = [];
  for (const direction of [-1, 1])
    for (let i = direction === 1 ? 0 : 1; ; i++) {
      const y = start + direction * i * step;
      const weight = density(y) * step;
      if (weight * Math.max(1, Math.exp(y)) < NEGLIGIBLE) break;
      parts.push({ weight, shift: 0, variance: Math.exp(y) });
    }
  const total = parts.reduce((sum, part) => sum + part.weight, 0);
  return parts.map((part) => ({ ...part, weight: part.weight / total }));
}

/** Laplace noise of variance 1: the variance is exponential with mean 1. */
export const laplaceParts = (): GaussianPart[] => mixture((y) => Math.exp(y - Math.exp(y)), 0, STEP);

/** Student's t, scaled to variance 1: the variance is (degrees - 2)/chi^2. */
export function studentParts(degrees: number): GaussianPart[] {
  const half = degrees / 2;
  // Unnormalised, and 1 at its mode, where the variance is (degrees - 2)/degrees.
  const mode = Math.log((degrees - 2) / degrees);
  const density = (y: number): number => Math.exp(half * (1 - (y - mode) - Math.exp(mode - y)));
  return mixture(density, mode, STEP * Math.min(1, Math.sqrt(4 / half)));
}

/**
 * The standard logistic law (variance pi^2/3): the variance is 4 K^2, K of Kolmogorov's law (Andrews & Mallows, Journal of
 * the Royal Statistical Society B 36, 1974).
 */
export const logisticParts = (): GaussianPart[] =>
  mixture(
    (y) => {
      const square = Math.exp(y) / 4; // K^2
      let sum = 0;
      for (let j = 1; j <= 40; j++) sum += (j % 2 === 1 ? 1 : -1) * j * j * Math.exp(-2 * j * j * square);
      return square < 0.02 ? 0 : Math.max(0, 4 * square * sum);
    },
    Math.log(3),
    STEP,
  );
