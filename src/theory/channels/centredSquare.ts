import { fractionWithin, newTruncatedGaussian, truncatedGaussian } from '../../numerics/gaussian.ts';
import { clearAverages } from './averages.ts';
import type { ResidualChannel } from './residualChannel.ts';

const gauss = newTruncatedGaussian();

/**
 * The square loss where all noise is centred: the averages of `square` from the moments of |G| about u = V c/s, to full relative
 * accuracy also where V or c is tiny, and faster.
 */
export const centredSquare: ResidualChannel = {
  averages({ missed, noise }, V, c, out) {
    const k = 1 / (1 + V);
    clearAverages(out);
    for (const { weight, variance } of noise) {
      const s = Math.sqrt(missed + variance);
      const u = (V * c) / s;
      const { above, maxwell, excess, excessSquared } = truncatedGaussian(u, gauss);
      const within = fractionWithin(gauss, u);
      // Beyond u the residual under attack is k (|z| + c).
      const first = s * (excess + u * above) + c * above;
      const second =
        s * s * (excessSquared + u * (2 * excess + u * above)) +
        c * (2 * s * (excess + u * above) + c * above);
      out.eta += weight * (within / V + k * above);
      out.chi += weight * ((s / V) ** 2 * maxwell + k * k * second);
      out.attack += weight * (c * within + k * first);
      out.loss += 0.5 * weight * (c * c * within + k * k * second);
      out.kink += weight * within;
    }
    out.mu = out.eta;
    return out;
  },
  trainingError({ missed, noise }, V, c) {
    let sum = 0;
    for (const { weight, variance } of noise) {
      const s = Math.sqrt(missed + variance);
      sum += weight * (s / (1 + V)) ** 2 * truncatedGaussian((V * c) / s, gauss).excessSquared;
    }
    return sum;
  },
  untrained({ missed, noise }, out) {
    clearAverages(out);
    out.eta = 1;
    out.mu = 1;
    for (const { weight, variance } of noise) {
      out.chi += weight * (missed + variance);
      out.attack += weight * Math.sqrt((2 / Math.PI) * (missed + variance));
    }
    out.loss = 0.5 * out.chi;
    return out;
  },
};
