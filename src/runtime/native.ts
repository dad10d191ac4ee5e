import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import util from 'node:util';
import { given } from '../checkOptions.ts';
import { UserError } from '../errors.ts';
import { type Device, EngineUnavailableError, type Flaw } from './device.ts';
import { stepBySignOfRelu } from './nativeStep.ts';
import { type FoundEngine, findProvisioned } from './provisioned.ts';
import { tf } from './tf.ts';

/** Under this registered symbol a provisioned addon finds the TensorFlow.js instance it must join. */
export const HOST_TENSORFLOW_KEY = 'robust-random-features/tfjs';

const require = createRequire(import.meta.url);

/** The two builds of TensorFlow's addon: only the GPU one can use CUDA, and it computes on a CPU too. */
type Build = 'cpu' | 'cuda';

const PACKAGES = { cpu: '@tensorflow/tfjs-node', cuda: '@tensorflow/tfjs-node-gpu' } as const;
const REMEDIES = {
  cpu: 'npx rrf provision',
  cuda: 'npx rrf provision --cuda',
} as const;

/** What is used of the addon's own interface. */
interface Binding {
  TF_Version: string;
  isUsingGpuDevice(): boolean;
}

export interface NativeEngine {
  engine: string;
  tensorflowVersion: string;
  devices: string[];
  threads: number;
  source: 'installed' | 'provisioned';
  flaw?: Flaw;
}

interface Loaded {
  build: Build;
  source: NativeEngine['source'];
  version: string;
  gpu: boolean;
  flaw?: Flaw;
}

let loaded: Loaded | undefined;

/** Package folders that a build of the addon may be loaded from, best first. */
export type AddonSource = { source: NativeEngine['source'] } & FoundEngine;

/**
 * Starts TensorFlow itself. TensorFlow falls back to the CPU without a word, so the addon is asked whether the list
 * of devices that TensorFlow gave it (TFE_ContextListDevices) holds a GPU, and `cuda` fails where it does not.
 *
 * @throws EngineUnavailableError
 */
export async function loadNative(device: 'cuda' | 'cpu', sourcesOf = addonSources): Promise<NativeEngine> {
  loaded ??= load(device, sourcesOf);
  if (device === 'cuda' && loaded.build === 'cpu') throw alreadyLoaded('cuda');
  if (device === 'cuda' && !loaded.gpu) {
    throw new EngineUnavailableError(
      'cuda',
      `TensorFlow ${loaded.version} sees no GPU, only CPU:0`,
      hasNvidiaDriver()
        ? 'nvidia-smi must list one, and its CUDA libraries are got with: npx rrf provision --cuda --cuda-libraries'
        : 'this machine shows no NVIDIA driver; use --device cpu',
      true,
    );
  }
  if (device === 'cpu' && loaded.gpu) throw alreadyLoaded('cpu');
  if (!(await tf.setBackend('tensorflow'))) throw new Error('the TensorFlow backend did not start');
  stepBySignOfRelu();
  return describe(loaded);
}

/** Where the addon of a build would come from, judged without loading it. */
export const findNative = (build: Build): NativeEngine['source'] | undefined =>
  addonSources(build).find(({ home, damage }) => damage === undefined && addonOf(home) !== undefined)?.source;

/** The installed npm package first, then what `rrf provision` made. */
function addonSources(build: Build): AddonSource[] {
  const installed = findInstalled(build);
  const provisioned = findProvisioned(build);
  return [
    ...(installed === undefined ? [] : [{ source: 'installed' as const, home: installed }]),
    ...(provisioned === undefined ? [] : [{ source: 'provisioned' as const, ...provisioned }]),
  ];
}

/** Whether an NVIDIA driver shows itself (Linux, WSL); elsewhere it cannot be told cheaply. */
export const hasNvidiaDriver = (): boolean =>
  process.platform !== 'linux' || existsSync('/dev/nvidiactl') || existsSync('/dev/dxg');

function load(device: 'cuda' | 'cpu', sourcesOf: (build: Build) => AddonSource[]): Loaded {
  prepareProcess();
  const failures: LoadFailure[] = [];
  const builds: Build[] = device === 'cuda' ? ['cuda'] : ['cpu', 'cuda'];
  for (const build of builds) {
    for (const { source, ...engine } of sourcesOf(build)) {
      // Asked for the CPU, the GPU build must not take the GPU.
      const result = device === build ? tryLoad(engine) : withoutGpu(() => tryLoad(engine));
      if (!('reason' in result)) {
        const flaw = engine.flaw && {
          flaw: { reason: engine.flaw, remedy: `mend it with: ${REMEDIES[build]}` },
        };
        return { build, source, version: result.TF_Version, gpu: result.isUsingGpuDevice(), ...flaw };
      }
      if (build === device) failures.push(result);
    }
  }
  const reasons = failures.map(({ reason }) => reason);
  const found = failures.some((failure) => failure.found);
  const reason = reasons.length > 0 ? reasons.join('; ') : `${PACKAGES[device]} is not installed`;
  throw new EngineUnavailableError(
    device,
    reason,
    `${found ? 'repair' : 'get'} it with: ${REMEDIES[device]}`,
    found,
  );
}

/** TensorFlow looks for GPUs once, while it is loaded. */
function withoutGpu<T>(work: () => T): T {
  const before = process.env.CUDA_VISIBLE_DEVICES;
  process.env.CUDA_VISIBLE_DEVICES = '-1';
  try {
    return work();
  } finally {
    if (before === undefined) delete process.env.CUDA_VISIBLE_DEVICES;
    else process.env.CUDA_VISIBLE_DEVICES = before;
  }
}

/** Why an addon cannot be used; `found` when there is one. */
interface LoadFailure {
  reason: string;
  found: boolean;
}

/** The addon's interface, or why it cannot be used. One that is damaged is not loaded: it might end the process. */
function tryLoad({ home, damage }: FoundEngine): Binding | LoadFailure {
  const name = `@tensorflow/${path.basename(home)}`;
  if (damage !== undefined) return { reason: `the provisioned ${name} is damaged: ${damage}`, found: true };
  const addon = addonOf(home);
  if (addon === undefined) return { reason: `${name} is installed without its native addon`, found: false };
  const silent = process.noDeprecation;
  try {
    // A dependency of the addon's package uses modules that newer Nodes warn about.
    process.noDeprecation = true;
    // Alone first: a library that does not load must not leave the package's kernels half registered.
    const binding = require(addon) as Binding;
    require(home);
    if (tf.findBackendFactory('tensorflow') === null) {
      return {
        reason: `${name} uses a second copy of @tensorflow/tfjs (npm dedupe removes it)`,
        found: true,
      };
    }
    return binding;
  } catch (error) {
    return { reason: `${name} does not load (${firstLine(error)})`, found: true };
  } finally {
    process.noDeprecation = silent ?? false;
  }
}

/** Settings that have to be there before TensorFlow's library is loaded. */
function prepareProcess(): void {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
  // oneDNN announces itself on standard error whatever the log level. Without it a gradient of a two-layer model
  // takes the same time (products of 1024 x 1024 matrices take up to a third more).
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '0';
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  // tfjs-node 4.22 still calls these two: Node 22 warns of them, Node 23 has removed them.
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  });
  (globalThis as Record<symbol, unknown>)[Symbol.for(HOST_TENSORFLOW_KEY)] = tf;
}

function findInstalled(build: Build): string | undefined {
  try {
    return path.dirname(require.resolve(`${PACKAGES[build]}/package.json`));
  } catch {
    return undefined;
  }
}

/**
 * The addon's file, by the rule of its package.json: the newest Node-API version that both sides know. Undefined where
 * there is none, or no package.json that says where it would be.
 */
function addonOf(home: string): string | undefined {
  let versions: number[];
  try {
    versions = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')).binary.napi_versions;
  } catch {
    return undefined;
  }
  const napi = Math.max(...versions.filter((version) => version <= Number(process.versions.napi)));
  const file = path.join(home, 'lib', `napi-v${napi}`, 'tfjs_binding.node');
  return existsSync(file) ? file : undefined;
}

function describe({ version, gpu, source, build, flaw }: Loaded): NativeEngine {
  const threads = Number(process.env.TF_NUM_INTRAOP_THREADS) || os.availableParallelism();
  const where = gpu ? 'CUDA' : `CPU${build === 'cuda' ? ' (CUDA build)' : ''}`;
  return {
    engine: `TensorFlow ${version} on ${where}, ${threads} thread${threads === 1 ? '' : 's'}`,
    tensorflowVersion: version,
    devices: gpu ? ['CPU:0', 'GPU:0'] : ['CPU:0'],
    threads,
    source,
    ...given({ flaw }),
  };
}

const alreadyLoaded = (device: Device) =>
  new UserError(
    `device ${device} cannot be used: this process has loaded TensorFlow for another device; start a new one`,
  );

const firstLine = (error: unknown) => String(error instanceof Error ? error.message : error).split('\n')[0];
