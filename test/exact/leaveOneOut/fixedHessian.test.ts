import { describe, expect, it } from 'vitest';
import type { HostRows } from '../../../src/data/dataset.ts';
import { type ReadoutProblem, readoutProblem, solveMargins, solveReadout } from '../../../src/exact/index.ts';
import { withOnes } from '../../../src/exact/intercept.ts';
import { trainerWithout } from '../../../src/exact/leaveOneOut/fixedHessian.ts';
import { leaveRowsOut } from '../../../src/exact/leaveOneOut/leaveRowsOut.ts';
import { marginLoss } from '../../../src/exact/leaveOneOut/marginLoss.ts';
import { ownGradients } from '../../../src/exact/leaveOneOut/rowGradients.ts';
import { squareLoss } from '../../../src/exact/leaveOneOut/squareLoss.ts';
import { problemWithout } from '../../../src/exact/leaveOneOut/withoutRow.ts';
import { marginLosses } from '../../../src/exact/marginLosses.ts';
import { unitSphereRows } from '../../../src/models/unitSphereRows.ts';
import { teacherRows } from '../problems.ts';

/** What the interior-point method's tolerance leaves of an output and a gradient norm. */
const SOLVED = 2e-4;
const [n, d, N] = [24, 6, 30];
const W = unitSphereRows(5, N, d);

function expectTrained(
  trained: ReturnType<typeof trainerWithout>,
  anew: (i: number) => { theta: Float64Array; intercept: number },
  { phi, y, jacobians }: ReadoutProblem,
  sign: (i: number) => number,
): void {
  y.forEach((_, i) => {
    const point = trained(i)!;
    const { theta, intercept } = anew(i);
    let output = intercept;
    for (let a = 0; a < N; a++) output += phi[i * N + a]! * theta[a]!;
    const q = Math.hypot(...jacobians.images(theta).subarray(i * d, (i + 1) * d));
    expect(Math.abs(point.outputs[i]! - sign(i) * output)).toBeLessThan(SOLVED);
    expect(Math.abs(point.gradients.lengths[i]! - q)).toBeLessThan(SOLVED);
  });
}

describe('trainerWithout', () => {
  // Penalties stay (n lambda / 2) |theta|^2.
  const others = (lambda: number): number => (lambda * n) / (n - 1);

  it.each([
    { eps: 0.3, lambda: 0.01 },
    { eps: 0.1, lambda: 0.001 },
  ])('ends where training the others ends: square loss, eps $eps', ({ eps, lambda }) => {
    const problem = readoutProblem(teacherRows(n, d, 3, 0.3), { W });
    const asked = { eps, fitIntercept: true, tolerance: 1e-9 };
    const { theta, intercept } = solveReadout(problem, { ...asked, lambda });
    const losses = squareLoss({
      ...{ n, N, M: N + 1, design: withOnes(problem.phi, n, N), y: problem.y, eps, ridge: n * lambda },
      gradientsAt: ownGradients(problem),
    });
    const residuals = problem.y.map((y, i) => {
      return (
        y - intercept - problem.phi.subarray(i * N, (i + 1) * N).reduce((sum, v, a) => sum + v * theta[a]!, 0)
      );
    });
    const fitted = Array.from(residuals, (r) => Math.abs(r) < 1e-5);
    expect(new Set(fitted).size).toBe(2);
    const all = leaveRowsOut(losses, {
      x: Float64Array.of(...theta, intercept),
      fitted,
      scores: residuals.map((r, i) => (fitted[i] ? 0 : r)),
    });
    expectTrained(
      trainerWithout(losses, all.point, all.states),
      (i) => solveReadout(problemWithout(problem, i), { ...asked, lambda: others(lambda) }),
      problem,
      () => 1,
    );
  });

  it.each(['logistic', 'squaredHinge', 'hinge'] as const)(
    'ends where training the others ends: %s',
    (loss) => {
      const rows: HostRows = teacherRows(n, d, 4, 0.7);
      const problem = readoutProblem({ ...rows, y: rows.y.map((y) => (y > -0.3 ? 1 : -1)) }, { W });
      const asked = { loss, eps: 0.2, fitIntercept: true, tolerance: 1e-9 };
      const lambda = 0.02;
      const { theta, intercept } = solveMargins(problem, { ...asked, lambda });
      const design = withOnes(problem.phi, n, N).map(
        (value, at) => problem.y[Math.floor(at / (N + 1))]! * value,
      );
      const losses = marginLoss({
        ...{ n, N, M: N + 1, design, eps: 0.2, loss, ridge: n * lambda },
        gradientsAt: ownGradients(problem),
      });
      const x = Float64Array.of(...theta, intercept);
      const margins = Array.from({ length: n }, (_, i) => {
        const q = Math.hypot(...problem.jacobians.images(theta).subarray(i * d, (i + 1) * d));
        return (
          design.subarray(i * (N + 1), (i + 1) * (N + 1)).reduce((sum, v, a) => sum + v * x[a]!, 0) - 0.2 * q
        );
      });
      const fitted = margins.map((w) => loss === 'hinge' && Math.abs(w - 1) < 1e-4);
      const { pull } = marginLosses[loss];
      const all = leaveRowsOut(losses, {
        x,
        fitted,
        scores: Float64Array.from(margins, (w, i) => (fitted[i] ? 0.5 : pull(w))),
      });
      expectTrained(
        trainerWithout(losses, all.point, all.states),
        (i) => solveMargins(problemWithout(problem, i), { ...asked, lambda: others(lambda) }),
        problem,
        (i) => problem.y[i]!,
      );
    },
  );
});
