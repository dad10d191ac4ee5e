import { beforeEach, expect, it, vi } from 'vitest';

/** A koffi whose only library is `there`, and in it a product that writes its inner dimension. */
const there = vi.hoisted(() => ({ path: '' }));
vi.mock('node:module', async (original) => ({
  ...(await original<typeof import('node:module')>()),
  createRequire: () => () => ({
    load: (path: string) => {
      if (path !== there.path) throw new Error('not there');
      return {
        func: (prototype: string) =>
          prototype.includes('get_config')
            ? () => 'OpenBLAS 0.3.21 Haswell'
            : (...args: unknown[]) => (args[12] as Float64Array).fill(args[5] as number),
      };
    },
  }),
}));

beforeEach(() => {
  vi.resetModules();
  vi.unstubAllEnvs();
});

/** What a process that has loaded the runtime computes with. */
async function algebraWith(path: string): Promise<import('../../src/index.ts').LinearAlgebra> {
  there.path = path;
  await import('../../src/runtime/index.ts');
  return (await import('../../src/numerics/linearAlgebra.ts')).linearAlgebra();
}

it('is what the runtime provides where it is found', async () => {
  const algebra = await algebraWith('libopenblas.so');
  expect(algebra).toMatchObject({ name: 'OpenBLAS 0.3.21 (libopenblas.so)', native: true });
  const c = new Float64Array(6);
  algebra.multiplyTransposed(new Float64Array(8), new Float64Array(12), c, { m: 2, n: 3, k: 4 });
  expect([...c]).toEqual([4, 4, 4, 4, 4, 4]);
});

it('is the library that RRF_BLAS names, and no other', async () => {
  vi.stubEnv('RRF_BLAS', '/opt/libopenblas.so');
  expect((await algebraWith('/opt/libopenblas.so')).name).toContain('/opt/libopenblas.so');
  vi.resetModules();
  expect((await algebraWith('libopenblas.so.0')).native).toBe(false);
});

it.each([
  ['1', 'SIMD$'],
  ['3', 'SIMD, 3 threads$'],
])('leaves products to WebAssembly on %s of its threads where nothing is found', async (threads, name) => {
  vi.stubEnv('TF_NUM_INTRAOP_THREADS', threads);
  expect((await algebraWith('nowhere')).name).toMatch(new RegExp(name));
});

it('is not used where RRF_BLAS is off, or nothing is found', async () => {
  expect((await algebraWith('nowhere')).native).toBe(false);
  vi.resetModules();
  vi.stubEnv('RRF_BLAS', 'off');
  expect((await algebraWith('libopenblas.so.0')).native).toBe(false);
});
