import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { apgd, fgm, misclassified, pgd } from '../../src/attacks/index.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { robustRisk } from '../../src/evaluation/risk.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';

/** Digits 3 (-1) and 8 (+1), pixels over 16. */
function threesAndEights(): Dataset {
  const text = readFileSync(new URL('../../data/digits.csv', import.meta.url), 'utf8');
  const rows = text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number))
    .filter((row) => row[64] === 3 || row[64] === 8);
  return {
    n: rows.length,
    d: 64,
    x: Float32Array.from(rows.flatMap((row) => row.slice(0, 64).map((pixel) => pixel / 16))),
    y: Float32Array.from(rows, (row) => (row[64] === 8 ? 1 : -1)),
  };
}

/** w = (X'X + I)^-1 X'y by conjugate gradients, float64. */
function ridgeWeights({ n, d, x, y }: Dataset): Float64Array {
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, j) => sum + v * b[j]!, 0);
  const transposed = (values: (i: number) => number) => {
    const out = new Float64Array(d);
    for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) out[j]! += x[i * d + j]! * values(i);
    return out;
  };
  const product = (v: Float64Array) => {
    const out = transposed((i) => v.reduce((sum, vj, j) => sum + x[i * d + j]! * vj, 0));
    return out.map((value, j) => value + v[j]!);
  };
  const w = new Float64Array(d);
  let r = transposed((i) => y[i]!);
  let p = r;
  while (dot(r, r) > 1e-20) {
    const Ap = product(p);
    const alpha = dot(r, r) / dot(p, Ap);
    for (let j = 0; j < d; j++) w[j]! += alpha * p[j]!;
    const next = r.map((value, j) => value - alpha * Ap[j]!);
    const beta = dot(next, next) / dot(r, r);
    p = next.map((value, j) => value + beta * p[j]!);
    r = next;
  }
  return w;
}

beforeAll(async () => {
  await testRuntime();
});

it('FGM, PGD, APGD and the exact form find 357, 356, 355, 350 and 334 robustly correct digits of 357', async () => {
  const data = threesAndEights();
  const w = ridgeWeights(data);
  const epsilons = [0, 0.02, 0.05, 0.1, 0.2];
  const known = [357, 356, 355, 350, 334];

  const norm = Math.hypot(...w);
  const exact = epsilons.map((eps) => {
    let correct = 0;
    for (let i = 0; i < data.n; i++) {
      const f = w.reduce((sum, wj, j) => sum + wj * data.x[i * data.d + j]!, 0);
      if (data.y[i]! * f - eps * norm > 0) correct++;
    }
    return correct;
  });
  expect(exact).toEqual(known);

  const weights = tf.tensor2d(Float32Array.from(w), [64, 1]);
  for (const attack of [
    fgm({ loss: 'margin' }),
    pgd({ loss: 'margin' }),
    apgd({ loss: 'margin', steps: 20 }),
  ]) {
    const { curve } = await robustRisk((x) => tf.matMul(x, weights), data, attack, {
      epsilons,
      criterion: misclassified,
      batchSize: 100,
    });
    expect(curve.map(({ success }) => Math.round((1 - success!.value) * data.n))).toEqual(known);
  }
  weights.dispose();
});
