import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { commandLine } from '../support/rrf.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The first Python that has NumPy. RRF_PYTHON=/path names one. */
const python = [process.env.RRF_PYTHON, 'python3', '/usr/bin/python3']
  .filter((path) => path !== undefined)
  .find((path) => spawnSync(path, ['-c', 'import numpy']).status === 0);
if (python === undefined)
  process.stderr.write(
    'no Python with NumPy here: the examples in Python are not run (RRF_PYTHON names one)\n',
  );
const hasTorch = python !== undefined && spawnSync(python, ['-c', 'import torch, sklearn']).status === 0;

describe.skipIf(python === undefined)('examples/python', () => {
  const folder = temporaryFolder(afterAll);
  const rrf = commandLine.map((word) => `'${word}'`).join(' ');
  const run = (name: string): Record<string, unknown> => {
    const { status, stderr } = spawnSync(python!, [at(`examples/python/${name}.py`), folder], {
      env: { ...process.env, RRF: rrf },
      encoding: 'utf8',
    });
    expect(stderr.replace(/^engine:.*$/gm, '').trim()).toBe('');
    expect(status).toBe(0);
    return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  };

  it('arrays.py trains on arrays and has predictions back', { timeout: 120_000 }, () => {
    const { error, byHand, moved, least, ridge } = run('arrays') as Record<string, number> & {
      ridge?: [number, number];
    };
    // Noise of variance 1; 50 rows: Monte Carlo, a standard error of 0.2.
    expect(error).toBeGreaterThan(0.4);
    expect(error).toBeLessThan(1.8);
    // float32 at values about 60
    expect(byHand).toBeLessThan(1e-3);
    expect(least).toBe('idle');
    // |coefficients for one deviation| is about |(2, 3, 2)|.
    expect(moved! / (0.1 * Math.sqrt(17))).toBeGreaterThan(0.8);
    expect(moved! / (0.1 * Math.sqrt(17))).toBeLessThan(1.1);
    if (ridge) expect(ridge[0] / ridge[1]).toBeCloseTo(1, 4);
  });

  it('features.py predicts on the features of a network', { timeout: 120_000 }, () => {
    const { predictions } = run('features') as {
      predictions: { n: number; eps: number; adversarialRisk: number }[];
    };
    expect(predictions.map(({ n, eps }) => [n, eps])).toEqual([
      [100, 0.1],
      [100, 0.3],
      [300, 0.1],
      [300, 0.3],
    ]);
    const [few, , many] = predictions;
    // Signal 1, noise 0.09: more rows are better, and the noise is always left.
    expect(many!.adversarialRisk).toBeLessThan(few!.adversarialRisk);
    expect(many!.adversarialRisk).toBeGreaterThan(0.09);
    expect(few!.adversarialRisk).toBeLessThan(1);
  });

  it.skipIf(!hasTorch)(
    'pytorch.py predicts what read-outs on a network of PyTorch then come to',
    {
      timeout: 240_000,
    },
    () => {
      const compared = run('pytorch') as unknown as { low: number; high: number; trained: number[] }[];
      expect(compared).toHaveLength(4);
      for (const { low, high, trained } of compared) {
        // Intervals of 90 per cent are of single trainings; the mean of four is nearer to what is predicted than they are wide.
        const mean = trained.reduce((sum, risk) => sum + risk, 0) / trained.length;
        expect(mean).toBeGreaterThan(low);
        expect(mean).toBeLessThan(high);
      }
    },
  );
});
