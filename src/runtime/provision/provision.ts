import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { checkOptions, type OptionNames } from '../../checkOptions.ts';
import { UserError } from '../../errors.ts';
import { writeWholeFile } from '../../wholeFile.ts';
import { cacheFolder } from '../cache.ts';
import { hasNvidiaDriver } from '../native.ts';
import {
  damageOf,
  engineFolder,
  LETS_SIGNALS_THROUGH,
  type ProvisionedEngine,
  readEngine,
} from '../provisioned.ts';
import { addonFile, addonHome, compileAddon, installAddonPackage, tryAddon } from './addon.ts';
import { findDamage, manifestOf } from './checksum.ts';
import { runCommand } from './command.ts';
import { withLock } from './lock.ts';
import { type Recipe, recipeFor, WHEEL_MEMBERS } from './recipe.ts';
import { forgetFrom, runSteps, type Step, type StepReport } from './steps.ts';
import { findTools, type Tools } from './tools.ts';
import { cudaRequirements, downloadWheel, unpackWheel } from './wheel.ts';

export interface ProvisionOptions {
  /** Build for CUDA instead of the CPU. */
  cuda?: boolean;
  /** Also fetch NVIDIA's CUDA libraries; by default only where an NVIDIA driver shows itself. */
  cudaLibraries?: boolean;
  /** Make it anew although it is there. */
  force?: boolean;
  /** Compare the checksums of all files of an engine that is there, also of large ones unchanged since it was made. */
  verify?: boolean;
  /** Cache folder; see cacheFolder. */
  cache?: string;
  /** Let pip draw its progress bar on standard error. */
  showOutput?: boolean;
}

const OPTIONS: OptionNames<ProvisionOptions> = {
  cuda: true,
  cudaLibraries: true,
  force: true,
  verify: true,
  cache: true,
  showOutput: true,
};

export interface Provisioned {
  folder: string;
  tensorflowVersion: string;
  alreadyThere: boolean;
}

/**
 * Makes the native engine from PyPI's TensorFlow wheel and the npm package of its addon, and puts it whole into the
 * cache. An interrupted run is continued by the next; concurrent runs wait for each other. Of a damaged engine only what is
 * wrong is made anew, where that can be told.
 *
 * @throws InvalidArgumentError for an unknown option
 * @throws UserError for a platform without a wheel, missing tools, a failed download, a wrong checksum, a full disk
 */
export async function provision(options: ProvisionOptions, report: StepReport): Promise<Provisioned> {
  checkOptions('provision', options, OPTIONS);
  const recipe = recipeFor(options.cuda ? 'cuda' : 'cpu');
  const cache = options.cache ?? cacheFolder();
  const target = engineFolder(recipe, cache);
  const wantLibraries = options.cuda === true && (options.cudaLibraries ?? hasNvidiaDriver());

  const there = async (): Promise<Examination> =>
    options.force
      ? { damage: null, repairFrom: null }
      : examine(target, recipe, wantLibraries, options.verify);
  const alreadyThere = ({ tensorflowVersion }: ProvisionedEngine): Provisioned => ({
    folder: target,
    tensorflowVersion,
    alreadyThere: true,
  });
  const before = await there();
  if ('engine' in before) return alreadyThere(before.engine);

  return withLock(
    target,
    () => report.note('another rrf provision is at work here; waiting for it'),
    async () => {
      const found = await there();
      if ('engine' in found) return alreadyThere(found.engine);
      const tools = await findTools();
      // Per host, because the lock cannot be seen from another one that shares the cache.
      const staging = `${target}.partial-${os.hostname()}`;
      const resumed = existsSync(staging);
      const repairFrom = resumed ? null : found.repairFrom;
      if (found.damage !== null)
        report.note(
          `${target} is damaged: ${found.damage}; ${repairFrom ? 'repairing it' : 'building it anew'}`,
        );
      const room = recipe.room + (wantLibraries ? 8e9 : 0);
      await checkFolder(cache, resumed || repairFrom ? 0 : room);
      if (repairFrom !== null) {
        await fs.rename(target, staging);
        await forgetFrom(staging, repairFrom);
      }
      const steps = stepsFor(recipe, tools, staging, wantLibraries, options.showOutput ?? false);
      // Steps done under another recipe, by another version of this package, do not count.
      const build = () =>
        runSteps(staging, JSON.stringify({ recipe, WHEEL_MEMBERS, wantLibraries }), steps, report);
      await build().catch(async (error: Error) => {
        if (repairFrom === null) throw error;
        report.note(`${error.message.split('\n')[0]}; building it anew`);
        await fs.rm(staging, { recursive: true, force: true });
        await checkFolder(cache, room);
        await build();
      });
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
      run: () =>
        tryAddon(recipe, staging).catch(async (error: Error) => {
          // Something in it is wrong, and nothing says what: the next run repeats every step.
          await forgetFrom(staging, 'wheel');
          throw error;
        }),
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
          holdsSignals: true,
          made: new Date().toISOString(),
          files: await manifestOf(home, [...libs, addonFile(recipe)]),
        };
        writeWholeFile(path.join(staging, 'engine.json'), `${JSON.stringify(engine, null, 2)}\n`);
      },
    },
  ];
}

/** A whole engine; or what is wrong, if there is one, and the first step to repeat where the rest of it can stay. */
type Examination = { engine: ProvisionedEngine } | { damage: string | null; repairFrom: string | null };

async function examine(
  folder: string,
  recipe: Recipe,
  wantLibraries: boolean,
  verify = false,
): Promise<Examination> {
  const absent = { damage: null, repairFrom: null };
  const engine = readEngine(folder);
  if (engine === undefined) return absent;
  if ('damage' in engine) return { damage: engine.damage, repairFrom: 'try' };
  if (wantLibraries && !engine.cudaLibraries) return absent;
  if (!engine.holdsSignals) return { damage: LETS_SIGNALS_THROUGH, repairFrom: 'compile' };
  const since = verify ? Number.NEGATIVE_INFINITY : Date.parse(engine.made);
  const damaged = await findDamage(addonHome(recipe, folder), engine.files, since);
  if (damaged.length > 0) {
    const addonAlone = damaged.every((file) => file === addonFile(recipe));
    return { damage: damageOf(damaged), repairFrom: addonAlone ? 'compile' : null };
  }
  // What the addon needs beside the files of the manifest, its npm packages, shows only when it is used.
  return tryAddon(recipe, folder).then(
    () => ({ engine }),
    (error: Error) => ({ damage: error.message.split('\n')[0]!, repairFrom: null }),
  );
}

async function moveIntoPlace(staging: string, target: string): Promise<void> {
  const old = `${target}.old-${process.pid}`;
  await fs.rename(target, old).catch(ignoreMissing);
  try {
    await fs.rename(staging, target);
  } catch (error) {
    // Another host that shares the cache was faster: its engine is as good.
    const theirs = readEngine(target);
    if (theirs === undefined || 'damage' in theirs) throw error;
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
