import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../errors.ts';
import { cacheFolder } from './cache.ts';
import { damageAtAGlance, type Manifest } from './provision/checksum.ts';
import { type Recipe, recipeFor } from './provision/recipe.ts';

/** What `rrf provision` writes last into a finished engine's folder. */
export interface ProvisionedEngine {
  key: string;
  addonPackage: string;
  tensorflowVersion: string;
  cudaLibraries: boolean;
  /** While TensorFlow computes; those made before 0.8 do not, and are used all the same. */
  holdsSignals?: boolean;
  made: string;
  /** Of the addon's folder. */
  files: Manifest;
}

/** What is wrong with an engine, as a clause. */
export interface Damage {
  damage: string;
}

/** What an engine made before 0.8 suffers from, as a clause; `rrf provision` mends it. */
export const LETS_SIGNALS_THROUGH = 'its addon lets signals interrupt TensorFlow, which may crash';

/** The folder a finished engine lives in. */
export const engineFolder = (recipe: Recipe, cache = cacheFolder()): string =>
  path.join(cache, 'engines', recipe.key);

/** The description of a finished engine, what is wrong with it, or undefined where there is none. */
export function readEngine(folder: string): ProvisionedEngine | Damage | undefined {
  const file = path.join(folder, 'engine.json');
  if (!existsSync(file)) return undefined;
  try {
    const engine = JSON.parse(readFileSync(file, 'utf8')) as unknown;
    return isEngine(engine) ? engine : { damage: 'its engine.json does not describe an engine' };
  } catch (error) {
    return { damage: `its engine.json cannot be read (${(error as Error).message.split('\n')[0]})` };
  }
}

/** A provisioned addon's package folder, with what is seen to be wrong with it at a glance. */
export interface FoundEngine {
  home: string;
  damage?: string;
  /** What is amiss with one that can be used, as a clause. */
  flaw?: string;
}

/**
 * The provisioned addon for a device, or undefined where there is none. Called at every start: sizes are compared, and the
 * checksum of the addon, in less than a millisecond; TensorFlow's libraries of 850 MB are read by `rrf provision` alone.
 */
export function findProvisioned(device: 'cuda' | 'cpu'): FoundEngine | undefined {
  try {
    const recipe = recipeFor(device);
    const folder = engineFolder(recipe);
    const engine = readEngine(folder);
    if (engine === undefined) return undefined;
    const home = path.join(folder, 'node_modules', recipe.addonPackage);
    if ('damage' in engine) return { home, damage: engine.damage };
    const damaged = damageAtAGlance(home, engine.files);
    if (damaged.length > 0) return { home, damage: damageOf(damaged) };
    return engine.holdsSignals ? { home } : { home, flaw: LETS_SIGNALS_THROUGH };
  } catch (error) {
    // Nothing can be provisioned for this platform, so nothing has been.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

export const damageOf = (files: readonly string[]): string =>
  `${files.join(', ')} ${files.length === 1 ? 'is' : 'are'} missing or not what was made`;

function isEngine(value: unknown): value is ProvisionedEngine {
  const { tensorflowVersion, made, files } = (value ?? {}) as Partial<ProvisionedEngine>;
  return (
    typeof tensorflowVersion === 'string' &&
    typeof made === 'string' &&
    typeof files === 'object' &&
    files !== null &&
    Object.keys(files).length > 0 &&
    Object.values(files).every((file) => typeof file?.size === 'number' && typeof file.sha256 === 'string')
  );
}
