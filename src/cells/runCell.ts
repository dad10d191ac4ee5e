import { fgm, linearised, pgd } from '../attacks/index.ts';
import { risks } from '../evaluation/risk.ts';
import { computed } from '../runtime/computed.ts';
import { tf } from '../runtime/tf.ts';
import type { Cell } from './cell.ts';
import { cellModel } from './cellModel.ts';
import { type CellSources, cellProblem } from './cellProblem.ts';
import type { CellResult } from './cellResult.ts';
import { type CellTraining, trainCell } from './trainCell.ts';

/** The attacks that measure adversarial risk. */
const testAttacks = { pgd: pgd({ steps: 10 }), fgm: fgm(), linearised: linearised() };

/** Samples the problem, trains the model and measures its risks on fresh data. Needs a started engine; leaks nothing. */
export async function runCell(cell: Cell, options: CellSources & CellTraining): Promise<CellResult> {
  const model = cellModel(cell, options.streams);
  try {
    const { train, test } = cellProblem(cell, options);
    const training = await trainCell(model, train, cell, options);
    const { standard, adversarial } = await risks(model, test, {
      attack: testAttacks[cell.testAttack],
      epsilons: cell.epsTest,
    });
    const [thetaNormSquared] = await computed(() =>
      model.trainableWeights.map((weight) => tf.sum(tf.square(weight.read()))).reduce((a, b) => a.add(b)),
    );
    return {
      standardRisk: standard,
      adversarialRisks: adversarial,
      thetaNormSquared: thetaNormSquared!,
      training,
    };
  } finally {
    model.dispose();
  }
}
