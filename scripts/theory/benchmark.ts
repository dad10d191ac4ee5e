/**
 * How fast the closed form is: a curve of 1,000 points, a surface of 200 x 200, and against solving Theorem 4.2's
 * five-variable saddle point directly with scipy (python3 with scipy is needed for that part only).
 * `npx tsx scripts/theory/benchmark.ts`
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { theorem42Point } from '../../src/theory/certificates/theorem42.ts';
import { asymptoticRisk, randomFeatures, riskCurve, riskSurface } from '../../src/theory/index.ts';
import { SaddleEquations } from '../../src/theory/saddleEquations.ts';
import { solveSaddlePoint } from '../../src/theory/saddlePoint.ts';

const psi1 = (count: number) =>
  ({ parameter: 'psi1', values: { from: 0.1, to: 100, count, scale: 'log' } }) as const;
const options = { psi2: 3, eps: 0.3, tau: 0.5 };
const map = randomFeatures({ psi1: 1 });

const firstCurve = milliseconds(() => riskCurve(map, options, psi1(1000)));
const curve = median(() => riskCurve(map, options, psi1(1000)));
const surface = median(() =>
  riskSurface(map, options, {
    x: psi1(200),
    y: { parameter: 'eps', values: { from: 0, to: 1.5, count: 200 } },
  }),
);
console.log(
  `curve of 1,000 points   ${curve.toFixed(1)} ms (target 20), the first time ${firstCurve.toFixed(1)} ms`,
);
console.log(`surface of 200 x 200    ${surface.toFixed(0)} ms (target 1000)`);

// The peer: each point from the solution at a neighbour 2 per cent away, as a curve would.
const points = [0.7, 1, 1.5, 2, 4, 8].map((psi1) => ({ psi1, psi2: 3, eps: 0.3, tau: 0.5 }));
const question = {
  points,
  starts: points.map((point) => theorem42Start({ ...point, psi1: point.psi1 * 1.02 })),
};
const peer = spawnSync('python3', [fileURLToPath(new URL('../peers/theorem42.py', import.meta.url))], {
  input: JSON.stringify(question),
  encoding: 'utf8',
});
if (peer.status !== 0) {
  console.log(`no peer: ${(peer.error?.message ?? peer.stderr).trim().split('\n').at(-1)}`);
} else {
  const { milliseconds: total, risks } = JSON.parse(peer.stdout) as { milliseconds: number; risks: number[] };
  const ours = curve / 1000;
  const theirs = total / points.length;
  const apart = points.map((point, i) => {
    const { psi1, ...options } = point;
    const risk = asymptoticRisk(randomFeatures({ psi1 }), options).adversarialRisk;
    return Math.abs(risks[i]! / risk - 1);
  });
  console.log(
    `scipy on Theorem 4.2    ${theirs.toFixed(0)} ms a point, ours ${(1000 * ours).toFixed(1)} us a point`,
  );
  console.log(`ratio                   ${Math.round(theirs / ours)} (target 5000, at least 1000)`);
  console.log(`the two agree to        ${Math.max(...apart).toExponential(1)} in the adversarial risk`);
}

function theorem42Start(point: { psi1: number; psi2: number; eps: number; tau: number }): number[] {
  const problem = { ...point, lambda: 0, noise: point.tau ** 2, rho: 1 };
  const features = randomFeatures({ psi1: point.psi1 });
  const { risk, q, u, kappa } = solveSaddlePoint(features, problem);
  const { spread } = new SaddleEquations(features, problem).at(u, kappa);
  const s = Math.sqrt(risk);
  const start = theorem42Point({ s, q, V: 1 / kappa, b: kappa * s * Math.sqrt(spread) }, point);
  return [start.alpha, start.tauG, start.beta, start.gamma, start.tauQ];
}

function milliseconds(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function median(work: () => unknown): number {
  const times = Array.from({ length: 41 }, () => milliseconds(work)).sort((a, b) => a - b);
  return times[20]!;
}
