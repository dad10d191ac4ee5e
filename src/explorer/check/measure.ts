import { pgd } from '../../attacks/index.ts';
import { teacher } from '../../data/teacher.ts';
import { type Estimate, meanOf } from '../../evaluation/estimate.ts';
import { risks } from '../../evaluation/risk.ts';
import { trainReadoutExactly } from '../../exact/exactReadout.ts';
import { adversarialTraining } from '../../training/adversarialTraining.ts';
import type { Settings } from '../state/parameters.ts';
import { epsTestOf } from '../theory/ask.ts';
import { modelFor } from './model.ts';
import type { Measurement } from './protocol.ts';
import { sizesOf } from './sizes.ts';

const TEST_ROWS = 2000;
const TOLERANCE = 1e-2;

interface Trained {
  readonly standard: Estimate;
  readonly adversarial: Estimate;
  readonly converged: boolean;
}

/**
 * Trains `seeds` models one after the other, each with data and features of its own, and tells `report` what is known
 * after each. Needs a started engine.
 */
export async function measure(
  settings: Settings,
  { d, seeds }: { d: number; seeds: number },
  progress: (share: number) => void,
  report: (measurement: Measurement) => void,
): Promise<void> {
  const trained: Trained[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    trained.push(await trainOne(settings, d, seed, (share) => progress((seed + share) / seeds)));
    report({
      settings,
      d,
      seeds: trained.length,
      standardRisk: average(trained.map(({ standard }) => standard)),
      adversarialRisk: average(trained.map(({ adversarial }) => adversarial)),
      converged: trained.filter(({ converged }) => converged).length,
    });
  }
}

async function trainOne(
  settings: Settings,
  d: number,
  index: number,
  progress: (share: number) => void,
): Promise<Trained> {
  const { eps, lambda, tau } = settings;
  const seed = `explorer/${index}`;
  const problem = teacher({ d, tau, seed });
  const model = modelFor(settings, d, seed);
  try {
    const data = problem.sample('train', sizesOf(settings, d).n);
    let converged = true;
    if (eps === 0) await trainReadoutExactly(model, data, { lambda });
    else {
      const attack = pgd({ steps: 2, relStepSize: 1 });
      const onProgress = ({ step, maxSteps }: { step: number; maxSteps: number }): void =>
        // Most trainings converge in the first few cycles, so early steps count for more.
        progress(0.95 * Math.sqrt(step / maxSteps));
      const training = await adversarialTraining(model, data, {
        eps,
        attack,
        lambda,
        seed,
        tolerance: TOLERANCE,
        onProgress,
      });
      converged = training.converged;
    }
    const { standard, adversarial } = await risks(model, problem.batches('test', TEST_ROWS), {
      attack: pgd({ steps: 10 }),
      epsilons: [epsTestOf(settings)],
    });
    return { standard, adversarial: adversarial[0]!, converged };
  } finally {
    model.dispose();
  }
}

/** One model has only the error of its test set; several show how much models differ, too. */
function average(estimates: readonly Estimate[]): { value: number; standardError: number } {
  const { value, standardError } =
    estimates.length === 1 ? estimates[0]! : meanOf(estimates.map((estimate) => estimate.value));
  return { value, standardError };
}
