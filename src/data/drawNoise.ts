import type { Stream } from '../random/stream.ts';
import { type Noise, noiseParts } from '../theory/channels/noise.ts';

/** Fills `out` with independent draws, in order, so that two short fills equal one long one. */
export type Fill = (out: Float32Array) => Float32Array;

/**
 * Draws of a law of noise that `noiseParts` takes from a stream, by their definitions and not by the mixtures that the theory averages over.
 * @param noise a law as the theory takes it
 * @param tau its standard deviation; undefined for values that have units of their own
 */
export function noiseFill(noise: Noise, tau: number | undefined, random: Stream): Fill {
  const given = typeof noise === 'string' ? { law: noise } : noise;
  const scale = tau ?? 0;
  const normal = (): number => random.fillGaussian(new Float64Array(1))[0]!;
  const sign = (): number => (random.uniform() < 0.5 ? -1 : 1);
  const each =
    (draw: () => number): Fill =>
    (out) => {
      for (let i = 0; i < out.length; i++) out[i] = draw();
      return out;
    };
  switch (given.law) {
    case 'gaussian':
      return (out) => random.fillGaussian(out, scale);
    case 'rademacher':
      return each(() => scale * sign());
    case 'laplace':
      return each(() => {
        const side = sign();
        return (-side * scale * Math.log1p(-random.uniform())) / Math.SQRT2;
      });
    case 'student': {
      const { degrees = 5 } = given as { degrees?: number };
      const unit = scale * Math.sqrt((degrees - 2) / degrees);
      return each(() => {
        const numerator = normal();
        return (unit * numerator) / Math.sqrt((2 * gamma(degrees / 2, normal, random)) / degrees);
      });
    }
    case 'sparse': {
      const { share = 0.1 } = given as { share?: number };
      return each(() => {
        const side = sign();
        return random.uniform() < share ? (side * scale) / Math.sqrt(share) : 0;
      });
    }
    default: {
      const parts = noiseParts(noise, tau);
      return each(() => {
        let left = random.uniform();
        for (const { weight, shift } of parts) {
          left -= weight;
          if (left < 0) return shift;
        }
        return parts.at(-1)!.shift;
      });
    }
  }
}

/** A gamma variable of this shape >= 1 and scale 1, by Marsaglia and Tsang's rejection (2000). */
function gamma(shape: number, normal: () => number, random: Stream): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const z = normal();
    const v = (1 + c * z) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < 0.5 * z * z + d - d * v + d * Math.log(v)) return d * v;
  }
}
