import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../errors.ts';
import { cacheFolder } from './cache.ts';
import type { Manifest } from './provision/checksum.ts';
import { type Recipe, recipeFor } from './provision/recipe.ts';

/** What `rrf provision` writes last into a finished engine's folder. */
export interface ProvisionedEngine {
  key: string;
  addonPackage: string;
  tensorflowVersion: string;
  cudaLibraries: boolean;
  made: string;
  /** Of the addon's folder. */
  files: Manifest;
}

/** The folder a finished engine lives in. */
export const engineFolder = (recipe: Recipe, cache = cacheFolder()): string =>
  path.join(cache, 'engines', recipe.key);

/** The description of a finished engine, or undefined where there is none. */
export function readEngine(folder: string): ProvisionedEngine | undefined {
  const file = path.join(folder, 'engine.json');
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, 'utf8')) as ProvisionedEngine;
}

/** The package folder of the provisioned addon for a device, or undefined where there is none. */
export function findProvisioned(device: 'cuda' | 'cpu'): string | undefined {
  try {
    const recipe = recipeFor(device);
    const folder = engineFolder(recipe);
    return readEngine(folder) === undefined
      ? undefined
      : path.join(folder, 'node_modules', recipe.addonPackage);
  } catch (error) {
    // Nothing can be provisioned for this platform, so nothing has been.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
