import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AttackName, attackNamed } from '../../src/attacks/index.ts';
import { teacher } from '../../src/data/teacher.ts';
import { UserError } from '../../src/errors.ts';
import { risks } from '../../src/evaluation/risk.ts';
import { randomFeaturesModel } from '../../src/models/randomFeaturesModel.ts';
import { stream } from '../../src/random/stream.ts';
import { type Device, EngineUnavailableError } from '../../src/runtime/device.ts';
import { loadRuntime } from '../../src/runtime/runtime.ts';
import { tf } from '../../src/runtime/tf.ts';
import { loadWebGpu, type WebGpuPackages } from '../../src/runtime/webgpu.ts';
import { adapterLine, isSoftware, refuseReadSync } from '../../src/runtime/webgpuAdapter.ts';
import { adversarialTraining } from '../../src/training/adversarialTraining.ts';
import { findChromium } from '../support/chromium.ts';

const CARD = { vendor: 'nvidia', device: 'NVIDIA GeForce RTX 4090', description: '560.35.03' };
const SWIFTSHADER = { vendor: 'google', device: 'swiftshader-device', isFallbackAdapter: true };

/** Packages whose GPU is a stand-in that computes nothing. */
function standIn(info: object | null, failure?: Error): WebGpuPackages {
  const requestAdapter = async () => (info ? { info } : null);
  return {
    dawn: async () => {
      if (failure) throw failure;
      return { create: () => ({ requestAdapter }), globals: {} };
    },
    backend: async () => {
      throw new Error('libvulkan.so.1 is missing\nand more');
    },
  };
}

const failureOf = async (packages: WebGpuPackages, software?: boolean): Promise<EngineUnavailableError> => {
  const given = software === undefined ? {} : { software };
  const failed = await loadWebGpu(given, packages).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(EngineUnavailableError);
  return failed as EngineUnavailableError;
};

describe('a stand-in for a GPU', () => {
  const navigatorBefore = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  afterAll(() => {
    if (navigatorBefore) Object.defineProperty(globalThis, 'navigator', navigatorBefore);
    else delete (globalThis as { navigator?: object }).navigator;
  });

  it('is missing with its packages, which are named', async () => {
    const absent = Object.assign(new Error("Cannot find package 'webgpu'"), { code: 'ERR_MODULE_NOT_FOUND' });
    const failed = await failureOf(standIn(null, absent));
    expect(failed.message).toBe(
      'device webgpu is not available: its packages are not installed; get them with: npm install webgpu @tensorflow/tfjs-backend-webgpu@4.22.0',
    );
    expect(failed.found).toBe(false);
  });

  it('is told apart from packages that do not load', async () => {
    const failed = await failureOf(standIn(null, new Error('GLIBC_2.38 not found\nin dawn.node')));
    expect(failed.reason).toBe('its packages do not load (GLIBC_2.38 not found)');
    expect(failed.found).toBe(true);
    expect((await failureOf(standIn(CARD))).reason).toContain('libvulkan.so.1 is missing');
  });

  it('is missing without a driver', async () => {
    expect((await failureOf(standIn(null))).reason).toBe('no GPU with a Vulkan, Metal or Direct3D 12 driver');
  });

  it('is refused where it computes on the processor, unless asked for', async () => {
    const failed = await failureOf(standIn(SWIFTSHADER), false);
    expect(failed.reason).toBe('swiftshader-device, in software is no GPU');
    expect(failed.found).toBe(false);
    // Asked for, it goes on to the backend, which this stand-in lacks.
    expect((await failureOf(standIn(SWIFTSHADER), true)).reason).toContain('do not load');
  });

  it('is named by what it says of itself', () => {
    expect(adapterLine(CARD)).toBe('NVIDIA GeForce RTX 4090 (560.35.03)');
    expect(adapterLine({ vendor: 'apple', architecture: 'metal-3' })).toBe('metal-3');
    expect(adapterLine({})).toBe('an unnamed adapter');
    expect(isSoftware(CARD)).toBe(false);
    expect(isSoftware({ description: 'llvmpipe (LLVM 15.0.6, 256 bits)' })).toBe(true);
    expect(isSoftware({ device: 'Microsoft Basic Render Driver' })).toBe(true);
  });

  it('is not read at once, except what is on the processor still', () => {
    const values = new Map<object, { values?: number[] }>();
    const [here, there] = [{}, {}];
    values.set(here, { values: [1] }).set(there, {});
    const backend = { tensorMap: values, readSync: (id: object) => values.get(id)!.values };
    refuseReadSync(backend);
    refuseReadSync(backend);
    expect(backend.readSync(here)).toEqual([1]);
    expect(() => backend.readSync(there)).toThrow(UserError);
    expect(() => backend.readSync(there)).toThrow(/device webgpu .* await tensor\.data\(\)/);
  });
});

/** The software driver that comes with Chromium. */
function swiftShader(): string | undefined {
  const chromium = findChromium();
  const places = ['/usr/lib/chromium', ...(chromium ? [path.dirname(realpathSync(chromium))] : [])];
  return places.map((place) => path.join(place, 'vk_swiftshader_icd.json')).find((file) => existsSync(file));
}

function missingPart(): string | undefined {
  for (const name of ['webgpu', '@tensorflow/tfjs-backend-webgpu']) {
    try {
      createRequire(import.meta.url).resolve(name);
    } catch {
      return `the package ${name}`;
    }
  }
  if (!swiftShader()) return "Chromium's SwiftShader";
  return hasVulkanLoader() ? undefined : "Vulkan's loader (libvulkan1)";
}

/** That of the system: Chromium keeps its own to itself. */
function hasVulkanLoader(): boolean {
  const { stdout } = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' });
  return /^\s*libvulkan\.so\.1 /m.test(stdout ?? '');
}

const missing = missingPart();
const title = 'WebGPU, here in software';

describe.skipIf(missing)(missing ? `${title} (SKIPPED: without ${missing})` : title, () => {
  const data = teacher({ d: 6, tau: 0.3, seed: 'webgpu' }).sample('train', 8);

  async function on<T>(device: Device, compute: (model: tf.LayersModel) => Promise<T>): Promise<T> {
    await loadRuntime(device);
    const model = randomFeaturesModel({ inputDim: 6, units: 12, activation: 'relu', seed: 'webgpu' });
    const theta = tf.tensor2d(stream('webgpu').fillGaussian(new Float32Array(12), 0.3), [12, 1]);
    model.getLayer('readout').setWeights([theta]);
    const result = await compute(model);
    model.dispose();
    theta.dispose();
    return result;
  }

  const before = { ...process.env };
  beforeAll(async () => {
    process.env.VK_ICD_FILENAMES = swiftShader();
    // Vulkan's loader complains where there is none.
    process.env.XDG_RUNTIME_DIR ??= '/tmp';
    const runtime = await loadRuntime('webgpu');
    expect(runtime.engine).toMatch(/^WebGPU on .*swiftshader.*, in software$/i);
    expect(runtime).toMatchObject({ device: 'webgpu', backend: 'webgpu', devices: ['GPU:0'] });
    expect(JSON.parse(JSON.stringify(runtime))).toEqual(runtime);
  });
  afterAll(() => {
    process.env = before;
  });

  /** Float32: a few steps of an attack on sums of 12 products of sums of 6. */
  const FLOAT32 = 1e-4;

  it.each<[AttackName, 'l2' | 'linf']>([
    ['pgd', 'l2'],
    ['pgd', 'linf'],
    ['apgd', 'l2'],
    ['fgsm', 'linf'],
    ['linearised', 'l2'],
  ])('measures the risks under %s in %s that WebAssembly measures', async (name, norm) => {
    const steps = name === 'pgd' || name === 'apgd' ? { steps: 3 } : {};
    const attack = attackNamed(name, { norm, ...steps });
    const measure = async (model: tf.LayersModel): Promise<number[]> => {
      const { standard, adversarial } = await risks(model, data, { attack, epsilons: [0.4] });
      return [standard.value, adversarial[0]!.value];
    };
    const [found, expected] = [await on('webgpu', measure), await on('wasm', measure)];
    for (const [i, value] of found.entries())
      expect(Math.abs(value / expected[i]! - 1)).toBeLessThan(FLOAT32);
    expect(found[1]).toBeGreaterThan(found[0]!);
  });

  it('trains against an attack as WebAssembly does, and leaves no tensor behind', async () => {
    const train = async (model: tf.LayersModel): Promise<readonly number[]> => {
      const tensors = tf.memory().numTensors;
      const attack = attackNamed('pgd', { steps: 2 });
      const options = { eps: 0.3, attack, cycleSteps: 2, maxCycles: 1 };
      const { history, objective } = await adversarialTraining(model, data, options);
      expect(tf.memory().numTensors).toBe(tensors);
      return [...history, objective];
    };
    const [found, expected] = [await on('webgpu', train), await on('wasm', train)];
    expect(found).toHaveLength(expected.length);
    for (const [i, value] of found.entries())
      expect(Math.abs(value / expected[i]! - 1)).toBeLessThan(FLOAT32);
  });
});
