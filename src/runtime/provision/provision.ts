import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { UserError } from '../../errors.ts';
import { cacheFolder } from '../cache.ts';
import { hasNvidiaDriver } from '../native.ts';
import { engineFolder, type ProvisionedEngine, readEngine } from '../provisioned.ts';
import { addonFile, addonHome, compileAddon, installAddonPackage, tryAddon } from './addon.ts';
import { findDamage, manifestOf } from './checksum.ts';
import { runCommand } from './command.ts';
import { withLock } from './lock.ts';
import { type Recipe, recipeFor, WHEEL_MEMBERS } from './recipe.ts';
import { runSteps, type Step, type StepReport } from './steps.ts';
import { findTools, type Tools } from './tools.ts';
import { cudaRequirements, downloadWheel, unpackWheel } from './wheel.ts';

export interface ProvisionOptions {
  /** Build for CUDA instead of the CPU. */
  cuda?: boolean;
  /** Also fetch NVIDIA's CUDA libraries; by default only where an NVIDIA driver shows itself. */
  cudaLibraries?: boolean;
  /** Make it anew although it is there. */
  force?: boolean;
  /** Read every file of an engine that is there and compare checksums, not only sizes. */
  verify?: boolean;
  /** Cache folder; see cacheFolder. */
  cache?: string;
  /** Let pip draw its progress bar on standard error. */
  showOutput?: boolean;
}

export interface Provisioned {
  folder: string;
  tensorflowVersion: string;
  alreadyThere: boolean;
}

/**
 * Makes the native engine from PyPI's TensorFlow wheel and the npm package of its addon, and puts it whole into the
 * cache. An interrupted run is continued by the next; concurrent runs wait for each other.
 *
 * @throws UserError for a platform without a wheel, missing tools, a failed download, a wrong checksum, a full disk
 */
export async function provision(options: ProvisionOptions, report: StepReport): Promise<Provisioned> {
  const recipe = recipeFor(options.cuda ? 'cuda' : 'cpu');
  const cache = options.cache ?? cacheFolder();
  const target = engineFolder(recipe, cache);
  const wantLibraries = options.cuda === true && (options.cudaLibraries ?? hasNvidiaDriver());

  const present = async () =>
    options.force ? undefined : usable(target, recipe, wantLibraries, options.verify);
  const before = await present();
  if (before) return { folder: target, tensorflowVersion: before.tensorflowVersion, alreadyThere: true };

  return withLock(
    target,
    () => report.note('another rrf provision is at work here; waiting for it'),
    async () => {
      const made = await present();
      if (made) return { folder: target, tensorflowVersion: made.tensorflowVersion, alreadyThere: true };
      const tools = await findTools();
      // Per host, because the lock cannot be seen from another one that shares the cache.
      const staging = `${target}.partial-${os.hostname()}`;
      const resumed = existsSync(staging);
      await checkFolder(cache, resumed ? 0 : recipe.room + (wantLibraries ? 8e9 : 0));
      const steps = stepsFor(recipe, tools, staging, wantLibraries, options.showOutput ?? false);
      // Steps done under another recipe, by another version of this package, do not count.
      await runSteps(staging, JSON.stringify({ recipe, WHEEL_MEMBERS, wantLibraries }), steps, report);
      await fs.rm(path.join(staging, 'download'), { recursive: true, force: true });
      await moveIntoPlace(staging, target);
      if (options.cuda && !wantLibraries) {
        report.note(
          "left out NVIDIA's CUDA libraries (about 2.8 GB to download), as this machine shows no NVIDIA driver; " +
            'add them with --cuda-libraries',
        );
      }
      return { folder: target, tensorflowVersion: recipe.wheel.version, alreadyThere: false };
    },
  );
}

function stepsFor(
  recipe: Recipe,
  tools: Tools,
  staging: string,
  wantLibraries: boolean,
  showOutput: boolean,
): Step[] {
  const { wheel } = recipe;
  const download = path.join(staging, 'download');
  const home = addonHome(recipe, staging);
  const deps = path.join(home, 'deps');
  const libraries: Step = {
    name: 'cuda-libraries',
    title: "downloading NVIDIA's CUDA libraries (about 2.8 GB)",
    async run() {
      const requirements = await cudaRequirements(tools.python, download);
      // The wheel's libraries look for them in nvidia/ beside their own folder.
      await fs.rm(path.join(deps, 'nvidia'), { recursive: true, force: true });
      await runCommand(
        "installing NVIDIA's CUDA libraries with pip",
        [
          tools.python,
          ...['-m', 'pip', 'install', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check'],
          ...['--ignore-installed', '--upgrade', '--target', deps, ...requirements],
        ],
        { showOutput },
      );
    },
  };
  return [
    {
      name: 'wheel',
      title: `downloading ${wheel.name} ${wheel.version} with pip`,
      run: () => downloadWheel(tools.python, wheel, download, showOutput),
    },
    {
      name: 'package',
      title: `installing ${recipe.addonPackage} ${recipe.addonVersion} with npm`,
      run: () => installAddonPackage(tools, recipe, staging),
    },
    {
      name: 'unpack',
      title: "unpacking TensorFlow's libraries and headers",
      run: (progress) => unpackWheel(tools.python, download, WHEEL_MEMBERS, deps, progress),
    },
    ...(wantLibraries ? [libraries] : []),
    {
      name: 'compile',
      title: 'compiling the addon with node-gyp',
      run: () => compileAddon(tools, recipe, staging),
    },
    {
      name: 'try',
      title: 'trying the new engine',
      run: () => tryAddon(recipe, staging),
    },
    {
      name: 'describe',
      title: 'recording checksums',
      async run() {
        const libs = Object.values(WHEEL_MEMBERS)
          .filter((file) => file.startsWith('lib/'))
          .map((file) => `deps/${file}`);
        const engine: ProvisionedEngine = {
          key: recipe.key,
          addonPackage: recipe.addonPackage,
          tensorflowVersion: wheel.version,
          cudaLibraries: wantLibraries,
          made: new Date().toISOString(),
          files: await manifestOf(home, [...libs, addonFile(recipe)]),
        };
        await fs.writeFile(path.join(staging, 'engine.json'), `${JSON.stringify(engine, null, 2)}\n`);
      },
    },
  ];
}

/** The engine in `folder` when it is complete; one that is damaged counts as absent and is made anew. */
async function usable(
  folder: string,
  recipe: Recipe,
  wantLibraries: boolean,
  thorough = false,
): Promise<ProvisionedEngine | undefined> {
  const engine = readEngine(folder);
  if (engine === undefined || (wantLibraries && !engine.cudaLibraries)) return undefined;
  const damaged = await findDamage(addonHome(recipe, folder), engine.files, thorough);
  return damaged.length === 0 ? engine : undefined;
}

async function moveIntoPlace(staging: string, target: string): Promise<void> {
  const old = `${target}.old-${process.pid}`;
  await fs.rename(target, old).catch(ignoreMissing);
  try {
    await fs.rename(staging, target);
  } catch (error) {
    // Another host that shares the cache was faster: its engine is as good.
    if (readEngine(target) === undefined) throw error;
    await fs.rm(staging, { recursive: true, force: true });
  }
  await fs.rm(old, { recursive: true, force: true });
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

async function checkFolder(cache: string, room: number): Promise<void> {
  if (/\s/.test(cache)) {
    throw new UserError(
      `the cache folder ${JSON.stringify(cache)} holds a space, which make cannot cope with; set RRF_CACHE`,
    );
  }
  try {
    await fs.mkdir(path.join(cache, 'engines'), { recursive: true });
    await fs.access(cache, fs.constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(
      `the cache folder ${JSON.stringify(cache)} cannot be written (${code}); set RRF_CACHE`,
    );
  }
  const { bavail, bsize } = await fs.statfs(cache);
  const free = bavail * bsize;
  if (free < room) {
    throw new UserError(
      `not enough room in ${JSON.stringify(cache)}: ${gigabytes(free)} free, ${gigabytes(room)} needed; set RRF_CACHE`,
    );
  }
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
