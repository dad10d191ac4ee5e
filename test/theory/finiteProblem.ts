import { linearAlgebra } from '../../src/numerics/linearAlgebra.ts';
import { choleskySolve, dot, quadraticForm, times, transposedTimes } from '../../src/numerics/vectors.ts';
import { type Stream, stream } from '../../src/random/stream.ts';
import { type Activation, type ActivationName, activation } from '../../src/theory/index.ts';

/** A frozen network of the finite problem: no layer at all is linear regression. */
export class FrozenNetwork {
  readonly d: number;
  readonly width: number;
  readonly weights: readonly Float64Array[];
  readonly widths: readonly number[];
  readonly sigma: Activation;
  readonly scale: number;

  constructor(random: Stream, d: number, widths: readonly number[], name: ActivationName = 'shifted-relu') {
    this.d = d;
    this.widths = widths;
    this.width = widths.at(-1) ?? d;
    this.sigma = activation(name);
    const { mu1, muStarSquared } = this.sigma.moments;
    this.scale = 1 / Math.sqrt(mu1 * mu1 + muStarSquared);
    this.weights = widths.map((width, l) => unitRows(random, width, l === 0 ? d : widths[l - 1]!));
  }

  /** phi(x), its input Jacobian (width x d) if asked for, and theta' of that Jacobian if theta is given. */
  at(
    x: Float64Array,
    theta?: Float64Array,
  ): { phi: Float64Array; slopes: Float64Array[]; gradient?: Float64Array } {
    const slopes: Float64Array[] = [];
    let phi = x;
    this.weights.forEach((W, l) => {
      const z = times(W, phi, this.widths[l]!);
      const into = l === 0 ? 1 : this.scale;
      slopes.push(z.map((value) => this.sigma.derivative(into * value) * into));
      phi = z.map((value) => this.sigma.value(into * value) - this.sigma.moments.mu0);
    });
    if (theta === undefined) return { phi, slopes };
    let g = theta;
    for (let l = this.weights.length - 1; l >= 0; l--)
      g = transposedTimes(
        this.weights[l]!,
        g.map((value, i) => value * slopes[l]![i]!),
        l === 0 ? this.d : this.widths[l - 1]!,
      );
    return { phi, slopes, gradient: g };
  }

  /** d phi / d x by rows, width x d. */
  jacobian(slopes: readonly Float64Array[]): Float64Array {
    const d = this.d;
    const [first, ...others] = this.weights;
    if (first === undefined)
      return Float64Array.from({ length: d * d }, (_, at) => (at % (d + 1) === 0 ? 1 : 0));
    let J = first.map((weight, at) => weight * slopes[0]![Math.floor(at / d)]!);
    others.forEach((W, before) => {
      const l = before + 1;
      const rows = this.widths[l]!;
      const columns = W.length / rows;
      const next = new Float64Array(rows * d);
      for (let i = 0; i < rows; i++)
        for (let k = 0; k < columns; k++) {
          const weight = W[i * columns + k]! * slopes[l]![i]!;
          if (weight !== 0) for (let j = 0; j < d; j++) next[i * d + j]! += weight * J[k * d + j]!;
        }
      J = next;
    });
    return J;
  }
}

export interface FiniteCell {
  readonly d: number;
  readonly psi2: number;
  /** N_l/d; empty for linear regression */
  readonly widths: readonly number[];
  readonly eps: number;
  readonly lambda: number;
  readonly tau: number;
  readonly activation?: ActivationName;
}

export interface FiniteRisk {
  readonly standardRisk: number;
  readonly adversarialRisk: number;
  readonly gradientNorm: number;
}

/** Their noise, of a few per cent of a risk, is small beside that of the weights and rows. */
const TEST_POINTS = 600;

/** Trains the linearised adversarial problem of one random cell to its optimum and measures it on new data. */
export function finiteRisk(cell: FiniteCell, seed: number): FiniteRisk {
  const { d, eps, tau } = cell;
  const random = stream('finite problem', JSON.stringify(cell), seed);
  const network = new FrozenNetwork(
    random,
    d,
    cell.widths.map((w) => Math.round(w * d)),
    cell.activation,
  );
  const signal = unitRows(random, 1, d);
  const draw = (): { x: Float64Array; y: number } => {
    const x = random.fillGaussian(new Float64Array(d));
    const noise = random.fillGaussian(new Float64Array(1))[0]!;
    return { x, y: dot(signal, x) + tau * noise };
  };
  const theta = trainExactly(network, Array.from({ length: Math.round(cell.psi2 * d) }, draw), cell);
  let [standard, adversarial, norm] = [0, 0, 0];
  for (let i = 0; i < TEST_POINTS; i++) {
    const { x, y } = draw();
    const { phi, gradient } = network.at(x, theta);
    const r = Math.abs(y - dot(phi, theta));
    const q = Math.sqrt(dot(gradient!, gradient!));
    standard += r * r;
    adversarial += (r + eps * q) ** 2;
    norm += q;
  }
  return {
    standardRisk: standard / TEST_POINTS,
    adversarialRisk: adversarial / TEST_POINTS,
    gradientNorm: norm / TEST_POINTS,
  };
}

/**
 * argmin (1/2n) sum (|y_i - theta' phi_i| + eps |K_i theta|)^2 + (lambda/2)|theta|^2, by the weighted ridge problems that
 * (|r| + c)^2 = min over w of r^2/w + c^2/(1 - w) gives.
 */
export function trainExactly(
  network: FrozenNetwork,
  data: readonly { x: Float64Array; y: number }[],
  { eps, lambda }: Pick<FiniteCell, 'eps' | 'lambda'>,
): Float64Array {
  const [N, n] = [network.width, data.length];
  // The Jacobian of one layer is diag(slopes) W, of none the identity: what J J' has beside the slopes is computed once.
  const shared =
    network.weights.length > 1 ? null : lowerGram(network.jacobian([new Float64Array(N).fill(1)]), N);
  const points = data.map(({ x, y }) => {
    const { phi, slopes } = network.at(x);
    const [own] = slopes;
    const gram =
      shared === null
        ? lowerGram(network.jacobian(slopes), N)
        : own
          ? shared.map((value, at) => value * own[Math.floor(at / N)]! * own[at % N]!)
          : shared;
    return { phi, y, gram };
  });
  const H = new Float64Array(N * N);
  let theta: Float64Array = new Float64Array(N);
  let w = new Float64Array(n).fill(0.5);
  for (let iteration = 0; iteration < 60; iteration++) {
    H.fill(0);
    for (let i = 0; i < N; i++) H[i * N + i] = lambda;
    const right = new Float64Array(N);
    points.forEach(({ phi, y, gram }, sample) => {
      const onFit = 1 / (n * w[sample]!);
      const onGradient = (eps * eps) / (n * (1 - w[sample]!));
      for (let i = 0; i < N; i++) {
        right[i]! += onFit * y * phi[i]!;
        const scaled = onFit * phi[i]!;
        for (let j = 0; j <= i; j++) H[i * N + j]! += scaled * phi[j]! + onGradient * gram[i * N + j]!;
      }
    });
    if (!linearAlgebra().choleskyInPlace(H, N)) throw new Error('the weighted ridge problem is singular');
    const before = theta;
    theta = choleskySolve(H, right);
    // Far below the statistical error: fitted residuals keep a weight of 1e-5.
    const least = Math.max(1e-5, 0.1 * 0.4 ** iteration);
    w = Float64Array.from(points, ({ phi, y, gram }) => {
      const r = Math.abs(y - dot(phi, theta));
      const c = eps * Math.sqrt(Math.max(0, quadraticForm(gram, theta)));
      return Math.min(1 - least, Math.max(least, r / (r + c)));
    });
    const moved = theta.reduce((sum, value, i) => sum + (value - before[i]!) ** 2, 0);
    if (least === 1e-5 && moved < 1e-7 * dot(theta, theta)) break;
  }
  return theta;
}

export function unitRows(random: Stream, rows: number, columns: number): Float64Array {
  const W = random.fillGaussian(new Float64Array(rows * columns));
  for (let i = 0; i < rows; i++) {
    const row = W.subarray(i * columns, (i + 1) * columns);
    const norm = Math.sqrt(dot(row, row));
    for (let j = 0; j < columns; j++) row[j]! /= norm;
  }
  return W;
}

/** The lower triangle of J J'. */
function lowerGram(J: Float64Array, N: number): Float64Array {
  const d = J.length / N;
  const G = new Float64Array(N * N);
  for (let i = 0; i < N; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < d; k++) sum += J[i * d + k]! * J[j * d + k]!;
      G[i * N + j] = sum;
    }
  return G;
}
