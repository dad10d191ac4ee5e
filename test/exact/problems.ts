import { readFileSync } from 'node:fs';
import type { HostRows } from '../../src/data/dataset.ts';
import { teacher } from '../../src/data/teacher.ts';
import { type ReadoutProblem, readoutProblem } from '../../src/exact/index.ts';
import { unitSphereRows } from '../../src/models/unitSphereRows.ts';

/** scikit-learn's diabetes: columns centred and divided by their population deviation, y as it is. */
export function diabetes(): HostRows {
  const text = readFileSync(new URL('../../data/diabetes.csv', import.meta.url), 'utf8');
  const rows = text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number));
  const n = rows.length;
  const d = 10;
  const x = new Float64Array(n * d);
  for (let j = 0; j < d; j++) {
    const mean = rows.reduce((sum, row) => sum + row[j]! / n, 0);
    const deviation = Math.sqrt(rows.reduce((sum, row) => sum + (row[j]! - mean) ** 2 / n, 0));
    rows.forEach((row, i) => {
      x[i * d + j] = (row[j]! - mean) / deviation;
    });
  }
  return { n, d, x, y: Float64Array.from(rows, (row) => row[d]!) };
}

/** Rows of the linear teacher. */
export const teacherRows = (n: number, d: number, seed = 1, tau = 0.5): HostRows =>
  teacher({ d, tau, seed }).sample('train', n);

/** Shifted-ReLU features of the linear teacher's rows. */
export const features = (n: number, d: number, N: number, { seed = 1, tau = 0.2 } = {}): ReadoutProblem =>
  readoutProblem(teacherRows(n, d, seed, tau), { W: unitSphereRows(seed, N, d) });
