import { describe, expect, it } from 'vitest';
import { teacher } from '../../src/data/teacher.ts';
import { blockedJacobians } from '../../src/exact/blockedJacobians.ts';
import { gradientNorms, readoutProblem, solveReadout } from '../../src/exact/index.ts';
import { randomFeaturesMap } from '../../src/models/deepRandomFeaturesModel.ts';
import { centredStep, linearStep } from '../../src/models/hostSteps.ts';
import { LayeredFeatures } from '../../src/models/layeredFeatures.ts';
import { unitSphereRows } from '../../src/models/unitSphereRows.ts';

const d = 12;
const data = teacher({ d, tau: 0.3 }).sample('train', 40);

describe('solveReadout', () => {
  it('agrees with the solver for one layer, and does not depend on what memory allows', async () => {
    const N = 18;
    const options = { eps: 0.4, lambda: 0.02, tolerance: 1e-8 };
    const expected = solveReadout(readoutProblem(data, { W: unitSphereRows(0, N, d) }), options);
    for (const memory of [1e9, 1]) {
      const features = await randomFeaturesMap({ inputDim: d, units: [N] });
      const found = solveReadout(readoutProblem(data, features, { memory }), options);
      expect(found.converged).toBe(true);
      // Two routes to one float64 optimum, each to a gap of 1e-8.
      expect(Math.abs(found.objective / expected.objective - 1)).toBeLessThan(1e-7);
      for (const [a, theta] of found.theta.entries())
        expect(Math.abs(theta - expected.theta[a]!)).toBeLessThan(1e-5);
    }
  });

  it('finds a minimum: no small change of theta lowers the objective, three layers deep', async () => {
    const features = await randomFeaturesMap({
      inputDim: d,
      units: [20, 15, 10],
      activation: 'tanh',
      seed: 3,
    });
    const problem = readoutProblem(data, features);
    const { eps, lambda } = { eps: 0.2, lambda: 0.01 };
    const { theta, objective, converged } = solveReadout(problem, { eps, lambda, tolerance: 1e-9 });
    const objectiveAt = (point: Float64Array): number => {
      const lengths = gradientNorms(problem, point);
      let sum = 0.5 * lambda * point.reduce((square, t) => square + t * t, 0);
      for (let i = 0; i < problem.n; i++) {
        const fitted = point.reduce((f, t, a) => f + t * problem.phi[i * problem.N + a]!, 0);
        sum += (Math.abs(problem.y[i]! - fitted) + eps * lengths[i]!) ** 2 / (2 * problem.n);
      }
      return sum;
    };
    expect(converged).toBe(true);
    expect(Math.abs(objectiveAt(theta) / objective - 1)).toBeLessThan(1e-9);
    for (let a = 0; a < theta.length; a++)
      for (const step of [-1e-3, 1e-3]) {
        const moved = theta.slice();
        moved[a]! += step;
        expect(objectiveAt(moved)).toBeGreaterThan(objective * (1 - 1e-8));
      }
  });

  it('takes input gradients by the chain rule, as differences show', async () => {
    const features = await randomFeaturesMap({ inputDim: d, units: [9, 7], activation: 'erf', seed: 1 });
    const x = Float64Array.from(data.x.subarray(0, 3 * d));
    const jacobians = features.jacobians(x, 3);
    const h = 1e-5;
    for (let j = 0; j < d; j++) {
      const side = (sign: number): Float64Array =>
        features.features(
          x.map((value, at) => value + (at % d === j ? sign * h : 0)),
          3,
        );
      const [above, below] = [side(1), side(-1)];
      for (let i = 0; i < 3; i++)
        for (let a = 0; a < 7; a++) {
          const slope = (above[i * 7 + a]! - below[i * 7 + a]!) / (2 * h);
          expect(Math.abs(jacobians[(i * d + j) * 7 + a]! - slope)).toBeLessThan(1e-8);
        }
    }
  });

  it('has the same gradients in blocks of rows, however many of them are kept', async () => {
    // Blocks hold four million numbers: 285 rows here, and the rest.
    const [n, width] = [290, 700];
    const rows = teacher({ d: 20, tau: 0.3 }).sample('train', n);
    const features = await randomFeaturesMap({ inputDim: 20, units: [5, width], activation: 'tanh' });
    const last = { n: 8, d: 20, x: rows.x.subarray((n - 8) * 20), y: rows.y.subarray(n - 8) };
    const theta = Float64Array.from({ length: width }, (_, a) => Math.cos(a));
    const expected = gradientNorms(readoutProblem(last, features), theta);
    for (const memory of [1, 1e9]) {
      const problem = readoutProblem(rows, features, { memory });
      for (let use = 0; use < 2; use++)
        gradientNorms(problem, theta)
          .subarray(n - 8)
          .forEach((q, i) => {
            expect(Math.abs(q / expected[i]! - 1)).toBeLessThan(1e-12);
          });
    }
  });

  it('keeps gradients that fit into memory, 8 n d N bytes, and makes others anew', () => {
    const madeIn = (memory: number): number => {
      let made = 0;
      const rowsFrom = (from: number, to: number): Float64Array => {
        made++;
        return new Float64Array((to - from) * 4);
      };
      const jacobians = blockedJacobians({ n: 3, d: 2, N: 2 }, rowsFrom, memory);
      for (let use = 0; use < 3; use++) jacobians.images(new Float64Array(2));
      return made;
    };
    expect([madeIn(96), madeIn(95)]).toEqual([1, 3]);
  });

  it('knows no gradient at inputs that are clipped, one layer deep', () => {
    const scale = { centre: new Float64Array(d), factor: new Float64Array(d).fill(1), clip: 0.7 };
    const N = 5;
    const features = new LayeredFeatures(d, [
      { kind: 'scale', ...scale },
      linearStep(unitSphereRows(2, N, d), N),
      centredStep('tanh'),
    ]);
    const theta = Float64Array.from({ length: N }, (_, a) => Math.cos(a));
    const value = (x: Float64Array): number[] => {
      const phi = features.features(x, data.n);
      return Array.from({ length: data.n }, (_, i) =>
        theta.reduce((sum, t, a) => sum + t * phi[i * N + a]!, 0),
      );
    };
    const x = Float64Array.from(data.x);
    const clipped = x.filter((entry) => Math.abs(entry) > 0.7).length;
    expect(clipped > 0 && clipped < x.length).toBe(true);
    const h = 1e-6;
    const squares = new Float64Array(data.n);
    for (let j = 0; j < d; j++) {
      const [above, below] = [h, -h].map((by) =>
        value(x.map((entry, at) => entry + (at % d === j ? by : 0))),
      );
      squares.forEach((_, i) => {
        squares[i]! += ((above![i]! - below![i]!) / (2 * h)) ** 2;
      });
    }
    gradientNorms(readoutProblem(data, features), theta).forEach((q, i) => {
      expect(q).toBeCloseTo(Math.sqrt(squares[i]!), 6);
    });
  });

  it('refuses rows of another width than the features read', async () => {
    const features = await randomFeaturesMap({ inputDim: d + 1, units: [5] });
    expect(() => readoutProblem(data, features)).toThrow(/invalid x: "12 columns" \(expected 13/);
    expect(() => readoutProblem(data, {} as never)).toThrow('invalid W: undefined (expected');
    const fitting = await randomFeaturesMap({ inputDim: d, units: [5] });
    expect(() => readoutProblem(data, fitting, { bytes: 1 } as object)).toThrow(
      'invalid bytes: 1 (expected an option of readoutProblem: memory)',
    );
    const problem = readoutProblem(data, fitting);
    expect(() => solveReadout(problem, { eps: 0.1, bytes: 1 } as { eps: number })).toThrow(
      /^invalid bytes: 1 \(expected an option of solveReadout/,
    );
  });
});
