import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { EngineUnavailableError } from '../../../src/runtime/device.ts';
import { findNative, loadNative } from '../../../src/runtime/native.ts';
import { type Provisioned, provision } from '../../../src/runtime/provision/provision.ts';
import { findProvisioned } from '../../../src/runtime/provisioned.ts';
import { loadRuntime, runtimeLine } from '../../../src/runtime/runtime.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { ADDON, fakeEngine } from './fakeEngine.ts';

let folder: string;
let cache: string;
let engine: Awaited<ReturnType<typeof fakeEngine>>;
beforeEach(async () => {
  folder = temporaryFolder(onTestFinished);
  cache = path.join(folder, 'cache');
  engine = await fakeEngine(cache);
  vi.stubEnv('RRF_CACHE', cache);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
});

/** Not the npm package, where that is installed with its addon. */
const provisionedAlone = (build: 'cpu' | 'cuda') => {
  const found = findProvisioned(build);
  return found ? [{ source: 'provisioned' as const, ...found }] : [];
};

/** What can happen to an engine: the kind of damage, what does it, what is said, and the steps that mend it. */
const inEngine = (name: string) => path.join(engine.folder, name);
const cutAfter = (bytes: number) => () =>
  writeFileSync(inEngine('engine.json'), readFileSync(inEngine('engine.json')).subarray(0, bytes));
const damages: [string, () => void, RegExp][] = [
  ['an engine.json cut short', cutAfter(40), /its engine\.json cannot be read \(.*JSON/],
  ['an empty engine.json', cutAfter(0), /its engine\.json cannot be read \(Unexpected end of JSON input\)/],
  [
    'an engine.json of {}',
    () => writeFileSync(inEngine('engine.json'), '{}'),
    /its engine\.json does not describe an engine/,
  ],
  [
    'an addon of the same size and other bytes',
    () => writeFileSync(engine.addon, ADDON.toUpperCase()),
    /lib\/napi-v8\/tfjs_binding\.node is missing or not what was made/,
  ],
  [
    'no node_modules',
    () => rmSync(inEngine('node_modules'), { recursive: true }),
    /deps\/lib\/libtensorflow_cc\.so\.2, .* are missing or not what was made/,
  ],
];

describe.each(damages)('an engine with %s', (_, damage, words) => {
  it('is not loaded; the device says why in one line, and auto goes on and says it too', async () => {
    damage();
    const failed = await loadNative('cpu', provisionedAlone).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(EngineUnavailableError);
    const { message, reason, found } = failed as EngineUnavailableError;
    expect(reason).toMatch(/^the provisioned @tensorflow\/tfjs-node is damaged: /);
    expect(reason).toMatch(words);
    expect(message).toMatch(/; repair it with: npx rrf provision$/);
    expect(message).not.toContain('\n');
    expect(found).toBe(true);
  });
});

it.skipIf(findNative('cpu') === 'installed')('auto says which engine it passed over and why', async () => {
  writeFileSync(engine.addon, ADDON.toUpperCase());
  const runtime = await loadRuntime('auto');
  expect(runtime.device).toBe('wasm');
  expect(runtime.passedOver).toEqual([
    {
      device: 'cpu',
      reason: expect.stringContaining('tfjs_binding.node'),
      remedy: 'repair it with: npx rrf provision',
    },
  ]);
  expect(runtimeLine(runtime)).toMatch(
    /^engine: WebAssembly( relaxed)? SIMD, \d+ threads?; device cpu was passed over: the provisioned .*; repair it with: npx rrf provision$/,
  );
});

describe('provision', () => {
  /** Steps as they are reported, `done before` or `done`, and notes. */
  const repair = async (): Promise<{ result: Provisioned | Error; lines: string[] }> => {
    const bin = path.join(folder, 'bin');
    mkdirSync(bin);
    for (const tool of ['g++', 'make', 'python3']) writeFileSync(path.join(bin, tool), '#!/bin/sh\nexit 0\n');
    // A pip that delivers nothing, and an npm whose compiler makes the addon.
    writeFileSync(
      path.join(bin, 'python3'),
      '#!/bin/sh\n[ "$1" = -c ] && exit 0\necho "no network" >&2\nexit 1\n',
    );
    for (const tool of readdirSync(bin)) chmodSync(path.join(bin, tool), 0o755);
    const npm = path.join(bin, 'npm-cli.js');
    writeFileSync(npm, `require('fs').writeFileSync('lib/napi-v8/tfjs_binding.node', '${ADDON}')`);
    vi.stubEnv('PATH', bin);
    vi.stubEnv('npm_execpath', npm);
    const lines: string[] = [];
    let title = '';
    const report = {
      start(_: number, __: number, step: string) {
        title = step;
      },
      progress() {},
      end: (before: boolean) => lines.push(`${title}: ${before ? 'done before' : 'done'}`),
      note: (text: string) => lines.push(text),
    };
    const result = await provision({ cuda: false }, report).catch((error: Error) => error);
    return { result, lines };
  };
  const repeated = (lines: readonly string[]) => lines.filter((line) => line.endsWith(': done'));

  it('finds nothing to do where nothing is damaged', async () => {
    const { result, lines } = await repair();
    expect(result).toMatchObject({ alreadyThere: true, tensorflowVersion: '2.21.0' });
    expect(lines).toEqual([]);
  });

  it.each([
    ['its description', cutAfter(30), ['trying the new engine', 'recording checksums']],
    [
      'its addon, of the same size',
      () => writeFileSync(engine.addon, ADDON.toUpperCase()),
      ['compiling the addon with node-gyp', 'trying the new engine', 'recording checksums'],
    ],
    [
      'an addon that does not hold signals back',
      () => {
        const { holdsSignals: _, ...before } = JSON.parse(readFileSync(inEngine('engine.json'), 'utf8'));
        writeFileSync(inEngine('engine.json'), JSON.stringify(before));
        expect(findProvisioned('cpu')).toEqual({
          home: engine.home,
          flaw: expect.stringMatching(/^its addon lets signals interrupt TensorFlow/),
        });
      },
      ['compiling the addon with node-gyp', 'trying the new engine', 'recording checksums'],
    ],
  ])('makes anew only %s', async (_, damage, steps) => {
    damage();
    const { result, lines } = await repair();
    expect(result).toMatchObject({ alreadyThere: false, folder: engine.folder });
    expect(lines[0]).toMatch(/ is damaged: .*; repairing it$/);
    expect(repeated(lines)).toEqual(steps.map((step) => `${step}: done`));
    expect(readFileSync(engine.addon, 'utf8')).toBe(ADDON);
    expect(findProvisioned('cpu')).toEqual({ home: engine.home });
    expect(readdirSync(path.join(cache, 'engines'))).toEqual([path.basename(engine.folder)]);
  });

  it('builds all of it anew where a repair does not help', async () => {
    cutAfter(30)();
    writeFileSync(engine.addon, 'another length');
    const { result, lines } = await repair();
    expect(lines).toContainEqual(expect.stringMatching(/^trying the engine failed .*; building it anew$/));
    // Here the download fails, so that the engine stays away and the next run begins with the first step.
    expect((result as Error).message).toBe(
      'downloading tensorflow-cpu 2.21.0 with pip failed (exit 1): no network',
    );
    expect(result).toBeInstanceOf(UserError);
    expect(existsSync(engine.folder)).toBe(false);
  });

  it.each([
    ['its npm packages', 'node_modules', /deps\/lib\/libtensorflow_cc\.so\.2.* missing/],
    ['a package that it needs', 'node_modules/a-dependency', /trying the engine failed .*a-dependency/],
  ])(
    'notices that %s are gone, and leaves what is there until the new one is whole',
    async (_, name, words) => {
      rmSync(inEngine(name), { recursive: true });
      const { result, lines } = await repair();
      expect(lines[0]).toMatch(words);
      expect(lines[0]).toMatch(/; building it anew$/);
      expect((result as Error).message).toMatch(/^downloading .* failed/);
      expect(existsSync(inEngine('engine.json'))).toBe(true);
    },
  );

  it('refuses options that it does not have', async () => {
    const misspelt = { forced: true } as object;
    await expect(provision(misspelt, { start() {}, progress() {}, end() {}, note() {} })).rejects.toThrow(
      'invalid forced: true (expected an option of provision: force?)',
    );
  });
});
