import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Diagnosis, listDiagnosis } from '../../src/cli/doctor.ts';
import { DEVICES } from '../../src/runtime/device.ts';
import { findNative } from '../../src/runtime/native.ts';
import { recipeFor } from '../../src/runtime/provision/recipe.ts';
import { engineFolder, readEngine } from '../../src/runtime/provisioned.ts';
import { rrf, runRrf } from '../support/rrf.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

/** A cache whose engine is this machine's as an earlier version described it; undefined where there is none. */
function olderEngine(cache: string): string | undefined {
  const recipe = recipeFor('cpu');
  const [own, older] = [engineFolder(recipe), engineFolder(recipe, cache)];
  const engine = readEngine(own);
  if (engine === undefined || 'damage' in engine) return undefined;
  const { holdsSignals: _, ...before } = engine;
  mkdirSync(older, { recursive: true });
  writeFileSync(path.join(older, 'engine.json'), JSON.stringify(before));
  symlinkSync(path.join(own, 'node_modules'), path.join(older, 'node_modules'));
  return cache;
}

describe('rrf doctor', () => {
  it('prints JSON alone on standard output, with every engine and the rate of the chosen one', async () => {
    const cache = olderEngine(temporaryFolder(onTestFinished));
    const { stdout } = await runRrf(['doctor', '--device', 'wasm', '--json'], {
      env: cache === undefined ? {} : { RRF_CACHE: cache },
    });
    const diagnosis = JSON.parse(stdout) as Diagnosis;
    expect(diagnosis.runtime).toMatchObject({
      device: 'wasm',
      backend: 'wasm',
      devices: ['CPU:0'],
    });
    expect(diagnosis.runtime.engine).toMatch(/^WebAssembly( relaxed)? SIMD, \d+ threads?$/);
    expect(diagnosis.node).toBe(process.versions.node);
    expect(diagnosis.package).toMatch(/^\d+\.\d+\.\d+/);
    expect(diagnosis.matmul.size).toBe(1024);
    // Slower than the slowest machine, faster than the fastest core: a unit mistaken by 1000 shows.
    expect(diagnosis.matmul.gigaflopsPerSecond).toBeGreaterThan(0.1);
    expect(diagnosis.matmul.gigaflopsPerSecond).toBeLessThan(1000);
    expect(diagnosis.engines.map(({ device }) => device)).toEqual([...DEVICES]);
    for (const engine of diagnosis.engines) {
      if (engine.available) expect(engine.engine).not.toBe('');
      else
        expect([engine.reason, engine.remedy].join()).toMatch(
          /npx rrf provision|--device cpu|npm install|GPU's driver/,
        );
    }
    const available = diagnosis.engines.filter((engine) => engine.available).map(({ device }) => device);
    expect(available).toEqual(expect.arrayContaining(['wasm', 'js']));
    const ofNpm = findNative('cpu') === 'installed';
    if (cache !== undefined && !ofNpm)
      expect(diagnosis.engines.find(({ device }) => device === 'cpu')).toMatchObject({
        available: true,
        flaw: {
          reason: 'its addon lets signals interrupt TensorFlow, which may crash',
          remedy: 'mend it with: npx rrf provision',
        },
      });
  });

  it('aligns its facts in a list for people, with a reason and a remedy for what is missing', () => {
    const text = listDiagnosis({
      package: '1.2.3',
      node: '20.0.0',
      platform: 'linux x64',
      runtime: {
        device: 'wasm',
        engine: 'WebAssembly SIMD, 1 thread',
        backend: 'wasm',
        tfjsVersion: '4.22.0',
        devices: ['CPU:0'],
        threads: 1,
        node: '20.0.0',
      },
      matmul: { size: 1024, gigaflopsPerSecond: 43.6, repetitions: 5 },
      algebra: 'WebAssembly SIMD',
      engines: [
        {
          device: 'cpu',
          available: false,
          reason: 'it is not installed',
          remedy: 'get it with: npx rrf provision',
        },
        { device: 'wasm', available: true, engine: 'WebAssembly SIMD, 1 thread' },
        {
          device: 'cuda',
          available: true,
          engine: 'TensorFlow',
          flaw: { reason: 'it may crash', remedy: 'mend it with: npx rrf provision --cuda' },
        },
      ],
    });
    const facts = text.split('\n\n')[0]!.split('\n');
    const columns = facts.map((line) => /^(\S+(?: \S+)*) {2,}/.exec(line)![0].length);
    expect(new Set(columns).size).toBe(1);
    expect(text).toMatch(/^engine +WebAssembly SIMD, 1 thread \(device wasm\)$/m);
    expect(text).toMatch(/^matrix product +44 GFLOP\/s \(float32, 1024 x 1024\)$/m);
    expect(text).toMatch(/^ {2}cpu {3}no {3}it is not installed; get it with: npx rrf provision$/m);
    expect(text).toMatch(
      /^ {2}cuda {2}yes {2}TensorFlow; it may crash; mend it with: npx rrf provision --cuda$/m,
    );
    expect(text).toMatch(/^ {2}wasm {2}yes {2}WebAssembly SIMD, 1 thread$/m);
  });

  it('refuses a device that does not exist in one line, with exit code 2 and nothing on standard output', async () => {
    const failed = await rrf('doctor', '--device', 'gpu');
    expect(failed.code).toBe(2);
    expect(failed.stdout).toBe('');
    expect(failed.stderr.trim()).toBe(
      'rrf: invalid device: "gpu" (expected one of auto, cuda, webgpu, cpu, wasm, js)',
    );
  });
});
