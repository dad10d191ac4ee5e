import { UserError } from '../errors.ts';
import { channelSensitivities, ERRORS, RISKS } from './channelSensitivities.ts';
import type { ClassificationOptions } from './classification.ts';
import { checkMap, type FeatureMap } from './featureMaps/featureMap.ts';
import { isClassification, type RiskOptions, resolveRiskOptions } from './riskOptions.ts';
import { type Problem, SaddleEquations } from './saddleEquations.ts';
import { solveSaddlePoint } from './saddlePoint.ts';

/** Derivatives of the risks with respect to one parameter. */
export interface Sensitivity {
  /** of SR */
  readonly standardRisk: number;
  /** of AR at epsTest */
  readonly adversarialRisk: number;
  /** of |grad f(x)| */
  readonly gradientNorm: number;
}

/** Derivatives of the errors of a classifier with respect to one parameter. */
export interface ClassificationSensitivity {
  /** of the error */
  readonly error: number;
  /** of the robust error at epsTest */
  readonly robustError: number;
  /** of |grad f(x)| */
  readonly gradientNorm: number;
}

/** Of a parameter's value, or of the penalty at which the moments of the features change. */
const RELATIVE_STEP = 1e-4;
/** A penalty of fewer steps than these is approached from above alone. */
const FROM_ABOVE = 50;
const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

/**
 * Derivatives of the risks with respect to the proportions of the map (psi1), psi2, eps, lambda and tau, by implicit
 * differentiation of the three equations in log s, log q and log kappa; their partial derivatives are differences of
 * fourth order, from above at a lambda near 0. With epsTest left to follow eps, the derivative in eps includes its own.
 * Zero in the null phase, but for tau. About eight digits.
 * @throws UserError where the risk is not differentiable in this way: at eps = 0, where it has a kink in |eps|, and in the
 * phases 'exact' and 'immune'.
 */
export function sensitivities(map: FeatureMap, options: RiskOptions): Record<string, Sensitivity>;
/** The same of a classifier, and with respect to flip. @throws UserError in the phase 'separable' */
export function sensitivities(
  map: FeatureMap,
  options: ClassificationOptions,
): Record<string, ClassificationSensitivity>;
export function sensitivities(
  map: FeatureMap,
  options: RiskOptions | ClassificationOptions,
): Record<string, Sensitivity> | Record<string, ClassificationSensitivity> {
  checkMap(map);
  if (isClassification(options)) return channelSensitivities(map, options, ERRORS);
  const { problem, epsTest, kind, attack } = resolveRiskOptions(options);
  if (kind || attack) return channelSensitivities(map, options, RISKS);
  const { lambda = 0, tau = 0, eps, psi2 } = options;
  const solution = solveSaddlePoint(map, problem);
  const parameters: Record<string, number> = { ...map.proportions, psi2, eps, lambda, tau };
  if (solution.phase === 'null')
    return Object.fromEntries(
      Object.keys(parameters).map((name) => {
        const byRisk = name === 'tau' ? 2 * tau : 0;
        return [name, { standardRisk: byRisk, adversarialRisk: byRisk, gradientNorm: 0 }];
      }),
    );
  if (solution.phase !== 'learning' || eps === 0)
    throw new UserError(
      eps === 0
        ? `no sensitivities at eps 0, where the risk has a kink: give eps > 0`
        : `no sensitivities in the phase '${solution.phase}': only 'learning' and 'null' have them`,
    );

  const s = Math.sqrt(solution.risk);
  const point = [Math.log(s), Math.log(solution.q), Math.log(solution.kappa)];
  const columns = point.map((_, i) =>
    centralDifference((h) => {
      const moved = [...point];
      moved[i]! += h;
      return errors(map, problem, moved);
    }, RELATIVE_STEP),
  );

  // The penalty that changes the trace, or the signal, by its own size: lambda has no smaller scale.
  const { moments } = new SaddleEquations(map, problem).at(solution.u, solution.kappa);
  const { traceF, traceFI, signal, signalI } = moments;
  const penaltyStep =
    RELATIVE_STEP * solution.kappa * Math.min(traceF / traceFI, signal > 0 ? signal / signalI : Infinity);

  const entries = Object.entries(parameters).map(([name, value]): [string, Sensitivity] => {
    const at = (h: number): number[] => {
      const there = name in map.proportions ? map.with({ [name]: value + h }) : map;
      const moved = name in map.proportions ? options : { ...options, [name]: value + h };
      return errors(there, resolveRiskOptions(moved).problem, point);
    };
    const slope =
      name === 'lambda' && value < FROM_ABOVE * penaltyStep
        ? forwardDifference(at, penaltyStep)
        : value === 0
          ? [0, 0, 0] // tau, which acts by its square
          : centralDifference(at, RELATIVE_STEP * value);
    const [dLogS, dLogQ] = solve3(
      columns,
      slope.map((x) => -x),
    );
    const q = solution.q;
    const dS = s * dLogS!;
    const dQ = q * dLogQ!;
    const c = epsTest * q;
    const dC = epsTest * dQ + (name === 'eps' && options.epsTest === undefined ? q : 0);
    return [
      name,
      {
        standardRisk: 2 * s * dS,
        adversarialRisk: 2 * s * dS + 2 * SQRT_2_OVER_PI * (c * dS + s * dC) + 2 * c * dC,
        gradientNorm: dQ,
      },
    ];
  });
  return Object.fromEntries(entries);
}

/** The three equations as errors in the logarithm, at (log s, log q, log kappa). */
function errors(map: FeatureMap, problem: Problem, point: readonly number[]): number[] {
  const [s, q, kappa] = point.map(Math.exp) as [number, number, number];
  const { psi2, eps, noise, rho } = problem;
  const { moments, trace, eta, spread } = new SaddleEquations(map, problem).at(
    (eps * q) / (kappa * s),
    kappa,
  );
  const risk = noise + rho * rho * moments.bias + (spread * s * s * moments.traceFF) / psi2;
  const gradient = (rho * eta) ** 2 * moments.signalJ + (spread * s * s * moments.traceFJ) / psi2;
  return [Math.log(trace), Math.log(risk / (s * s)), Math.log(gradient / (q * q))];
}

/** The weights of f(h), f(2 h), ... in the derivative at 0, times h, and of f(-h), f(-2 h), ... with the other sign. */
const CENTRAL = [2 / 3, -1 / 12];
/** The weights of f(h) - f(0), f(2 h) - f(0), ... in the derivative at 0, times h; fifth order. */
const FORWARD = [5, -5, 10 / 3, -5 / 4, 1 / 5];

function centralDifference(f: (h: number) => number[], h: number): number[] {
  return weighted(CENTRAL, h, (step) => {
    const below = f(-step);
    return f(step).map((value, i) => value - below[i]!);
  });
}

function forwardDifference(f: (h: number) => number[], h: number): number[] {
  const here = f(0);
  return weighted(FORWARD, h, (step) => f(step).map((value, i) => value - here[i]!));
}

function weighted(weights: readonly number[], h: number, difference: (step: number) => number[]): number[] {
  const total = [0, 0, 0];
  weights.forEach((weight, k) => {
    difference((k + 1) * h).forEach((value, i) => {
      total[i]! += (weight * value) / h;
    });
  });
  return total;
}

/** The solution of a 3 x 3 system given by its columns, by Cramer's rule. */
function solve3(columns: readonly number[][], right: readonly number[]): number[] {
  const determinant = (a: readonly number[], b: readonly number[], c: readonly number[]): number =>
    a[0]! * (b[1]! * c[2]! - b[2]! * c[1]!) -
    b[0]! * (a[1]! * c[2]! - a[2]! * c[1]!) +
    c[0]! * (a[1]! * b[2]! - a[2]! * b[1]!);
  const [a, b, c] = columns as [number[], number[], number[]];
  const whole = determinant(a, b, c);
  return [
    determinant(right, b, c) / whole,
    determinant(a, right, c) / whole,
    determinant(a, b, right) / whole,
  ];
}
