import type { Dataset } from '../data/dataset.ts';
import { UserError } from '../errors.ts';
import { risks } from '../evaluation/risk.ts';
import type { tf } from '../runtime/tf.ts';
import { batchSource } from './batchSource.ts';
import { breathing } from './breathing.ts';
import { setLearningRate } from './learningRate.ts';
import type { TrainingFolder } from './node/trainingFolder.ts';
import type { TrainingParts } from './node/trainingIdentity.ts';
import { disposeOptimizer, optimizerNamed } from './optimizers.ts';
import { trainedModel } from './trainedModel.ts';
import { readScalars, type TrainingObjective, trainingObjective } from './trainingObjective.ts';
import { type AdversarialTrainingOptions, resolveTraining } from './trainingOptions.ts';
import { trainingReports } from './trainingReports.ts';
import {
  initialState,
  readTensors,
  restoreTensors,
  type StopReason,
  type TrainingState,
  type Validation,
} from './trainingState.ts';
import { weightSnapshot } from './weightSnapshot.ts';

/** Steps between reads of the losses: reading each one back would leave the device idle. */
const STEPS_PER_READ = 25;

/** How a training went; the weights are in the model. */
export interface TrainingResult {
  /** (1/2n) sum of the outer losses + (lambda / 2) |theta|^2 on all the rows, at the weights that the model now has. */
  readonly objective: number;
  /** Objective of each step's batch, before the step. */
  readonly history: readonly number[];
  /** Objective on all the rows after each cycle. */
  readonly cycles: readonly number[];
  /** Risks on the validation rows, where there are any. */
  readonly validations: readonly Validation[];
  /** Steps taken. */
  readonly iterations: number;
  /** Fraction by which the last cycle changed the objective. */
  readonly residual: number;
  /** Whether `residual` is below the tolerance; otherwise more cycles may lower the objective further. */
  readonly converged: boolean;
  /** What ended it. */
  readonly stopped: StopReason;
}

/**
 * Adversarial training by gradient: minimises (1/2n) sum_i max_{|delta_i| <= eps} loss_i + (lambda / 2) |theta|^2,
 * the inner maximum by an attack, the outer gradient at the worst inputs found (Danskin's theorem); or what another
 * `method` puts in the place of the maximum.
 *
 * At the optimum many residuals are exactly zero, where the objective has a kink and a constant step would bounce for
 * ever. Steps therefore fall linearly to zero over a cycle, and cycles of twice the length follow from the best weights,
 * until one of them no longer changes the objective: that is the flag `converged`. One cycle and another schedule make
 * it ordinary training.
 *
 * The model is left with the weights of least objective, or with validation rows of least robust risk there;
 * everything that is not in `variables` is untouched, but for the moving averages of batch normalisations in training.
 * @throws InvalidArgumentError for unknown options and options out of range, no trainable weights, data that are no data set,
 * a model that does not fit them, NaN or infinities in x or y, or inputs outside the attack's bounds
 * @throws UserError for a model whose objective is not finite before the first step
 * @throws UserError naming a file of `folder` that cannot be written; the last checkpoint then still holds
 */
export async function adversarialTraining(
  model: tf.LayersModel,
  data: Dataset,
  options: AdversarialTrainingOptions,
): Promise<TrainingResult> {
  const settings = resolveTraining(model, data, options);
  const { eps, method, variables, learningRate, schedule, cycleSteps, maxCycles, tolerance } = settings;
  const { batchSize, seed, validation, validateEvery, patience, checkpointEvery } = settings;
  const given = options.optimizer ?? 'adam';
  const optimizer = typeof given === 'string' ? optimizerNamed(given, learningRate) : given;
  const trained = trainedModel(model, variables, settings.trainingMode);
  /** All that training moves. */
  const moving = [...variables, ...trained.averages];
  /** What has tensors of its own, to be disposed whatever becomes of the training. */
  const held: { dispose(): void }[] = [];
  const dispose = (): void => {
    for (const one of held) one.dispose();
  };
  const giveUp = (error: unknown): never => {
    dispose();
    throw error;
  };
  if (typeof given === 'string') held.push({ dispose: () => disposeOptimizer(optimizer) });
  const folder =
    options.folder === undefined
      ? null
      : await folderOf(options.folder, { model, data, optimizer, settings, moving }).catch(giveUp);

  const objective = trainingObjective(trained, data, optimizer, settings);
  held.push(objective);
  const tensors = { variables: moving, carried: objective.carried, optimizer };
  const earlier = folder?.earlier ?? null;
  let kept = earlier ? await restoreTensors(tensors, earlier.tensors).catch(giveUp) : weightSnapshot(moving);
  held.push({ dispose: () => kept.dispose() });
  const state = earlier?.state ?? (await freshState(objective).catch(giveUp));
  const batches = batchSource(data, batchSize, seed, method.carried?.replays, state.step);
  held.push(batches);
  const reports = await trainingReports(model, options, settings, folder, state).catch(giveUp);
  const breathe = breathing();
  const measuring = validation !== null || reports.callbacks.count > 0;
  let savedStep = state.step;

  const keepWeights = (): void => {
    kept.dispose();
    kept = weightSnapshot(moving);
  };

  /** Takes the next steps, at most until something is to be measured. */
  async function takeSteps(cycleLength: number): Promise<void> {
    const first = state.step;
    const untilMeasured = measuring ? validateEvery - (first % validateEvery) : Number.POSITIVE_INFINITY;
    const count = Math.min(STEPS_PER_READ, cycleLength - state.stepOfCycle, untilMeasured);
    const rates = Array.from(
      { length: count },
      (_, k) => learningRate * schedule.factor((state.stepOfCycle + k) / cycleLength),
    );
    const costs: tf.Scalar[] = [];
    for (const [k, rate] of rates.entries()) {
      setLearningRate(optimizer, rate);
      costs.push(objective.step(batches.at(first + k), first + k));
      await breathe();
    }
    state.history.push(...(await readScalars(costs)));
    state.step += count;
    state.stepOfCycle += count;
    const last = state.step - 1;
    const losses = reports.wantLosses ? await readScalars(objective.losses(batches.at(last), last)) : [];
    await reports.steps(state, first, rates, losses);
  }

  async function validate(rows: Dataset): Promise<Validation> {
    const { standard, adversarial } = await risks(trained.f, rows, {
      attack: method.attack,
      epsilons: [eps],
    });
    const found = { step: state.step, standard, adversarial: adversarial[0]! };
    state.validations.push(found);
    if (found.adversarial.value < state.bestRisk) {
      state.bestRisk = found.adversarial.value;
      state.waited = 0;
      keepWeights();
    } else if (++state.waited >= patience) state.stopped = 'patience';
    return found;
  }

  async function endCycle(): Promise<number> {
    const value = await objective.whole();
    state.cycles.push(value);
    state.stepOfCycle = 0;
    state.residual = relativeChange(state.best, value);
    const better = value < state.best;
    if (better) state.best = value;
    if (validation === null) {
      if (better) keepWeights();
      else kept.restore();
    }
    return value;
  }

  async function keepCheckpoint(): Promise<void> {
    if (!folder || state.step === savedStep) return;
    folder.keep({ state, tensors: await readTensors(tensors, kept) });
    savedStep = state.step;
  }

  try {
    while (!state.stopped && state.cycles.length < maxCycles && state.residual >= tolerance) {
      const cycleLength = cycleSteps * 2 ** state.cycles.length;
      await takeSteps(cycleLength);
      const epochEnds = measuring && state.step % validateEvery === 0;
      const found = epochEnds && validation ? await validate(validation) : undefined;
      if (epochEnds) await reports.measured(state, found ? { validation: found } : {});
      if (reports.callbacks.stopRequested()) state.stopped = 'callback';
      const cycleEnds = state.stepOfCycle === cycleLength || state.stopped !== null;
      if (cycleEnds) await reports.measured(state, { objective: await endCycle() });
      if (cycleEnds || state.step - savedStep >= checkpointEvery) await keepCheckpoint();
    }
    if (validation !== null) kept.restore();
    return {
      objective: validation === null ? state.best : await objective.whole(),
      history: state.history,
      cycles: state.cycles,
      validations: state.validations,
      iterations: state.step,
      residual: state.residual,
      converged: state.residual < tolerance,
      stopped: state.stopped ?? (state.residual < tolerance ? 'converged' : 'maxCycles'),
    };
  } finally {
    await reports.close().finally(dispose);
  }
}

/** The folder of this training. Files are Node's, so the code for them is loaded only where a folder is asked for. */
async function folderOf(path: string, parts: TrainingParts): Promise<TrainingFolder<TrainingState>> {
  const { openTrainingFolder } = await import('./node/trainingFolder.ts');
  const { trainingIdentity } = await import('./node/trainingIdentity.ts');
  return openTrainingFolder<TrainingState>(path, await trainingIdentity(parts));
}

/** Where a new training begins. */
async function freshState({ whole }: TrainingObjective): Promise<TrainingState> {
  const value = await whole();
  if (Number.isFinite(value)) return initialState(value);
  throw new UserError(
    `the objective is ${value} before the first step; the weights or outputs of the model overflow`,
  );
}

/** |a - b| / |a|; infinite when b is NaN, so that a diverged cycle never passes for a converged one. */
function relativeChange(a: number, b: number): number {
  if (Number.isNaN(b)) return Number.POSITIVE_INFINITY;
  return a === b ? 0 : Math.abs(a - b) / Math.abs(a);
}
