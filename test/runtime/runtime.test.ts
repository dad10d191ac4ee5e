import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { cacheFolder } from '../../src/runtime/cache.ts';
import { DEVICES, type DeviceChoice, EngineUnavailableError } from '../../src/runtime/device.ts';
import { loadNative } from '../../src/runtime/native.ts';
import { loadRuntime, runtimeLine } from '../../src/runtime/runtime.ts';
import { tf } from '../../src/runtime/tf.ts';

const temporary = mkdtempSync(path.join(os.tmpdir(), 'rrf-runtime-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

/** The folder of an addon package like tfjs-node's; without `addon` as npm leaves it with --ignore-scripts. */
function addonPackage(name: string, addon?: string): string {
  const home = path.join(temporary, name);
  mkdirSync(path.join(home, 'lib', 'napi-v8'), { recursive: true });
  writeFileSync(
    path.join(home, 'package.json'),
    JSON.stringify({ name, main: 'index.js', binary: { napi_versions: [3, 8] } }),
  );
  writeFileSync(path.join(home, 'index.js'), 'throw new Error("the package was loaded before its addon");');
  if (addon !== undefined) writeFileSync(path.join(home, 'lib', 'napi-v8', 'tfjs_binding.node'), addon);
  return home;
}

describe('a native device that is not there', () => {
  it('is an error in one line that says what is missing and how to get it', async () => {
    const failed = await loadNative('cpu', () => []).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(EngineUnavailableError);
    expect(failed).toBeInstanceOf(UserError);
    expect((failed as Error).message).toBe(
      'device cpu is not available: @tensorflow/tfjs-node is not installed; get it with: npx rrf provision',
    );
  });

  it('names the GPU package and the CUDA option for cuda', async () => {
    await expect(loadNative('cuda', () => [])).rejects.toThrow(
      'device cuda is not available: @tensorflow/tfjs-node-gpu is not installed; get it with: npx rrf provision --cuda',
    );
  });

  it('is told apart from a package whose addon was never built', async () => {
    const home = addonPackage('tfjs-node');
    await expect(loadNative('cpu', () => [{ source: 'installed', home }])).rejects.toThrow(
      /^device cpu is not available: @tensorflow\/tfjs-node is installed without its native addon; get it with: npx rrf provision$/,
    );
  });

  it('is told apart from an addon that does not load, and each source is tried', async () => {
    const sources = [
      { source: 'installed' as const, home: addonPackage('tfjs-node-without') },
      { source: 'provisioned' as const, home: addonPackage('tfjs-node-broken', 'not a library') },
    ];
    const failed = await loadNative('cpu', (build) => (build === 'cpu' ? sources : [])).catch(
      (error) => error,
    );
    expect(failed).toBeInstanceOf(EngineUnavailableError);
    expect(failed.reason).toMatch(/^@tensorflow\/tfjs-node-without is installed without its native addon; /);
    expect(failed.reason).toMatch(
      /; @tensorflow\/tfjs-node-broken does not load \(.*tfjs_binding\.node.*\)$/,
    );
    expect(failed.message).not.toContain('\n');
  });

  it('leaves the environment as it was', async () => {
    const before = process.env.CUDA_VISIBLE_DEVICES;
    const home = addonPackage('tfjs-node-gpu', 'not a library');
    await loadNative('cpu', (build) => (build === 'cuda' ? [{ source: 'provisioned', home }] : [])).catch(
      () => {},
    );
    expect(process.env.CUDA_VISIBLE_DEVICES).toBe(before);
  });
});

describe('loadRuntime', () => {
  it('rejects a device that does not exist, naming the choices', async () => {
    await expect(loadRuntime('gpu' as DeviceChoice)).rejects.toThrow(
      'invalid device: "gpu" (expected one of auto, cuda, webgpu, cpu, wasm, js)',
    );
  });

  it.each(['wasm', 'js'] as const)('starts %s when asked for it, and computes on it', async (device) => {
    const runtime = await loadRuntime(device);
    expect(runtime.device).toBe(device);
    expect(runtime.backend).toBe(tf.getBackend());
    expect(runtime.backend).toBe(device === 'js' ? 'cpu' : device);
    expect(runtime.tfjsVersion).toBe(tf.version.tfjs);
    expect(runtime.threads).toBe(
      device === 'js' ? 1 : Number(process.env.TF_NUM_INTRAOP_THREADS) || os.availableParallelism(),
    );
    const x = tf.tensor1d([1, 2, 3]);
    expect(await tf.sum(x).array()).toBe(6);
    x.dispose();
  });

  it('keeps the engine that runs when asked for any', async () => {
    const wasm = await loadRuntime('wasm');
    expect(await loadRuntime('auto')).toBe(wasm);
    expect(await loadRuntime()).toBe(wasm);
  });

  it('describes the engine with plain data that survives a file', async () => {
    const runtime = await loadRuntime('wasm');
    expect(JSON.parse(JSON.stringify(runtime))).toEqual(runtime);
    expect(DEVICES).toContain(runtime.device);
    expect(runtimeLine(runtime)).toMatch(/^engine: WebAssembly( relaxed)? SIMD, \d+ threads?$/);
  });

  it('starts plain JavaScript without an advertisement', async () => {
    const warn = vi.spyOn(console, 'warn');
    await loadRuntime('js');
    tf.zeros([2]).dispose();
    expect(warn).not.toHaveBeenCalled();
  });
});

describe('the cache folder', () => {
  it('is RRF_CACHE, else in XDG_CACHE_HOME, else in the home folder', () => {
    expect(cacheFolder({ RRF_CACHE: '/a/b', XDG_CACHE_HOME: '/c' })).toBe(path.resolve('/a/b'));
    expect(cacheFolder({ XDG_CACHE_HOME: '/c' })).toBe(path.join('/c', 'robust-random-features'));
    expect(cacheFolder({}).startsWith(os.homedir())).toBe(true);
  });
});
