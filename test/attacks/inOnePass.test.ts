import { expect, it, vi } from 'vitest';
import { ballAbout, EPS_TOLERANCE } from '../../src/attacks/ball.ts';
import { momentumPgd, pgd } from '../../src/attacks/index.ts';
import { normNamed, normNames } from '../../src/attacks/norms/index.ts';
import type { RowKernel } from '../../src/numerics/rowKernels.ts';
import { loadRuntime } from '../../src/runtime/runtime.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';
import { sized } from '../support/sizes.ts';
import { distances, featuresModel, gaussian, hostDual, hostNorm, rowsOf, take } from './problems.ts';

/** A few roundings of float32, of numbers of size 1. */
const FLOAT32 = 2e-6;
/** Steps of a random-features model, each of which differs by such roundings. */
const STEPS = 1e-4;

const passes = vi.hoisted(() => ({ on: true }));
vi.mock(import('../../src/runtime/rows.ts'), async (original) => {
  const { rowFunction } = await original();
  return { rowFunction: (name: RowKernel, size: number) => (passes.on ? rowFunction(name, size) : null) };
});

/** What `work` computes with the one-pass kernels of rows, and without. */
function bothWays(work: () => tf.Tensor): [Float32Array, Float32Array] {
  return [true, false].map((on) => {
    passes.on = on;
    return take(tf.tidy(work)).slice();
  }) as [Float32Array, Float32Array];
}

function agree([a, b]: [Float32Array, Float32Array], tolerance: number): void {
  expect(a.length).toBe(b.length);
  expect(a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!)), 0)).toBeLessThanOrEqual(tolerance);
}

/** Rows of [n, ...shape], the first of zeros; the second is tiny. */
function rows(n: number, shape: number[], key: string): tf.Tensor {
  const size = shape.reduce((product, m) => product * m, 1);
  const values = gaussian(n * size, key);
  values.fill(0, 0, size);
  for (let i = size; i < 2 * size; i++) values[i]! *= 1e-25;
  return tf.tensor(values, [n, ...shape]);
}

it.each(['native', 'wasm', 'js'] as const)('kernels of rows agree with operations on %s', async (device) => {
  await (device === 'native' ? testRuntime() : loadRuntime(device));
  const before = tf.memory().numTensors;
  // Widths that are multiples of four, and not; several axes; enough rows for several blocks of a scratch memory.
  for (const [n, shape] of [
    [5, [1]],
    [3, [7]],
    [6, [4, 3, 2]],
    [1, [20000]],
    [200, [61]],
  ] as [number, number[]][]) {
    const [gradient, delta, centre] = ['g', 'delta', 'x'].map((key) => rows(n, shape, key));
    const budgets = tf.tensor1d(gaussian(n, 'eps').map((v, i) => (i === 2 ? 0 : Math.abs(v))));
    const lengths = budgets.reshape([n, ...shape.map(() => 1)]);
    for (const norm of normNames) {
      const { steepest, project } = normNamed(norm);
      for (const length of [0.3, lengths]) {
        agree(
          bothWays(() => steepest(gradient!, length)),
          FLOAT32,
        );
        const { settings } = pgd({ norm });
        const point = tf.tidy(() => centre!.add(delta!));
        const moved = bothWays(() => ballAbout(centre!, length, settings).ascend(point, gradient!, length));
        agree(moved, FLOAT32 * 10);
        const nearest = bothWays(() => ballAbout(centre!, length, settings).nearest(point));
        agree(nearest, FLOAT32 * 10);
        // The definition: centre + the projection.
        const defined = take(tf.tidy(() => centre!.add(project(point.sub(centre!), length))));
        agree([nearest[0], defined], FLOAT32 * 10);
        point.dispose();
      }
    }
    tf.dispose([gradient!, delta!, centre!, budgets, lengths]);
  }
  expect(tf.memory().numTensors).toBe(before);
});

it.each(['native', 'wasm', 'js'] as const)(
  'no rounding leads a step out of its ball on %s',
  async (device) => {
    await (device === 'native' ? testRuntime() : loadRuntime(device));
    const [n, d] = [30, 21];
    const cases = [1, -1000, 3e7].flatMap((size) => normNames.map((norm) => ({ size, norm })));
    for (passes.on of [true, false])
      for (const { size, norm } of cases) {
        const centre = tf.tidy(() => rows(n, [d], 'x').add(size));
        const gradient = rows(n, [d], 'g');
        // Of floats that are 2^-14 or 2 apart, as here, the nearest to a number that far from another lies further out.
        const eps = 1.7;
        const point = tf.tidy(() =>
          ballAbout(centre, eps, pgd({ norm }).settings).ascend(centre, gradient, 2),
        );
        for (const distance of distances(norm, point, centre))
          expect(distance).toBeLessThanOrEqual(eps * (1 + (passes.on ? 3e-7 : EPS_TOLERANCE)));
        // No entry stays further behind than by the distance of two floats.
        const between = Math.max(2 ** -23 * Math.abs(size), 1e-6);
        const [gradients, centres] = [rowsOf(gradient), rowsOf(centre)];
        rowsOf(point).forEach((row, i) => {
          const g = gradients[i]!;
          const gained = row.reduce((sum, v, j) => sum + (v - centres[i]![j]!) * g[j]!, 0);
          expect(gained).toBeGreaterThanOrEqual(eps * hostDual[norm](g) - 2 * between * hostNorm.l1(g));
        });
        tf.dispose([centre, gradient, point]);
      }
  },
);

it.each(['native', 'wasm'] as const)(
  'PGD, with and without momentum, finds the same inputs with kernels of rows on %s',
  async (device) => {
    await (device === 'native' ? testRuntime() : loadRuntime(device));
    const model = featuresModel(20, 50);
    const [x, y] = [tf.tensor2d(gaussian(600, 'x'), [30, 20]), tf.tensor2d(gaussian(30, 'y'), [30, 1])];
    for (const norm of normNames)
      for (const bounds of [undefined, [-2, 2] as const])
        for (const bothSides of [true, false]) {
          const inputs = tf.tidy(() => (bounds ? tf.clipByValue(x, ...bounds) : x.clone()));
          const options = { norm, bothSides, steps: sized(4, 10), ...(bounds && { bounds }) };
          for (const attack of [pgd(options), momentumPgd({ ...options, decay: 0.7 })])
            agree(
              bothWays(() => attack.perturb(model, inputs, y, 0.5).loss),
              STEPS,
            );
          inputs.dispose();
        }
    tf.dispose([x, y]);
    model.dispose();
  },
);
