import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Device } from '../../src/runtime/device.ts';
import { findNative } from '../../src/runtime/native.ts';
import { runsSources } from '../support/sources.ts';
import type { EngineNumbers } from './engineProgram.ts';

/** Two builds of an engine do not share a process, so each computes in one of its own. */
async function compute(device: Device): Promise<EngineNumbers> {
  const program = fileURLToPath(new URL('./engineProgram.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...runsSources, program, device]);
  return JSON.parse(stdout) as EngineNumbers;
}

const nativeIsAbsent = findNative('cpu') === undefined && findNative('cuda') === undefined;

/** |a - b| / |b| in the Euclidean norm. */
const relativeDistance = (a: readonly number[], b: readonly number[]) =>
  Math.hypot(...a.map((value, i) => value - b[i]!)) / Math.hypot(...b);

/** Float32: sums of 150 products rounded to 2^-24 each, added in a different order by each engine. */
const FLOAT32 = 150 * 2 ** -24;

function expectEqual(found: EngineNumbers, reference: EngineNumbers): void {
  expect(found.outputs).toHaveLength(200);
  expect(relativeDistance(found.outputs, reference.outputs)).toBeLessThan(FLOAT32);
  expect(relativeDistance(found.inputGradient, reference.inputGradient)).toBeLessThan(FLOAT32);
  expect(Math.abs(found.standardRisk / reference.standardRisk - 1)).toBeLessThan(FLOAT32);
  expect(Math.abs(found.adversarialRisk / reference.adversarialRisk - 1)).toBeLessThan(FLOAT32);
  expect(found.adversarialRisk).toBeGreaterThan(found.standardRisk);
}

describe('a random-features model gives the same outputs, input gradients and risks', () => {
  const title = 'on native TensorFlow and on WebAssembly, to float32 accuracy';
  it.skipIf(nativeIsAbsent)(
    nativeIsAbsent ? `${title} (SKIPPED: no native engine here; get it with: npx rrf provision)` : title,
    async () => {
      const [native, wasm] = await Promise.all([compute('cpu'), compute('wasm')]);
      expect([native.backend, wasm.backend]).toEqual(['tensorflow', 'wasm']);
      expectEqual(wasm, native);
    },
  );

  it('on WebAssembly and in plain JavaScript, to float32 accuracy', async () => {
    const [wasm, js] = await Promise.all([compute('wasm'), compute('js')]);
    expect([wasm.backend, js.backend]).toEqual(['wasm', 'cpu']);
    expectEqual(wasm, js);
  });
});
