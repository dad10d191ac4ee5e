import { expect, it } from 'vitest';
import { pgd } from '../../src/attacks/index.ts';
import type { CellArgs } from '../../src/cells/cell.ts';
import { cellModel } from '../../src/cells/cellModel.ts';
import { cellProblem } from '../../src/cells/cellProblem.ts';
import { cell } from '../../src/cells/makeCell.ts';
import { streamKey } from '../../src/cells/node/cellKey.ts';
import { trainCell } from '../../src/cells/trainCell.ts';
import { risks } from '../../src/evaluation/risk.ts';
import { quickRuntime } from '../support/runtime.ts';

await quickRuntime();

/** The training objective at the trained weights, lambda = 0, by a longer attack than that of training, and the steps. */
async function trained(args: CellArgs) {
  const of = cell(args);
  const streams = streamKey(of);
  const model = cellModel(of, streams);
  const { train } = cellProblem(of, { streams });
  const { iterations, converged } = await trainCell(model, train, of, { streams });
  const attack = pgd({ steps: 6 });
  const { adversarial } = await risks(model, train, { attack, epsilons: [of.eps] });
  model.dispose();
  return { objective: adversarial[0]!.value / 2, iterations, converged };
}

const given = { psi2: 2, d: 24, tau: 0.2, seed: 3 };
it.each<Partial<CellArgs>>([
  { psi1: 0.5, eps: 0.3 },
  { psi1: 1, eps: 0.6 },
  { psi1: 1.5, eps: 0.3 },
  { psi1: 3, eps: 0.3 },
  { psi1: 5, eps: 1 },
  { features: 'linear', eps: 0.5 },
])('training from theta = 0 and from the linearised optimum ends within 1 per cent, %o', async (args) => {
  const cold = await trained({ ...given, eps: 0, ...args });
  const warm = await trained({ ...given, eps: 0, ...args, start: 'warm' });
  expect([cold.converged, warm.converged]).toEqual([true, true]);
  expect(warm.iterations).toBeLessThan(cold.iterations);
  expect(Math.abs(warm.objective / cold.objective - 1)).toBeLessThan(0.01);
});
