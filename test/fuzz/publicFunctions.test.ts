import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { show } from '../../src/errors.ts';
import * as root from '../../src/index.ts';
import { stream } from '../../src/random/stream.ts';
import * as theory from '../../src/theory/index.ts';
import { testRuntime } from '../support/runtime.ts';
import { badValue, type Kind, unknownName } from './badValues.ts';

/** A public function with arguments that it takes, and what each of them, or each option among them, ought to be. */
interface Target {
  readonly name: string;
  readonly call: (...args: never[]) => unknown;
  readonly args: () => unknown[];
  /** '0' is the first argument, '1.eps' an option of the second. */
  readonly spots: Readonly<Record<string, Kind>>;
  /** Which arguments are objects of options, where an option that nothing has is refused. */
  readonly options: readonly number[];
}

const [n, d] = [8, 3];
const data = (): root.Dataset => ({
  n,
  d,
  x: stream('fuzz', 'x').fillGaussian(new Float32Array(n * d)),
  y: stream('fuzz', 'y').fillGaussian(new Float32Array(n)),
});

let model: root.tf.LayersModel;
let x: root.tf.Tensor;
let y: root.tf.Tensor;
let folder: string;
let table: root.Table;
let wide: root.Table;
const raw: root.RawTable = {
  file: '"here"',
  rows: 12,
  columns: ['a', 'b'].map((name, k) => ({
    kind: 'number',
    name,
    values: Float64Array.from({ length: 12 }, (_, i) => (i * (k + 5)) % 7),
  })),
};
const many = root.teacher({ d, seed: 1 }).sample('measured', 60);
const ofKinds = { ...many, y: many.y.map((_, i) => i % 3) };
let moments: root.MeasuredMoments;

const random = theory.randomFeatures({ psi1: 2 });
const attackSpots = {
  norm: 'name',
  bounds: 'bounds',
  loss: 'name',
  targeted: 'boolean',
  seed: 'seed',
} as const;
const gradientSpots = {
  ...attackSpots,
  steps: 'count',
  stepSize: 'positive',
  relStepSize: 'positive',
  randomStart: 'boolean',
  restarts: 'count',
  useBest: 'boolean',
  bothSides: 'boolean',
} as const;
const riskSpots = {
  psi2: 'positive',
  eps: 'nonNegative',
  lambda: 'nonNegative',
  tau: 'nonNegative',
  rho: 'positive',
  epsTest: 'nonNegative',
  nonlinearEnergy: 'nonNegative',
  certify: 'boolean',
} as const;
const { certify: _, ...pointSpots } = riskSpots;
const marginSpots = { ...pointSpots, labels: 'name', flip: 'nonNegative' } as const;
const exactSpots = {
  eps: 'nonNegative',
  lambda: 'nonNegative',
  tolerance: 'positive',
  maxIterations: 'count',
  fitIntercept: 'boolean',
  onProgress: 'callback',
} as const;

/** Spots of an object of options at argument `at`. */
const of = (at: number, spots: Readonly<Record<string, Kind>>): Record<string, Kind> => ({
  [at]: 'object',
  ...Object.fromEntries(Object.entries(spots).map(([name, kind]) => [`${at}.${name}`, kind])),
});

const target = (
  name: string,
  call: unknown,
  args: () => unknown[],
  spots: Readonly<Record<string, Kind>>,
  options: readonly number[] = [],
): Target => ({ name, call: call as Target['call'], args, spots, options });

const problem = (): root.ReadoutProblem =>
  root.readoutProblem(data(), { W: stream('fuzz', 'W').fillGaussian(new Float64Array(4 * d)) });

const targets: readonly Target[] = [
  // theory
  target(
    'asymptoticRisk',
    theory.asymptoticRisk,
    () => [random, { psi2: 3, eps: 0.3 }],
    { 0: 'map', ...of(1, riskSpots) },
    [1],
  ),
  target(
    'asymptoticRisk of a classifier',
    theory.asymptoticRisk,
    () => [random, { psi2: 3, eps: 0.3, loss: 'hinge' }],
    { 0: 'map', ...of(1, { ...marginSpots, loss: 'name' }) },
    [1],
  ),
  target(
    'robustErrorAt',
    theory.robustErrorAt,
    () => [theory.asymptoticRisk(random, { psi2: 3, eps: 0.3, loss: 'hinge' }), 0.1],
    { 1: 'nonNegative' },
  ),
  target(
    'trainingMarginQuantile',
    theory.trainingMarginQuantile,
    () => [theory.asymptoticRisk(random, { psi2: 3, eps: 0.3, loss: 'hinge' }), 0.1],
    { 1: 'positive' },
  ),
  target(
    'robustCapacity',
    theory.robustCapacity,
    () => [random, { eps: 0.3 }],
    {
      0: 'map',
      ...of(1, {
        eps: 'nonNegative',
        tau: 'nonNegative',
        rho: 'positive',
        flip: 'nonNegative',
        labels: 'name',
      }),
    },
    [1],
  ),
  target('adversarialRiskAt', theory.adversarialRiskAt, () => [{ standardRisk: 1, gradientNorm: 1 }, 0.1], {
    1: 'nonNegative',
  }),
  target(
    'criticalEps',
    theory.criticalEps,
    () => [random, { psi2: 3 }],
    { 0: 'map', ...of(1, { psi2: 'positive', tau: 'nonNegative', rho: 'positive' }) },
    [1],
  ),
  target(
    'randomFeatures',
    theory.randomFeatures,
    () => [{ psi1: 2 }],
    of(0, { psi1: 'positive', activation: 'name', covariance: 'name' }),
    [0],
  ),
  target(
    'deepRandomFeatures',
    theory.deepRandomFeatures,
    () => [{ widths: [2, 1] }],
    of(0, { widths: 'ratios', activation: 'name', covariance: 'name' }),
    [0],
  ),
  target('linear', theory.linear, () => [{}], of(0, { covariance: 'name' }), [0]),
  target(
    'powerLaw',
    theory.powerLaw,
    () => [{ exponent: 1 }],
    of(0, { exponent: 'nonNegative', count: 'count' }),
    [0],
  ),
  target(
    'spiked',
    theory.spiked,
    () => [{ share: 0.1, ratio: 10 }],
    of(0, { share: 'positive', ratio: 'nonNegative', signal: 'nonNegative' }),
    [0],
  ),
  target('spectrumNamed', theory.spectrumNamed, () => ['power:1'], { 0: 'name' }),
  target('signalNamed', theory.signalNamed, () => ['sparse:0.2'], { 0: 'name' }),
  target('activation', theory.activation, () => ['relu'], { 0: 'name' }),
  target('activationMoments', theory.activationMoments, () => ['relu'], { 0: 'name' }),
  target(
    'gridValues',
    theory.gridValues,
    () => [{ from: 1, to: 2, count: 3 }],
    of(0, { count: 'count', scale: 'name' }),
    [0],
  ),
  target(
    'sensitivities',
    theory.sensitivities,
    () => [random, { psi2: 3, eps: 0.3, tau: 0.2 }],
    { 0: 'map', ...of(1, pointSpots) },
    [1],
  ),
  target(
    'riskCurve',
    theory.riskCurve,
    () => [random, { psi2: 3, eps: 0.3 }, { parameter: 'psi1', values: [1, 2] }],
    { 0: 'map', ...of(1, pointSpots), ...of(2, { parameter: 'name', values: 'ratios' }) },
    [1, 2],
  ),
  target(
    'riskSurface',
    theory.riskSurface,
    () => [
      random,
      { psi2: 3, tau: 0.1 },
      { x: { parameter: 'psi1', values: [1, 2] }, y: { parameter: 'eps', values: [0.1, 0.2] } },
    ],
    { 0: 'map', ...of(1, { psi2: 'positive', tau: 'nonNegative' }), ...of(2, { x: 'object', y: 'object' }) },
    [1, 2],
  ),
  target(
    'bestWidth',
    theory.bestWidth,
    () => [random, { psi2: 3, eps: 0.3 }],
    { 0: 'map', ...of(1, pointSpots) },
    [1],
  ),
  target(
    'bestLambda',
    theory.bestLambda,
    () => [random, { psi2: 3, eps: 0.3 }],
    { 0: 'map', ...of(1, { psi2: 'positive', eps: 'nonNegative' }) },
    [1],
  ),
  target(
    'bestEps',
    theory.bestEps,
    () => [random, { psi2: 3, epsTest: 0.3 }],
    { 0: 'map', ...of(1, { psi2: 'positive', epsTest: 'nonNegative' }) },
    [1],
  ),
  target(
    'interpolationPeak',
    theory.interpolationPeak,
    () => [random, { psi2: 3, eps: 0.3 }],
    { 0: 'map', ...of(1, { psi2: 'positive', eps: 'nonNegative', tau: 'nonNegative' }) },
    [1],
  ),
  target(
    'bestActivation',
    theory.bestActivation,
    () => [{ psi1: 2 }, { psi2: 3, eps: 0.3 }],
    { ...of(1, { psi2: 'positive', eps: 'nonNegative' }) },
    [1],
  ),
  target(
    'infiniteDataRisk',
    theory.infiniteDataRisk,
    () => [random, { eps: 0.3 }],
    { 0: 'map', ...of(1, { eps: 'nonNegative', lambda: 'nonNegative', tau: 'nonNegative' }) },
    [1],
  ),
  target(
    'infiniteWidthRisk',
    theory.infiniteWidthRisk,
    () => [{}, { psi2: 3, eps: 0.3 }],
    { ...of(0, { activation: 'name' }), ...of(1, { psi2: 'positive', eps: 'nonNegative' }) },
    [0, 1],
  ),
  target(
    'compareTraining',
    theory.compareTraining,
    () => [random, { psi2: 3, eps: 0.3 }],
    { 0: 'map', ...of(1, { psi2: 'positive', eps: 'nonNegative' }) },
    [1],
  ),
  target('l2RadiusOfLinf', theory.l2RadiusOfLinf, () => [0.1, 10], { 0: 'nonNegative', 1: 'positive' }),
  target(
    'meiMontanariRisk',
    theory.meiMontanariRisk,
    () => [{ psi1: 2, psi2: 3, lambda: 0.1 }],
    of(0, { psi1: 'positive', psi2: 'positive', tau: 'nonNegative', rho: 'positive' }),
    [0],
  ),
  target('smallEpsRisk', theory.smallEpsRisk, () => [3, 0.1, 0.01], { 1: 'nonNegative', 2: 'nonNegative' }),
  // attacks
  ...Object.entries({ pgd: root.pgd, bim: root.bim, apgd: root.apgd, momentumPgd: root.momentumPgd }).map(
    ([name, call]) => target(name, call, () => [{}], of(0, gradientSpots), [0]),
  ),
  ...Object.entries({
    fgm: root.fgm,
    linearised: root.linearised,
    randomNoise: root.randomNoise,
    randomDirection: root.randomDirection,
  }).map(([name, call]) => target(name, call, () => [{}], of(0, attackSpots), [0])),
  target('fgsm', root.fgsm, () => [{}], of(0, { bounds: 'bounds', loss: 'name', seed: 'seed' }), [0]),
  target(
    'minimalNorm',
    root.minimalNorm,
    () => [{ moveBy: 1 }],
    of(0, { moveBy: 'positive', norm: 'name', bounds: 'bounds', steps: 'count' }),
    [0],
  ),
  target('worstOf', root.worstOf, () => [[root.pgd(), root.fgm()]], { 0: 'positives' }),
  target('attackNamed', root.attackNamed, () => ['pgd'], { 0: 'name' }),
  target('errorAbove', root.errorAbove, () => [1], { 0: 'nonNegative' }),
  target('errorWithin', root.errorWithin, () => [1], { 0: 'nonNegative' }),
  target('huberLoss', root.huberLoss, () => [1], { 0: 'positive' }),
  target('modelFunction', root.modelFunction, () => [model], { 0: 'model' }),
  target('attack.perturb', root.pgd({ steps: 1 }).perturb, () => [model, x, y, 0.1], {
    0: 'model',
    1: 'tensor',
    2: 'tensor',
    3: 'nonNegative',
  }),
  target(
    'attack.run',
    root.pgd({ steps: 1 }).run,
    () => [model, x, y, { epsilons: [0.1] }],
    { 0: 'model', 1: 'tensor', 2: 'tensor', ...of(3, { epsilons: 'numbers', batchSize: 'count' }) },
    [3],
  ),
  // models
  target(
    'randomFeaturesModel',
    root.randomFeaturesModel,
    () => [{ inputDim: 3, units: 4 }],
    of(0, { inputDim: 'count', units: 'count', activation: 'name', seed: 'seed' }),
    [0],
  ),
  target(
    'deepRandomFeaturesModel',
    root.deepRandomFeaturesModel,
    () => [{ inputDim: 3, units: [4] }],
    of(0, { inputDim: 'count', units: 'positives', activation: 'name', seed: 'seed' }),
    [0],
  ),
  target(
    'mlpModel',
    root.mlpModel,
    () => [{ inputDim: 3, units: [4] }],
    of(0, { inputDim: 'count', units: 'positives', activation: 'name', outputs: 'count', seed: 'seed' }),
    [0],
  ),
  target(
    'convModel',
    root.convModel,
    () => [{ imageShape: [4, 4, 1], filters: [2] }],
    of(0, {
      imageShape: 'positives',
      filters: 'positives',
      kernelSize: 'count',
      strides: 'count',
      activation: 'name',
      outputs: 'count',
    }),
    [0],
  ),
  target(
    'randomFeaturesMap',
    root.randomFeaturesMap,
    () => [{ inputDim: 3, units: [4] }],
    of(0, { inputDim: 'count', units: 'positives', activation: 'name', seed: 'seed' }),
    [0],
  ),
  target(
    'RandomFeatures',
    (args: never) => new root.RandomFeatures(args),
    () => [{ units: 4 }],
    of(0, { units: 'count', activation: 'name', seed: 'seed' }),
    [0],
  ),
  target(
    'LazyHidden',
    (args: never) => new root.LazyHidden(args),
    () => [{ units: 4 }],
    of(0, { units: 'count', seed: 'seed' }),
    [0],
  ),
  target(
    'CentredActivation',
    (args: never) => new root.CentredActivation(args),
    () => [{ activation: 'relu' }],
    of(0, { activation: 'name' }),
    [0],
  ),
  target(
    'Standardise',
    (args: never) => new root.Standardise(args),
    () => [{ mean: [0], deviation: [1] }],
    of(0, { invert: 'boolean', clip: 'positive' }),
    [0],
  ),
  target('centredActivation', root.centredActivation, () => ['relu'], { 0: 'name' }),
  target('loadModel', root.loadModel, () => ['nowhere'], { 0: 'positive' }),
  target('saveModel', root.saveModel, () => [model, `${folder}-model`], { 0: 'model' }),
  // data
  target(
    'teacher',
    root.teacher,
    () => [{ d: 3 }],
    of(0, { d: 'count', tau: 'nonNegative', covariance: 'name', seed: 'seed' }),
    [0],
  ),
  target(
    'teacher.sample',
    (name: never, rows: never) => root.teacher({ d: 3 }).sample(name, rows),
    () => ['train', 3],
    { 1: 'count' },
  ),
  target(
    'toTensors',
    (set: never) =>
      Object.values(root.toTensors(set)).forEach((tensor) => {
        tensor.dispose();
      }),
    () => [data()],
    { 0: 'data' },
  ),
  target('rowsOf', root.rowsOf, () => [data(), [0, 1]], { 0: 'data' }),
  target('readCsvTable', root.readCsvTable, () => ['nowhere.csv'], { 0: 'positive' }),
  target(
    'readCsvDataset',
    root.readCsvDataset,
    () => ['nowhere.csv', { target: 'y' }],
    { 0: 'positive', ...of(1, { target: 'name', raw: 'boolean', clip: 'positive' }) },
    [1],
  ),
  target('readTable', root.readTable, () => ['nowhere.csv', {}], { 0: 'positive', 1: 'object' }, [1]),
  ...Object.entries({ planPreparation: root.planPreparation, learnPreparation: root.learnPreparation }).map(
    ([name, call]) =>
      target(
        name,
        call,
        () => [raw, { target: 'b' }],
        {
          0: 'object',
          ...of(1, {
            target: 'name',
            missing: 'name',
            levels: 'count',
            keepIndex: 'boolean',
            decimal: 'name',
            classes: 'boolean',
          }),
        },
        [1],
      ),
  ),
  ...Object.entries({ preparedInputs: root.preparedInputs, preparedTable: root.preparedTable }).map(
    ([name, call]) =>
      target(name, call, () => [raw, root.learnPreparation(raw, { target: 'b' })], {
        0: 'object',
        1: 'object',
      }),
  ),
  target('readIdxImages', root.readIdxImages, () => ['nowhere', 'nowhere'], { 0: 'positive', 1: 'positive' }),
  target(
    'tableDataset',
    root.tableDataset,
    () => [table, 'b', { inputs: true, target: false }],
    { 1: 'name', ...of(2, { inputs: 'boolean', target: 'boolean', clip: 'positive' }) },
    [2],
  ),
  // training
  target(
    'adversarialTraining',
    root.adversarialTraining,
    () => [model, data(), { eps: 0.1, cycleSteps: 1, maxCycles: 1 }],
    {
      0: 'model',
      1: 'data',
      ...of(2, {
        eps: 'nonNegative',
        lambda: 'nonNegative',
        layers: 'name',
        optimizer: 'name',
        learningRate: 'positive',
        schedule: 'name',
        cycleSteps: 'count',
        maxCycles: 'count',
        tolerance: 'positive',
        batchSize: 'count',
        seed: 'seed',
        validation: 'data',
        onProgress: 'callback',
      }),
    },
    [2],
  ),
  target('layersLoss', root.layersLoss, () => ['meanSquaredError'], { 0: 'name' }),
  target('freeTraining', root.freeTraining, () => [{}], of(0, { replays: 'count' }), [0]),
  target('tradesTraining', root.tradesTraining, () => [{}], of(0, { beta: 'nonNegative' }), [0]),
  target('fastTraining', root.fastTraining, () => [{}], of(0, attackSpots), [0]),
  target('fgsmTraining', root.fgsmTraining, () => [{}], of(0, attackSpots), [0]),
  target('stepDecay', root.stepDecay, () => [3, 0.1], { 0: 'count', 1: 'positive' }),
  // exact
  target(
    'adversarialRegression',
    root.adversarialRegression,
    () => [data(), { eps: 0.1 }],
    { 0: 'data', ...of(1, { ...exactSpots, norm: 'name' }) },
    [1],
  ),
  target(
    'adversarialRegressionPath',
    root.adversarialRegressionPath,
    () => [data(), [{ eps: 0.1 }]],
    { 0: 'data', 1: 'points' },
    [],
  ),
  target(
    'readoutProblem',
    root.readoutProblem,
    () => [data(), { W: new Float64Array(3).fill(1) }],
    { 0: 'data', ...of(1, { W: 'array', activation: 'name' }) },
    [1],
  ),
  target(
    'solveReadout',
    root.solveReadout,
    () => [problem(), { eps: 0.1 }],
    of(1, { ...exactSpots, gradients: 'name' }),
    [1],
  ),
  target(
    'solveMargins',
    root.solveMargins,
    () => [
      { ...problem(), y: problem().y.map(Math.sign) },
      { eps: 0.1, lambda: 0.1 },
    ],
    of(1, {
      eps: 'nonNegative',
      lambda: 'positive',
      loss: 'name',
      tolerance: 'positive',
      maxIterations: 'count',
      fitIntercept: 'boolean',
      onProgress: 'callback',
    }),
    [1],
  ),
  target('readoutPath', root.readoutPath, () => [problem(), [{ eps: 0.1 }]], { 1: 'points' }, []),
  target('criticalEpsLinear', root.criticalEpsLinear, () => [data()], { 0: 'data', 1: 'name' }),
  target(
    'largestInterpolatingEps',
    root.largestInterpolatingEps,
    () => [{ n: 1, d: 3, x: Float32Array.of(1, 2, 3), y: Float32Array.of(1) }],
    { 0: 'data', 1: 'name' },
  ),
  target(
    'criticalEpsReadout',
    root.criticalEpsReadout,
    () => [problem()],
    of(1, { gradients: 'name', tolerance: 'positive' }),
    [1],
  ),
  target(
    'ridge',
    root.ridge,
    () => [new Float64Array(8).fill(1).map((_, i) => i * i), new Float64Array(4).fill(1), 0.1],
    { 0: 'array', 1: 'array' },
  ),
  target(
    'expectedSeconds',
    root.expectedSeconds,
    () => [{ n: 1, d: 1, N: 1 }],
    of(0, { n: 'count', d: 'count', N: 'count' }),
  ),
  // evaluation
  target(
    'risks',
    root.risks,
    () => [model, data(), { attack: root.fgm(), epsilons: [0.1] }],
    { 0: 'model', 1: 'data', ...of(2, { attack: 'name', epsilons: 'numbers', batchSize: 'count' }) },
    [2],
  ),
  target(
    'robustRisk',
    root.robustRisk,
    () => [model, data(), root.fgm(), { epsilons: [0.1] }],
    { 0: 'model', 1: 'data', 2: 'object', ...of(3, { epsilons: 'numbers', batchSize: 'count' }) },
    [3],
  ),
  target(
    'sanityChecks',
    root.sanityChecks,
    () => [model, x, y, { eps: 0.1, steps: 1 }],
    { 0: 'model', 1: 'tensor', 2: 'tensor', ...of(3, { eps: 'positive', steps: 'count', norm: 'name' }) },
    [3],
  ),
  target(
    'measureFeatures',
    root.measureFeatures,
    () => [model, data(), {}],
    {
      0: 'model',
      1: 'data',
      ...of(2, { layer: 'name', share: 'positive', seed: 'seed', directions: 'count', memory: 'positive' }),
    },
    [2],
  ),
  target(
    'predictRobustRisk',
    root.predictRobustRisk,
    () => [moments, { n: 20, eps: 0.1 }],
    { ...of(1, { n: 'oneOrMany', eps: 'oneOrMany', lambda: 'oneOrMany', epsTest: 'nonNegative' }) },
    [1],
  ),
  // table
  target(
    'trainOnTable',
    async (set: root.Table, options: root.TableTrainingOptions) =>
      (await root.trainOnTable(set, options)).model.dispose(),
    () => [wide, { target: 'b', eps: 0.1, method: 'exact', lambda: 0.1 }],
    of(1, {
      target: 'name',
      eps: 'nonNegative',
      model: 'name',
      method: 'name',
      loss: 'name',
      norm: 'name',
      lambda: 'nonNegative',
      fitIntercept: 'boolean',
      activation: 'name',
      seed: 'seed',
      testFraction: 'positive',
      clip: 'positive',
      batchSize: 'count',
      maxCycles: 'count',
    }),
    [1],
  ),
  target(
    'tuneOnTable',
    async (set: root.Table, options: root.TableTuningOptions) =>
      (await root.tuneOnTable(set, options)).training.model.dispose(),
    () => [
      wide,
      {
        target: 'b',
        epsTest: 0.1,
        model: 'linear',
        clip: null,
        eps: 0.1,
        lambda: 0.1,
        by: 'folds',
        folds: 2,
      },
    ],
    of(1, {
      target: 'name',
      epsTest: 'nonNegative',
      norm: 'name',
      model: 'name',
      activation: 'name',
      loss: 'name',
      eps: 'oneOrMany',
      lambda: 'oneOrMany',
      by: 'name',
      folds: 'count',
      measure: 'name',
      rule: 'name',
      compareRows: 'count',
      seed: 'seed',
      testFraction: 'positive',
      repeats: 'count',
      onProgress: 'callback',
    }),
    [1],
  ),
  target(
    'trainOnTable of a file',
    async (set: root.RawTable, options: root.TableTrainingOptions) =>
      (await root.trainOnTable(set, options)).model.dispose(),
    () => [raw, { target: 'b', eps: 0.1, method: 'exact', lambda: 0.1 }],
    {
      0: 'object',
      ...of(1, {
        target: 'name',
        missing: 'name',
        levels: 'count',
        keepIndex: 'boolean',
        decimal: 'name',
        loss: 'name',
      }),
    },
    [1],
  ),
  target(
    'attackedModel',
    root.attackedModel,
    () => [model, data()],
    { 0: 'model', 1: 'data', 2: 'boolean' },
    [],
  ),
  target(
    'predictOnData',
    root.predictOnData,
    () => [many, { n: 20, eps: 0.1, widths: [4] }],
    {
      0: 'data',
      ...of(1, {
        n: 'oneOrMany',
        eps: 'oneOrMany',
        lambda: 'oneOrMany',
        epsTest: 'nonNegative',
        widths: 'positives',
        depth: 'count',
        activation: 'name',
        model: 'model',
        layer: 'name',
        share: 'positive',
        testRows: 'count',
      }),
    },
    [1],
  ),
  target(
    'predictClassesOnData',
    root.predictClassesOnData,
    () => [ofKinds, ['a', 'b', 'c'], { n: 20, eps: 0.1, widths: [4] }],
    {
      0: 'data',
      1: 'object',
      ...of(2, {
        n: 'oneOrMany',
        eps: 'oneOrMany',
        lambda: 'oneOrMany',
        epsTest: 'nonNegative',
        widths: 'positives',
        depth: 'count',
        activation: 'name',
        model: 'model',
        layer: 'name',
        share: 'positive',
        testRows: 'count',
      }),
    },
    [2],
  ),
  target(
    'predictionIntervals',
    root.predictionIntervals,
    () => [moments, [], { testRows: 10 }],
    of(2, { testRows: 'positive' }),
    [2],
  ),
  target('columnTails', root.columnTails, () => [many, 20], { 0: 'data', 1: 'count' }),
  target(
    'heldOutRows',
    root.heldOutRows,
    () => [20, { testFraction: 0.2, seed: 0 }],
    {
      0: 'count',
      ...of(1, { folds: 'count', repeats: 'count', testFraction: 'positive', seed: 'seed' }),
    },
    [1],
  ),
  target('linearCoefficients', root.linearCoefficients, () => [model], { 0: 'model' }),
  target(
    'permutationImportance',
    root.permutationImportance,
    () => [
      { f: (rows: root.tf.Tensor) => rows.slice([0, 0], [-1, 1]), data: data(), units: 'x' },
      root.pgd({ steps: 1 }),
      { eps: 0.1, inputs: [{ name: 'a', columns: [0] }], repeats: 1 },
    ],
    of(2, { eps: 'nonNegative', repeats: 'count', importanceRows: 'count', seed: 'seed' }),
    [2],
  ),
];

/** Functions that are not thrown at, and why. */
const leftOut: Readonly<Record<string, string>> = {
  InvalidArgumentError: 'is what is thrown',
  UserError: 'is what is thrown',
  EngineUnavailableError: 'is what is thrown',
  LayeredFeatures: 'says that sizes are not checked',
  stream: 'takes any key',
  meanOf: 'takes any numbers',
  linearAlgebra: 'takes nothing',
  runtimeLine: 'takes what loadRuntime returns',
  loadRuntime: 'is tried in test/runtime',
  applyModel: 'takes what trainOnTable returns, and is tried in test/table',
  readMnistImages: 'is tried in test/data with its package',
  readCsvClasses: 'reads as readCsvTable does',
  csvText: 'takes what readCsvTable returns',
  attackSanityChecks: 'takes what attackedModel returns',
  worstExamples: 'takes what attackedModel returns',
  attackedRows: 'takes what attackedModel returns',
  inputMovements: 'takes what attackedRows returns',
  subgroupRisks: 'takes what attackedRows returns',
  oneInputAColumn: 'takes any names',
  handedFeatures: 'is tried in test/evaluation',
  explainModel: 'checks as its parts do',
  trainOnSplits: 'checks as trainOnTable and heldOutRows do',
  overSplits: 'takes any numbers',
  htmlReport: 'is tried in test/plots',
  predictionAgainstTraining: 'trains for seconds, and is tried in test/table',
  standardisedModel: 'takes what this package computes',
  splitStandardised: 'takes any model',
  ridgeWithIntercept: 'checks as ridge does',
  setReadout: 'takes what the exact solvers return',
  trainReadoutExactly: 'is tried in test/training',
  tuneProfile: 'takes what tuneOnTable returns',
  measuredMap: 'takes what measureFeatures returns',
  predictedCriticalEps: 'takes what measureFeatures returns',
  inputSlope: 'is a part for attacks of one’s own',
  linearisedLoss: 'is a part for attacks of one’s own',
  gradientNorms: 'takes what readoutProblem returns',
  registerActivation: 'is tried in test/models',
  imageGrid: 'is tried in test/plots',
  panelFigure: 'is tried in test/plots',
  surfaceFigure: 'is tried in test/plots',
  writePicture: 'is tried in test/plots',
  resolveAttack: 'is a part for attacks of one’s own',
  ballAbout: 'is a part for attacks of one’s own',
  boundedAttack: 'is a part for attacks of one’s own',
  gradientAttack: 'is a part for attacks of one’s own',
  judgedAt: 'is a part for attacks of one’s own',
  worse: 'is a part for attacks of one’s own',
  randomDelta: 'is a part for attacks of one’s own',
  ermTraining: 'takes an attack',
  noiseTraining: 'takes an attack',
  worstCase: 'takes an attack',
  hermiteActivation: 'is tried in test/theory',
  measuredFeatures: 'is tried in test/theory',
  linearObjective: 'is a certificate, tried in test/theory',
  theorem42: 'is a certificate, tried in test/theory',
  marginBelow: 'takes any number',
  trainingMarginBelow: 'takes any number',
};

const before = process.cwd();
beforeAll(async () => {
  await testRuntime();
  folder = mkdtempSync(path.join(os.tmpdir(), 'rrf-fuzz-'));
  process.chdir(folder);
  model = root.randomFeaturesModel({ inputDim: d, units: 4 });
  const { tf } = root;
  const rows = data();
  x = tf.tensor2d(rows.x, [n, d]);
  y = tf.tensor2d(rows.y, [n, 1]);
  const wideRows = Float64Array.from(many.y, (value, i) => (i % 2 === 0 ? value : many.x[i]!));
  wide = { names: ['a', 'b'], rows: 30, values: wideRows };
  table = { names: ['a', 'b'], rows: 2, values: new Float64Array([1, 2, 3, 5]) };
  moments = await root.measureFeatures(model, many);
});
afterAll(() => {
  process.chdir(before);
  for (const made of [folder, `${folder}-model`]) rmSync(made, { recursive: true, force: true });
});

/** The same arguments with one of them, or one option, replaced. */
function spoilt(args: unknown[], spot: string, value: unknown): unknown[] {
  const [at, name] = spot.split('.') as [string, string?];
  return args
    .map((arg, i) =>
      i !== Number(at) ? arg : name === undefined ? value : { ...(arg as object), [name]: value },
    )
    .concat(Number(at) === args.length ? [name === undefined ? value : { [name]: value }] : []);
}

/** What a call says: undefined when it passes. */
async function answer(call: Target['call'], args: unknown[]): Promise<unknown> {
  try {
    await (call as (...args: unknown[]) => unknown)(...args);
    return undefined;
  } catch (error) {
    return error;
  }
}

const fault = (error: unknown): string | undefined => {
  if (error === undefined) return 'was accepted';
  if (!(error instanceof root.UserError)) return `threw ${String(error)}`;
  if (/[\n\r]/.test(error.message)) return `took several lines: ${JSON.stringify(error.message)}`;
  if (error.message.length > 600) return `took ${error.message.length} characters`;
  return undefined;
};

it('knows every public function', () => {
  const named = new Set(targets.map(({ name }) => name));
  const functions = Object.entries({ ...root, ...theory })
    .filter(([, value]) => typeof value === 'function')
    .map(([name]) => name);
  expect(functions.filter((name) => !named.has(name) && !(name in leftOut))).toEqual([]);
  expect(Object.keys(leftOut).filter((name) => !functions.includes(name))).toEqual([]);
});

it('takes the arguments that are spoilt below', async () => {
  const wrong: string[] = [];
  for (const { name, call, args } of targets) {
    const error = await answer(call, args());
    // Files that are not there are said so in one line.
    if (error !== undefined && !/nowhere/.test(String(error))) wrong.push(`${name}: ${error}`);
  }
  expect(wrong).toEqual([]);
});

it('answers 5,000 bad inputs by one typed line each, and leaves no file behind', async () => {
  const draw = stream('fuzz', 'public functions');
  const pick = <T>(list: readonly T[]): T => list[Math.floor(draw.uniform() * list.length)]!;
  const wrong = new Map<string, string>();
  for (let i = 0; i < 5000; i++) {
    const { name, call, args, spots, options } = pick(targets);
    const misspell = options.length > 0 && draw.uniform() < 0.2;
    const spot = misspell ? `${pick(options)}.${unknownName(draw)}` : pick(Object.keys(spots));
    const value = misspell ? 1 : badValue(spots[spot]!, draw);
    const what = fault(await answer(call, spoilt(args(), spot, value)));
    if (what) wrong.set(`${name} ${spot.slice(0, 40)}`, `${show(value)} ${what.slice(0, 200)}`);
  }
  expect(Object.fromEntries(wrong)).toEqual({});
  expect(readdirSync(folder)).toEqual([]);
});

it('takes nothing else for an answer', () => {
  expect(fault(new root.InvalidArgumentError('eps', -1, 'a number >= 0'))).toBeUndefined();
  expect(fault(new TypeError('x is not a function'))).toMatch(/^threw/);
  expect(fault(new root.UserError('two\nlines'))).toMatch(/several lines/);
  expect(fault(new root.UserError('x'.repeat(601)))).toMatch(/601/);
  expect(fault(undefined)).toBe('was accepted');
});
