import { UserError } from '../errors.ts';

/** Fastest first: the order in which `auto` looks for an engine. */
export const DEVICES = ['cuda', 'webgpu', 'cpu', 'wasm', 'js'] as const;

/** CUDA and native CPU are TensorFlow itself; `webgpu` is any other GPU, `wasm` WebAssembly, `js` plain JavaScript. */
export type Device = (typeof DEVICES)[number];

/** What `--device` and {@link loadRuntime} take: a device by name, or `auto`. */
export const DEVICE_CHOICES = ['auto', ...DEVICES] as const;

/** A device, or `auto` for the first one that is there. */
export type DeviceChoice = (typeof DEVICE_CHOICES)[number];

/** What is wrong with an engine, and what mends it. */
export interface Flaw {
  /** What is wrong, as a clause. */
  reason: string;
  /** What mends it, as a clause. */
  remedy: string;
}

/** The engine asked for is not there. `reason` says what is missing, `remedy` how to get it. */
export class EngineUnavailableError extends UserError {
  /** Tells it apart from other errors, also across realms. */
  override name = 'EngineUnavailableError';
  /** The device that was asked for. */
  readonly device: Device;
  /** What is missing, as a clause. */
  readonly reason: string;
  /** How to get it, as a clause. */
  readonly remedy: string;
  /** Whether its files are there: then something is wrong with them or with the machine. */
  readonly found: boolean;

  /** Its message names the first three. */
  constructor(device: Device, reason: string, remedy: string, found = false) {
    super(`device ${device} is not available: ${reason}; ${remedy}`);
    this.device = device;
    this.reason = reason;
    this.remedy = remedy;
    this.found = found;
  }
}
