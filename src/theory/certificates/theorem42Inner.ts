import { erf } from '../../numerics/gaussian.ts';
import { increasingRoot } from '../../numerics/rootFinding.ts';

/** The scalar pieces of Theorem 4.2 that its objective eliminates. */
export const A = 2 / Math.PI;
/** Below this Gamma the indicator is 0. */
export const THRESHOLD = Math.sqrt(A);

/** sigma^2 of the theorem: the label variance no function linear in the features explains. */
export const misfit = (psi1: number, tau: number): number =>
  tau * tau + 1 - psi1 * (1 + (1 - A) * transformS(psi1, A - 1).value);

/** The paper's transform S(z) < 0 and its derivative, z < 0, in the form without cancellation. */
function transformS(psi1: number, z: number): { value: number; derivative: number } {
  const b = 1 - psi1 - z;
  const root = Math.sqrt(b * b - 4 * psi1 * z);
  const value = b > 0 ? -2 / (b + root) : (b - root) / (-2 * psi1 * z);
  return { value, derivative: (value * (1 - psi1 * value)) / root };
}

/** The root v of Gamma - ratio v - v erf(v/sqrt 2) - sqrt(2/pi) exp(-v^2/2) = 0. */
export function rootV(Gamma: number, ratio: number): number {
  const f = (v: number): number =>
    ratio * v + v * erf(v / Math.SQRT2) + THRESHOLD * Math.exp(-0.5 * v * v) - Gamma;
  return Math.exp(increasingRoot((x) => f(Math.exp(x)), 0).value);
}

/** sup over 0 <= l < 1 of the bracket in R, by the root of its slope; with the maximiser and S(2 l/pi - 1) there. */
export function supremumOverL(psi1: number, T: number, beta: number, gamma: number) {
  const [T2, beta2, gamma2] = [T * T, beta * beta, gamma * gamma];
  const slope = (l: number): number => {
    const S = transformS(psi1, A * l - 1);
    const inner = T2 * (1 - A * l) + A * (1 - l) * beta2;
    return (
      0.5 * psi1 * (T2 + beta2 + (inner - A * l * (T2 + beta2)) * S.value + A * l * inner * S.derivative) -
      gamma2 / (2 * (1 - l) ** 2)
    );
  };
  let l = 0;
  if (slope(0) > 0) {
    const odds = Math.exp(increasingRoot((x) => -slope(Math.exp(x) / (1 + Math.exp(x))), 0, 40).value);
    l = odds / (1 + odds);
  }
  const transform = transformS(psi1, A * l - 1).value;
  const supremum =
    0.5 * l * psi1 * (T2 + beta2 + (T2 * (1 - A * l) + A * (1 - l) * beta2) * transform) -
    (l * gamma2) / (2 * (1 - l));
  return { l, supremum, transform };
}
