import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InvalidArgumentError, oneLine, show, UserError } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import { makeFolder, naming, writeWholeFile } from '../wholeFile.ts';
// Registers the package's layers, which a saved model may hold.
import './CentredActivation.ts';
import './LazyHidden.ts';
import './RandomFeatures.ts';
import './Standardise.ts';

/** TensorFlow.js's model.json, as far as it is used here. */
export interface ModelFile {
  readonly modelTopology: object;
  readonly weightsManifest: readonly { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[];
  readonly userDefinedMetadata?: NonNullable<tf.io.ModelArtifacts['userDefinedMetadata']>;
}

/**
 * Saves a model as TensorFlow.js does: `model.json` and a file of weights in `folder`, which is made if need be. Any
 * engine of loadRuntime, and with TensorFlow itself `tf.loadLayersModel('file://...')`, opens it. An earlier model in
 * the folder is replaced whole or not at all. What was given to `model.setUserDefinedMetadata` is saved too.
 * @throws UserError naming the file that cannot be written
 */
export async function saveModel(model: tf.LayersModel, folder: string): Promise<void> {
  if (typeof model?.save !== 'function') throw new InvalidArgumentError('model', model, 'a layers model');
  makeFolder(folder);
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      const data = artifacts.weightData ?? new ArrayBuffer(0);
      const weights = new Uint8Array(Array.isArray(data) ? tf.io.concatenateArrayBuffers(data) : data);
      // The name depends on the content, so that the old model.json keeps its weights until the new one is in place.
      const name = `weights.${createHash('sha256').update(weights).digest('hex').slice(0, 12)}.bin`;
      writeWholeFile(join(folder, name), weights);
      const { modelTopology, format, generatedBy, userDefinedMetadata } = artifacts;
      const manifest = [{ paths: [name], weights: artifacts.weightSpecs ?? [] }];
      const file = {
        format,
        generatedBy,
        convertedBy: null,
        modelTopology,
        weightsManifest: manifest,
        userDefinedMetadata,
      };
      writeWholeFile(join(folder, 'model.json'), `${JSON.stringify(file)}\n`);
      for (const other of readdirSync(folder))
        if (/^weights\.[0-9a-f]{12}\.bin$/.test(other) && other !== name) rmSync(join(folder, other));
      return {
        modelArtifactsInfo: {
          dateSaved: new Date(),
          modelTopologyType: 'JSON',
          weightDataBytes: weights.length,
        },
      };
    }),
  );
}

/**
 * Opens a model that saveModel or TensorFlow.js saved.
 * @param path the model's folder, its model.json, or a folder with the model in `model`, as `rrf tune --out` writes it; weights
 * are read from the folder of model.json and those below it only
 * @throws UserError naming the file that is missing, cut short, or holds no layers model
 */
export async function loadModel(path: string): Promise<tf.LayersModel> {
  const { file, modelTopology, weightsManifest, userDefinedMetadata } = readModelFile(path);
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  const parts = weightsManifest.flatMap(({ paths }) => paths.map((name) => join(dirname(file), name)));
  const weights = Buffer.concat(parts.map((part) => naming('read', part, () => readFileSync(part))));
  const expected = weightSpecs.reduce((sum, spec) => sum + bytesOf(spec), 0);
  if (weights.length !== expected)
    throw new UserError(
      oneLine(
        `the model's weights ${JSON.stringify(parts.join(', '))} have ${weights.length} bytes instead of ${expected}`,
      ),
    );
  const weightData = new Uint8Array(weights).buffer;
  const artifacts = {
    modelTopology,
    weightSpecs,
    weightData,
    ...(userDefinedMetadata && { userDefinedMetadata }),
  };
  try {
    return await tf.loadLayersModel({ load: async () => artifacts });
  } catch (error) {
    throw new UserError(oneLine(`cannot open the model ${JSON.stringify(file)}: ${firstLine(error)}`));
  }
}

/**
 * The description of a saved model, read and checked before any engine is loaded.
 * @param path the model's folder, its model.json, or a folder with the model in `model`, as `rrf tune --out` writes it
 * @throws UserError naming the file that is missing or holds no layers model
 */
export function readModelFile(path: string): ModelFile & { readonly file: string } {
  const file = modelFileAt(path);
  const text = naming('read', file, () => readFileSync(file, 'utf8'));
  const named = JSON.stringify(file);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new UserError(oneLine(`${named} is not the model.json of a model: it is not JSON`));
  }
  if (!isRecord(content) || !isRecord(content.modelTopology) || !Array.isArray(content.weightsManifest))
    throw new UserError(oneLine(`${named} is not a layers model of TensorFlow.js`));
  for (const group of content.weightsManifest as unknown[]) {
    if (!isRecord(group) || !Array.isArray(group.paths) || !Array.isArray(group.weights))
      throw new UserError(
        oneLine(`${named} has ${show(group)} among its weightsManifest, without paths and weights`),
      );
    for (const part of group.paths)
      if (!isWithin(part))
        throw new UserError(oneLine(`${named} has its weights outside its folder: ${show(part)}`));
    for (const weight of group.weights)
      if (!isWeight(weight))
        throw new UserError(
          oneLine(`${named} has ${show(weight)} among its weights, without name, shape and dtype`),
        );
  }
  return { ...(content as unknown as ModelFile), file };
}

function modelFileAt(path: string): string {
  if (!existsSync(path) || !statSync(path).isDirectory()) return path;
  const [own, within] = [join(path, 'model.json'), join(path, 'model', 'model.json')];
  return !existsSync(own) && existsSync(within) ? within : own;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether it is the name of a file in a folder or below it. A model from elsewhere must not read what is not its own. */
const isWithin = (path: unknown): boolean =>
  typeof path === 'string' &&
  path !== '' &&
  !/^[\\/]|^[a-z]:|\0/i.test(path) &&
  !path.split(/[\\/]/).includes('..');

const isWeight = (value: unknown): boolean =>
  isRecord(value) &&
  typeof value.name === 'string' &&
  typeof value.dtype === 'string' &&
  Array.isArray(value.shape) &&
  value.shape.every((axis) => Number.isSafeInteger(axis) && axis >= 0) &&
  (value.quantization === undefined || isRecord(value.quantization));

/** Bytes of a weight in the file. */
function bytesOf({ shape, dtype, quantization }: tf.io.WeightsManifestEntry): number {
  const size = shape.reduce((product, m) => product * m, 1);
  const type = quantization?.dtype ?? dtype;
  return size * ({ uint8: 1, bool: 1, uint16: 2, float16: 2 }[type as string] ?? 4);
}

const firstLine = (error: unknown): string =>
  String(error instanceof Error ? error.message : error).split('\n')[0]!;
