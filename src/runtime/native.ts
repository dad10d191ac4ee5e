import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import util from 'node:util';
import { UserError } from '../errors.ts';
import { type Device, EngineUnavailableError } from './device.ts';
import { stepBySignOfRelu } from './nativeStep.ts';
import { findProvisioned } from './provisioned.ts';
import { tf } from './tf.ts';

/** Under this registered symbol a provisioned addon finds the TensorFlow.js instance it must join. */
export const HOST_TENSORFLOW_KEY = 'robust-random-features/tfjs';

const require = createRequire(import.meta.url);

/** The two builds of TensorFlow's addon: only the GPU one can use CUDA, and it computes on a CPU too. */
type Build = 'cpu' | 'cuda';

const PACKAGES = { cpu: '@tensorflow/tfjs-node', cuda: '@tensorflow/tfjs-node-gpu' } as const;
const REMEDIES = {
  cpu: 'get it with: npx rrf provision',
  cuda: 'get it with: npx rrf provision --cuda',
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
}

interface Loaded {
  build: Build;
  source: NativeEngine['source'];
  version: string;
  gpu: boolean;
}

let loaded: Loaded | undefined;

/** Package folders that a build of the addon may be loaded from, best first. */
export type AddonSource = { source: NativeEngine['source']; home: string };

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
    );
  }
  if (device === 'cpu' && loaded.gpu) throw alreadyLoaded('cpu');
  if (!(await tf.setBackend('tensorflow'))) throw new Error('the TensorFlow backend did not start');
  stepBySignOfRelu();
  return describe(loaded);
}

/** Where the addon of a build would come from, judged without loading it. */
export const findNative = (build: Build): NativeEngine['source'] | undefined =>
  addonSources(build).find(({ home }) => existsSync(addonOf(home)))?.source;

/** The installed npm package first, then what `rrf provision` made. */
function addonSources(build: Build): AddonSource[] {
  const installed = findInstalled(build);
  const provisioned = findProvisioned(build);
  return [
    ...(installed === undefined ? [] : [{ source: 'installed' as const, home: installed }]),
    ...(provisioned === undefined ? [] : [{ source: 'provisioned' as const, home: provisioned }]),
  ];
}

/** Whether an NVIDIA driver shows itself (Linux, WSL); elsewhere it cannot be told cheaply. */
export const hasNvidiaDriver = (): boolean =>
  process.platform !== 'linux' || existsSync('/dev/nvidiactl') || existsSync('/dev/dxg');

function load(device: 'cuda' | 'cpu', sourcesOf: (build: Build) => AddonSource[]): Loaded {
  prepareProcess();
  const failures: string[] = [];
  const builds: Build[] = device === 'cuda' ? ['cuda'] : ['cpu', 'cuda'];
  for (const build of builds) {
    for (const { source, home } of sourcesOf(build)) {
      // Asked for the CPU, the GPU build must not take the GPU.
      const result = device === build ? tryLoad(home) : withoutGpu(() => tryLoad(home));
      if (typeof result !== 'string') {
        return { build, source, version: result.TF_Version, gpu: result.isUsingGpuDevice() };
      }
      if (build === device) failures.push(result);
    }
  }
  const reason = failures.length > 0 ? failures.join('; ') : `${PACKAGES[device]} is not installed`;
  throw new EngineUnavailableError(device, reason, REMEDIES[device]);
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

/** The addon's interface, or why it cannot be used. */
function tryLoad(home: string): Binding | string {
  const name = path.basename(home);
  const addon = addonOf(home);
  if (!existsSync(addon)) return `@tensorflow/${name} is installed without its native addon`;
  const silent = process.noDeprecation;
  try {
    // A dependency of the addon's package uses modules that newer Nodes warn about.
    process.noDeprecation = true;
    // Alone first: a library that does not load must not leave the package's kernels half registered.
    const binding = require(addon) as Binding;
    require(home);
    if (tf.findBackendFactory('tensorflow') === null) {
      return `@tensorflow/${name} uses a second copy of @tensorflow/tfjs (npm dedupe removes it)`;
    }
    return binding;
  } catch (error) {
    return `@tensorflow/${name} does not load (${firstLine(error)})`;
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

/** The addon's file, by the rule of its package.json: the newest Node-API version that both sides know. */
function addonOf(home: string): string {
  const { binary } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')) as {
    binary: { napi_versions: number[] };
  };
  const napi = Math.max(
    ...binary.napi_versions.filter((version) => version <= Number(process.versions.napi)),
  );
  return path.join(home, 'lib', `napi-v${napi}`, 'tfjs_binding.node');
}

function describe({ version, gpu, source, build }: Loaded): NativeEngine {
  const threads = Number(process.env.TF_NUM_INTRAOP_THREADS) || os.availableParallelism();
  const where = gpu ? 'CUDA' : `CPU${build === 'cuda' ? ' (CUDA build)' : ''}`;
  return {
    engine: `TensorFlow ${version} on ${where}, ${threads} thread${threads === 1 ? '' : 's'}`,
    tensorflowVersion: version,
    devices: gpu ? ['CPU:0', 'GPU:0'] : ['CPU:0'],
    threads,
    source,
  };
}

const alreadyLoaded = (device: Device) =>
  new UserError(
    `device ${device} cannot be used: this process has loaded TensorFlow for another device; start a new one`,
  );

const firstLine = (error: unknown) => String(error instanceof Error ? error.message : error).split('\n')[0];
