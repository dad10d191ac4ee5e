import { gaussLegendre } from '../../numerics/quadrature.ts';
import { fastNormalCdf } from './normalTable.ts';

const { nodes, weights } = gaussLegendre(16);
/** Squares of the nodes and the weights of the rule on [0, 1], by which T is integrated. */
const SQUARES = Float64Array.from(nodes, (node) => (0.5 * (1 + node)) ** 2);
const SHARES = Float64Array.from(weights, (weight) => (0.5 * weight) / (2 * Math.PI));
/** exp(-h^2/2) is below 1e-17 from here on. */
const FAR = 8.9;

/**
 * Owen's T(h, a) = (1/2 pi) int_0^a exp(-h^2 (1 + x^2)/2)/(1 + x^2) dx for a >= 0, to an absolute 1e-15: by
 * Gauss-Legendre for a <= 1, beyond it by T(h, a) + T(a h, 1/a) = (Phi(h) + Phi(a h))/2 - Phi(h) Phi(a h), h >= 0
 * (Owen, Annals of Mathematical Statistics 27, 1956).
 */
export function owenT(h: number, a: number): number {
  const size = Math.abs(h);
  if (size > FAR) return 0;
  if (a <= 1) return integral(size, a);
  const [below, scaled] = [fastNormalCdf(-size), fastNormalCdf(-a * size)];
  // In the tails, which lose no digits where both are small.
  return 0.5 * (below + scaled) - below * scaled - integral(a * size, 1 / a);
}

function integral(h: number, a: number): number {
  if (h > FAR) return 0;
  const half = -0.5 * h * h;
  const square = a * a;
  let sum = 0;
  for (let i = 0; i < SQUARES.length; i++) {
    const grown = 1 + square * SQUARES[i]!;
    sum += (SHARES[i]! * Math.exp(half * grown)) / grown;
  }
  return a * sum;
}
