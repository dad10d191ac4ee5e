import { checkChoice } from '../errors.ts';
import {
  DEVICE_CHOICES,
  DEVICES,
  type Device,
  type DeviceChoice,
  EngineUnavailableError,
  type Flaw,
} from './device.ts';
import { hasNvidiaDriver, loadNative } from './native.ts';
import './provideAlgebra.ts';
import { tf } from './tf.ts';
import { loadWasm } from './wasm.ts';
import { loadWebGpu, showsGpu } from './webgpu.ts';

/** What runs the tensors, as plain data to store beside results. */
export interface Runtime {
  /** The one that was chosen, or found by `auto`. */
  device: Device;
  /** One line for people: `TensorFlow 2.21.0 on CPU, 2 threads`. */
  engine: string;
  /** TensorFlow.js's name of the backend: `tensorflow`, `webgpu`, `wasm` or `cpu` (plain JavaScript). */
  backend: string;
  /** Version of TensorFlow.js. */
  tfjsVersion: string;
  /** Version of TensorFlow itself; only for the native engines. */
  tensorflowVersion?: string;
  /** Where the native library came from: the installed npm package, or `rrf provision`. */
  source?: 'installed' | 'provisioned';
  /** What the engine can compute on, in TensorFlow's notation: `CPU:0`, `GPU:0`. */
  devices: string[];
  /** Faster engines that `auto` found but could not use; left out where there are none. */
  passedOver?: PassedOver[];
  /** What is amiss with this one, although it works; left out where nothing is. */
  flaw?: Flaw;
  /** CPU threads that it may use. */
  threads: number;
  /** Version of Node. */
  node: string;
}

/** An engine that is there and does not work. */
export interface PassedOver extends Flaw {
  /** The faster one. */
  device: Device;
}

let current: Runtime | undefined;

/**
 * Starts the engine that all tensors of this process will live on; call it before the first tensor is made.
 * `auto` takes the first of CUDA, WebGPU, native CPU, WebAssembly and plain JavaScript that is there; a device named
 * explicitly is that device or an error, never another one.
 *
 * @throws InvalidArgumentError for an unknown device
 * @throws EngineUnavailableError when the device asked for is missing, saying how to get it
 */
export async function loadRuntime(choice: DeviceChoice = 'auto'): Promise<Runtime> {
  checkChoice('device', choice, DEVICE_CHOICES);
  if (choice !== 'auto') current = await start(choice);
  else current ??= await startFirst();
  return current;
}

/** The line that says which engine runs, `engine: TensorFlow 2.21.0 on CPU, 2 threads`, and why a faster one does not. */
export const runtimeLine = (runtime: Runtime): string =>
  [
    `engine: ${runtime.engine}`,
    ...(runtime.passedOver ?? []).map(
      ({ device, reason, remedy }) => `device ${device} was passed over: ${reason}; ${remedy}`,
    ),
  ].join('; ');

async function startFirst(): Promise<Runtime> {
  const passedOver: PassedOver[] = [];
  for (const device of DEVICES) {
    // Without a driver the CUDA build would only be loaded to learn that there is no GPU.
    if (device === 'cuda' && !hasNvidiaDriver()) continue;
    if (device === 'webgpu' && !showsGpu()) continue;
    try {
      const runtime = await start(device, { software: false });
      return passedOver.length > 0 ? { ...runtime, passedOver } : runtime;
    } catch (error) {
      if (!(error instanceof EngineUnavailableError)) throw error;
      const { reason, remedy, found } = error;
      if (found) passedOver.push({ device, reason, remedy });
    }
  }
  throw new Error('plain JavaScript did not start');
}

async function start(device: Device, { software = true } = {}): Promise<Runtime> {
  if (current?.device === device && current.backend === tf.getBackend()) return current;
  switch (device) {
    case 'cuda':
    case 'cpu':
      return describe(device, await loadNative(device));
    case 'webgpu':
      return describe('webgpu', await loadWebGpu({ software }));
    case 'wasm':
      return describe('wasm', await loadWasm());
    case 'js':
      await loadPlainJavaScript();
      return describe('js', { engine: 'plain JavaScript, 1 thread', threads: 1 });
  }
}

function describe(device: Device, engine: { engine: string; threads: number } & Partial<Runtime>): Runtime {
  return {
    device,
    backend: tf.getBackend(),
    tfjsVersion: tf.version.tfjs,
    devices: ['CPU:0'],
    node: process.versions.node,
    ...engine,
  };
}

async function loadPlainJavaScript(): Promise<void> {
  await tf.setBackend('cpu');
  // At its first tensor this backend prints an advertisement for the native one.
  (tf.backend() as unknown as { firstUse: boolean }).firstUse = false;
}
