import { type ModelFunction, modelFunction } from '../attacks/index.ts';
import { stream } from '../random/stream.ts';
import { tf } from '../runtime/tf.ts';
import { weightSnapshot } from './weightSnapshot.ts';

/** Which forward passes of a step run the model in training mode; see the option of the same name. */
export type TrainingMode = 'outer' | 'both' | 'none';

export const TRAINING_MODES: readonly TrainingMode[] = ['outer', 'both', 'none'];

/** A model as a training step sees it. */
export interface TrainedModel {
  /** In inference mode, except within `attacked` and `outer`, which are told the rows of the step's batch. */
  readonly f: ModelFunction;
  /** Moving means and variances of the batch normalisations that are trained: they move with the weights. */
  readonly averages: readonly tf.Variable[];
  /** Does `work`, the inner maximisation. No moving average moves. */
  attacked<T>(key: string, rows: number, work: () => T): T;
  /** Does `work`, whose gradient moves the weights. The first of its passes moves the moving averages, no other does. */
  outer<T>(key: string, rows: number, work: () => T): T;
}

/** TensorFlow.js's batch normalisation, as far as it is used here; `gamma` or `beta` may have been left out. */
interface BatchNormalization extends tf.layers.Layer {
  readonly gamma?: tf.LayerVariable;
  readonly beta?: tf.LayerVariable;
  readonly movingMean: tf.LayerVariable;
  readonly movingVariance: tf.LayerVariable;
}

/** A property that has another value for a while. */
type Change = readonly [object: object, name: string, value: unknown];

/**
 * Runs a model in training mode, with random draws that `key` alone decides: every pass under one key draws the same, so
 * that the passes of a step see one network. Batch normalisations of which nothing is trained stay in inference mode, as
 * frozen layers do in Keras.
 * @param variables the weights that are trained
 * @throws InvalidArgumentError for a model of several inputs or outputs, and, where `f` is called, for x that does not fit
 */
export function trainedModel(
  model: tf.LayersModel,
  variables: readonly tf.Variable[],
  mode: TrainingMode,
): TrainedModel {
  const layers = [...new Set(layersWithin(model))];
  const trained = new Set(variables.map(({ id }) => id));
  const isTrained = ({ trainableWeights }: { trainableWeights: tf.LayerVariable[] }): boolean =>
    trainableWeights.some((weight) => trained.has(weight.read().id));
  const wholeIsTrained = model.trainableWeights.every((weight) => trained.has(weight.read().id));
  /** Made in every pass: TensorFlow.js has no gradient of batch normalisation without a scale or a centre. */
  const always: Change[] = [];
  const inTraining: Change[] = [];
  const averages: tf.Variable[] = [];
  for (const layer of layers) {
    if (isBatchNormalization(layer)) {
      const like = layer.movingMean;
      if (!layer.gamma) always.push([layer, 'gamma', { read: () => tf.onesLike(like.read()) }]);
      if (!layer.beta) always.push([layer, 'beta', { read: () => tf.zerosLike(like.read()) }]);
    }
    if (mode === 'none') continue;
    // With a seed of its own TensorFlow.js's dropout would drop the same units at every step.
    if (['Dropout', 'SpatialDropout1D'].includes(layer.getClassName()))
      inTraining.push([layer, 'seed', undefined]);
    if (!isBatchNormalization(layer)) continue;
    const weightless = !layer.gamma && !layer.beta;
    if (weightless ? layer.trainable && wholeIsTrained : isTrained(layer)) {
      averages.push(layer.movingMean.read() as tf.Variable, layer.movingVariance.read() as tf.Variable);
    } else {
      const asInInference: tf.layers.Layer['call'] = (inputs, kwargs) =>
        Object.getPrototypeOf(layer).call.call(layer, inputs, { ...kwargs, training: false });
      inTraining.push([layer, 'call', asInInference]);
    }
  }

  const inference = modelFunction(model);
  let passes: { readonly key: string; readonly rows: number; moveAverages: boolean } | null = null;
  const inTrainingMode = <T>(now: NonNullable<typeof passes>, work: () => T): T => {
    passes = now;
    try {
      return work();
    } finally {
      passes = null;
    }
  };

  const f: ModelFunction = (x) => {
    if (!passes) return changed(always, () => inference(x));
    const { key, rows, moveAverages } = passes;
    // An attack may look at a batch in several places at once, which must not become one larger batch.
    if (x.shape[0]! > rows && x.shape[0]! % rows === 0)
      return tf.concat(tf.split(x, x.shape[0]! / rows).map(f));
    passes.moveAverages = false;
    const before = moveAverages ? null : weightSnapshot(averages);
    try {
      // Most layers that draw take nothing but Math.random, without a seed or a generator of their own.
      const random: Change = [Math, 'random', stream(key, 'training mode').uniform];
      return changed(
        [...always, ...inTraining, random],
        () => model.apply(x, { training: true }) as tf.Tensor,
      );
    } finally {
      before?.restore();
      before?.dispose();
    }
  };

  return {
    // In training mode the layers are not those that could be made ready beforehand.
    f: Object.assign(f, { frozen: () => (passes ? null : (inference.frozen?.() ?? null)) }),
    averages,
    attacked: (key, rows, work) =>
      mode === 'both' ? inTrainingMode({ key, rows, moveAverages: false }, work) : work(),
    outer: (key, rows, work) =>
      mode === 'none' ? work() : inTrainingMode({ key, rows, moveAverages: true }, work),
  };
}

/** Does `work` while some properties have other values, and puts the old ones back. */
function changed<T>(changes: readonly Change[], work: () => T): T {
  const before = changes.map(([object, name]) => Object.getOwnPropertyDescriptor(object, name));
  for (const [object, name, value] of changes)
    Object.defineProperty(object, name, { value, configurable: true, writable: true });
  try {
    return work();
  } finally {
    changes.forEach(([object, name], i) => {
      if (before[i]) Object.defineProperty(object, name, before[i]);
      else Reflect.deleteProperty(object, name);
    });
  }
}

/** The layers of a model, those inside of other models and of wrappers included. */
function* layersWithin(outer: object): Generator<tf.layers.Layer> {
  const { layers = [], layer, forwardLayer, backwardLayer } = outer as Record<string, unknown>;
  for (const inner of [...(layers as unknown[]), layer, forwardLayer, backwardLayer]) {
    if (!(inner instanceof tf.layers.Layer)) continue;
    yield inner;
    yield* layersWithin(inner);
  }
}

const isBatchNormalization = (layer: tf.layers.Layer): layer is BatchNormalization =>
  layer.getClassName() === 'BatchNormalization';
