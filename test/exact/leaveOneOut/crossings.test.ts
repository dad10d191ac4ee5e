import { describe, expect, it } from 'vitest';
import { readoutProblem, solveReadout } from '../../../src/exact/index.ts';
import { leaveRowsOut } from '../../../src/exact/leaveOneOut/leaveRowsOut.ts';
import { ownGradients } from '../../../src/exact/leaveOneOut/rowGradients.ts';
import { squareLoss } from '../../../src/exact/leaveOneOut/squareLoss.ts';
import { problemWithout } from '../../../src/exact/leaveOneOut/withoutRow.ts';
import { unitSphereRows } from '../../../src/models/unitSphereRows.ts';
import { teacherRows } from '../problems.ts';

describe('crossings', () => {
  it.each([
    { N: 24, eps: 0.4, lambda: 0 },
    { N: 48, eps: 0.3, lambda: 0.01 },
  ])(
    'leave half of the error of a Newton step on fixed pieces, or less: N $N, eps $eps, lambda $lambda',
    ({ N, eps, lambda }) => {
      const [n, d] = [60, 12];
      const problem = readoutProblem(teacherRows(n, d, 3, 0.5), { W: unitSphereRows(5, N, d) });
      const { phi, y } = problem;
      const asked = { eps, tolerance: 1e-9 };
      const { theta } = solveReadout(problem, { ...asked, lambda });
      const outputAt = (i: number, of: Float64Array): number =>
        phi.subarray(i * N, (i + 1) * N).reduce((sum, value, a) => sum + value * of[a]!, 0);
      const residuals = y.map((target, i) => target - outputAt(i, theta));
      const fitted = Array.from(residuals, (r) => Math.abs(r) < 1e-5);
      // Rows on both sides of their kink, and at it.
      expect(new Set(fitted).size).toBe(2);
      const losses = squareLoss({
        ...{ n, N, M: N, design: phi, y, eps, ridge: n * lambda },
        gradientsAt: ownGradients(problem),
      });
      const found = { x: theta, fitted, scores: residuals.map((r, i) => (fitted[i] ? 0 : r)) };
      const { kinksAt: _, ...onPieces } = losses;
      const [left, plain] = [losses, onPieces].map((of) => leaveRowsOut(of, found).outputs);
      const anew = y.map((_, i) => {
        const others = { ...asked, lambda: (lambda * n) / (n - 1) };
        return outputAt(i, solveReadout(problemWithout(problem, i), others).theta);
      });
      const errorOf = (outputs: Float64Array): number =>
        Math.sqrt(outputs.reduce((sum, output, i) => sum + (output - anew[i]!) ** 2, 0) / n);
      expect(errorOf(left!)).toBeLessThan(0.5 * errorOf(plain!));
    },
  );
});
