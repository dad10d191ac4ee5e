import { type Attack, type AttackOptions, fgm, linearised, misclassified, pgd } from '../attacks/index.ts';
import { type Risks, risks, robustRisk } from '../evaluation/risk.ts';
import { computed } from '../runtime/computed.ts';
import { tf } from '../runtime/tf.ts';
import { type Cell, normsOf, radiusOf } from './cell.ts';
import { cellModel } from './cellModel.ts';
import { type CellProblem, type CellSources, cellProblem } from './cellProblem.ts';
import type { CellResult } from './cellResult.ts';
import { type CellTraining, trainCell } from './trainCell.ts';

/** The attack that measures adversarial risk: on the squared error, or on the margin of labels. */
function testAttackOf(of: Cell): Attack {
  const options: AttackOptions = {
    loss: of.loss === undefined ? 'squared' : 'margin',
    norm: normsOf(of).test,
  };
  switch (of.testAttack) {
    case 'pgd':
      return pgd({ ...options, steps: 10 });
    case 'fgm':
      return fgm(options);
    case 'linearised':
      return linearised(options);
  }
}

/** Samples the problem, trains the model and measures its risks on fresh data. Needs a started engine; leaks nothing. */
export async function runCell(cell: Cell, options: CellSources & CellTraining): Promise<CellResult> {
  const model = cellModel(cell, options.streams);
  try {
    const { train, test } = cellProblem(cell, options);
    const training = await trainCell(model, train, cell, options);
    const { standard, adversarial } = await (cell.loss === undefined
      ? risks(model, test, { attack: testAttackOf(cell), epsilons: testRadii(cell) })
      : errors(model, test, cell));
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

/** The shares of rows whose sign is wrong, without attack and at the worst of the inputs that the attack visits. */
async function errors(model: tf.LayersModel, test: CellProblem['test'], cell: Cell): Promise<Risks> {
  const { curve } = await robustRisk(model, test, testAttackOf(cell), {
    epsilons: [0, ...testRadii(cell)],
    criterion: misclassified,
  });
  const [standard, ...adversarial] = curve.map(({ success }) => success!);
  return { standard: standard!, adversarial };
}

const testRadii = (of: Cell): number[] => of.epsTest.map((eps) => radiusOf(normsOf(of).test, eps, of.d));
