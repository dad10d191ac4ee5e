import { existsSync, readdirSync } from 'node:fs';
import { EngineUnavailableError } from './device.ts';
import { tf } from './tf.ts';
import { type AdapterInfo, adapterLine, isSoftware, refuseReadSync } from './webgpuAdapter.ts';

/** What is used of npm's `webgpu`, Dawn for Node. */
interface Dawn {
  create(options: string[]): Gpu;
  readonly globals: object;
}

interface Gpu {
  requestAdapter(options?: { powerPreference?: 'high-performance' }): Promise<{
    readonly info: AdapterInfo;
  } | null>;
}

export interface WebGpuEngine {
  engine: string;
  devices: string[];
  threads: number;
}

const PACKAGES = 'webgpu @tensorflow/tfjs-backend-webgpu@4.22.0';

/** The optional packages. */
export interface WebGpuPackages {
  dawn(): Promise<Dawn>;
  backend(): Promise<unknown>;
}

const INSTALLED: WebGpuPackages = {
  dawn: () => import(specifier('webgpu')) as Promise<Dawn>,
  backend: () => import(specifier('@tensorflow/tfjs-backend-webgpu')),
};

/** So that types and bundles do not ask for packages that need not be there. */
const specifier = (name: string): string => name;

const made = new WeakMap<WebGpuPackages, Gpu>();

/**
 * Starts TensorFlow.js on WebGPU, through Dawn (npm's `webgpu`), on any GPU with a Vulkan, Metal or Direct3D 12 driver.
 *
 * @param software whether an adapter that computes on the processor will do; it is for tests of correctness only
 * @throws EngineUnavailableError where a package is missing, or a GPU
 */
export async function loadWebGpu(
  { software = true }: { software?: boolean } = {},
  packages: WebGpuPackages = INSTALLED,
): Promise<WebGpuEngine> {
  const gpu = made.get(packages) ?? (await provideGpu(packages));
  made.set(packages, gpu);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    throw unavailable('no GPU with a Vulkan, Metal or Direct3D 12 driver', "install the GPU's driver");
  }
  if (!software && isSoftware(adapter.info)) {
    throw unavailable(
      `${adapterLine(adapter.info)} is no GPU`,
      'ask for it with --device webgpu, for tests of correctness',
    );
  }
  if (tf.findBackendFactory('webgpu') === null) await packages.backend().catch(missing);
  if (tf.findBackendFactory('webgpu') === null) {
    throw unavailable(
      '@tensorflow/tfjs-backend-webgpu registered with a second copy of TensorFlow.js',
      'npm dedupe removes it',
      true,
    );
  }
  if (!(await tf.setBackend('webgpu'))) {
    throw unavailable(`${adapterLine(adapter.info)} did not start`, "update the GPU's driver", true);
  }
  refuseReadSync(tf.backend());
  return { engine: `WebGPU on ${adapterLine(adapter.info)}`, devices: ['GPU:0'], threads: 1 };
}

/** Whether a GPU shows itself (Linux, WSL), so that a driver is worth asking for one; elsewhere it cannot be told cheaply. */
export function showsGpu(): boolean {
  if (process.platform !== 'linux') return true;
  if (existsSync('/dev/nvidiactl') || existsSync('/dev/dxg')) return true;
  return existsSync('/dev/dri') && readdirSync('/dev/dri').some((name) => name.startsWith('renderD'));
}

async function provideGpu(packages: WebGpuPackages): Promise<Gpu> {
  const { create, globals } = await packages.dawn().catch(missing);
  // Where the backend looks for them, as in a browser. Node 20 has no navigator.
  Object.assign(globalThis, globals);
  const gpu = create([]);
  const holder = (globalThis as { navigator?: object }).navigator ?? {};
  Object.defineProperty(holder, 'gpu', { value: gpu, configurable: true });
  Object.defineProperty(globalThis, 'navigator', { value: holder, configurable: true });
  return gpu;
}

/** A package that is not there, or one that does not load: they are told apart by the error's code. */
function missing(error: unknown): never {
  const { code, message } = error as { code?: string; message: string };
  const absent = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  const reason = absent
    ? 'its packages are not installed'
    : `its packages do not load (${message.split('\n')[0]})`;
  throw unavailable(reason, `get them with: npm install ${PACKAGES}`, !absent);
}

const unavailable = (reason: string, remedy: string, found = false): EngineUnavailableError =>
  new EngineUnavailableError('webgpu', reason, remedy, found);
