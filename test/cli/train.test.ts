import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import yargs from 'yargs';
import { pgd } from '../../src/attacks/index.ts';
import { trainCommand } from '../../src/cli/train.ts';
import { readCsvTable } from '../../src/data/csvTable.ts';
import { asDataset, tabularProblem } from '../../src/data/tabular.ts';
import { UserError } from '../../src/errors.ts';
import { meanOf } from '../../src/evaluation/estimate.ts';
import { loadModel } from '../../src/models/modelFiles.ts';
import { splitStandardised } from '../../src/models/standardisedModel.ts';
import { stream } from '../../src/random/stream.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';

const home = mkdtempSync(join(tmpdir(), 'rrf-train-'));
const diabetes = fileURLToPath(new URL('../../data/diabetes.csv', import.meta.url));
let device = 'wasm';
beforeAll(async () => {
  device = (await testRuntime()).device;
});
afterAll(() => rmSync(home, { recursive: true }));

/** Runs `rrf train`; what it writes to standard output and to standard error. */
async function train(csv: string, ...options: string[]): Promise<{ out: string; err: string }> {
  const written = { out: '', err: '' };
  const catching = (to: 'out' | 'err') => (text: string | Uint8Array) => {
    written[to] += text;
    return true;
  };
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation(catching('out'));
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation(catching('err'));
  try {
    await yargs(['train', '--csv', csv, '--device', device, ...options])
      .command(trainCommand)
      .strict()
      .parserConfiguration({ 'duplicate-arguments-array': false })
      .exitProcess(false)
      .fail((message, error) => {
        throw error ?? new UserError(message);
      })
      .parseAsync();
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
  return written;
}

const onDiabetes = async (...options: string[]) =>
  JSON.parse((await train(diabetes, '--target', 'target', '--json', ...options)).out);

function csv(name: string, header: string, rows: readonly (readonly number[])[]): string {
  const path = join(home, `${name}.csv`);
  writeFileSync(path, [header, ...rows.map((row) => row.join(','))].join('\n'));
  return path;
}
const random = stream('train test').fillGaussian(new Float64Array(400));
const linearRows = Array.from({ length: 40 }, (_, i) => {
  const [a, b, noise] = random.subarray(3 * i, 3 * i + 3) as unknown as [number, number, number];
  return [a, b, 3 * a - b + 0.1 * noise] as const;
});

describe('rrf train', () => {
  it('trains a linear model exactly, and by gradient to the same errors (float32 and tolerance, 1 per cent)', async () => {
    const exact = await onDiabetes('--method', 'exact', '--eps', '0.1');
    expect(exact.rows).toEqual({ train: 354, validation: 0, test: 88 });
    expect(exact.training.relativeGap).toBeLessThan(1e-6);
    expect(exact.clean.value).toBeLessThan(exact.robust.value);
    expect(exact.robust.value).toBeLessThan(exact.trivial.value);
    expect(exact.clean.count).toBe(88);
    const gradient = await onDiabetes('--method', 'pgd', '--eps', '0.1');
    expect(gradient.training.converged).toBe(true);
    expect(gradient.training.objective / exact.training.objective).toBeGreaterThan(1 - 1e-5);
    expect(gradient.training.objective / exact.training.objective).toBeLessThan(1.01);
    expect(gradient.robust.value / exact.robust.value).toBeCloseTo(1, 2);
    expect(gradient.trivial).toEqual(exact.trivial);
  });

  it.each([{ clip: [] }, { clip: ['--clip', '1'] }])(
    'saves a model of raw columns whose errors on the saved rows are the reported ones, $clip',
    async ({ clip }) => {
      const save = join(home, `saved${clip.length}`);
      const result = await onDiabetes(
        '--model',
        'random-features',
        '--method',
        'exact',
        '--eps',
        '0.2',
        '--save',
        save,
        ...clip,
      );
      expect(result.saved).toBe(save);
      const model = await loadModel(save);
      const held = asDataset(tabularProblem(readCsvTable(join(save, 'held-out.csv')), 'target'));
      const x = tf.tensor2d(held.x, [held.n, held.d]);
      const y = tf.tensor2d(held.y, [held.n, 1]);
      const squares = tf.squaredDifference(model.predict(x) as tf.Tensor, y).dataSync() as Float32Array;
      const clean = meanOf(squares);
      // float32: targets of a few hundred.
      expect(clean.value / result.clean.value).toBeCloseTo(1, 4);
      expect(clean.standardError / result.clean.standardError).toBeCloseTo(1, 4);
      // The attack is on standardised inputs.
      const { standardise, core } = splitStandardised(model)!;
      const furthest = standardise(x).abs().max().dataSync()[0]!;
      if (clip.length > 0) expect(furthest).toBe(1);
      else expect(furthest).toBeGreaterThan(2);
      const found = pgd({ steps: 20 }).perturb(core, standardise(x), y, 0.2);
      expect(meanOf(found.loss.dataSync() as Float32Array).value / result.robust.value).toBeCloseTo(1, 3);
      const metadata = model.getUserDefinedMetadata() as { target: string; eps: number; inputs: string[] };
      expect(metadata).toMatchObject({ target: 'target', eps: 0.2 });
      expect(metadata.inputs.slice(0, 3)).toEqual(['age', 'sex', 'bmi']);
    },
  );

  it.each(['fgsm', 'fast', 'free', 'trades', 'noise', 'erm'])('trains by %s', async (method) => {
    const result = await onDiabetes(
      '--method',
      method,
      '--eps',
      '0.2',
      '--norm',
      'linf',
      '--max-cycles',
      '1',
    );
    expect(result.clean.value).toBeLessThan(0.75 * result.trivial.value);
    expect(result.robust.value).toBeGreaterThan(result.clean.value);
  });

  it('trains a deep network with early stopping, and says so in a table', async () => {
    const options = ['--model', 'deep', '--width', '32', '--eps', '0.1', '--validation-fraction', '0.2'];
    const { out } = await train(diabetes, '--target', 'target', ...options, '--max-cycles', '2');
    expect(out).toMatch(/^target from 266 rows to train, 88 to validate, 88 held out; pgd: \d+ steps/);
    const numbers = /deep, clean +([\d.]+) +[\d.]+ +([-\d.]+)\n/.exec(out)!;
    expect(Number(numbers[2])).toBeGreaterThan(0.3);
    expect(out).toMatch(/the mean, attacked or not +[\d.]+ +[\d.]+ +0.000/);
  });

  it('goes on from its checkpoints to the same numbers', async () => {
    const options = [
      '--eps',
      '0.1',
      '--max-cycles',
      '2',
      '--checkpoints',
      join(home, 'run'),
      '--method',
      'fgsm',
    ];
    await onDiabetes(...options.with(3, '1'));
    const { seconds: _, ...resumed } = await onDiabetes(...options);
    const { seconds: __, ...whole } = await onDiabetes(...options.with(5, join(home, 'other')));
    expect({ ...resumed, folder: '' }).toEqual({ ...whole, folder: '' });
    expect(readdirSync(join(home, 'run')).sort()).toEqual(['checkpoint', 'history.jsonl']);
  });

  it('solves or refuses by name what lambda = 0 leaves open, and never gives NaN', async () => {
    const twice = csv(
      'twice',
      'a,b,c,y',
      linearRows.map(([a, b, y]) => [a, b, a, y]),
    );
    const constant = csv(
      'constant',
      'a,b,c,y',
      linearRows.map(([a, b, y]) => [a, b, 5, y]),
    );
    const wide = csv(
      'wide',
      [...Array.from({ length: 20 }, (_, j) => `x${j}`), 'y'].join(),
      Array.from({ length: 12 }, (_, i) => [...random.subarray(20 * i, 20 * i + 20), i % 5]),
    );
    for (const file of [twice, constant, wide])
      for (const method of ['exact', 'erm'])
        for (const eps of method === 'exact' ? ['0', '0.1'] : ['0'])
          for (const model of ['linear', 'random-features']) {
            const options = ['--target', 'y', '--method', method, '--eps', eps, '--model', model, '--json'];
            const label = `${file} ${options.join(' ')}`;
            const cycles = method === 'exact' ? [] : ['--max-cycles', '1'];
            const run = train(file, ...options, '--width', '15', ...cycles);
            if (method === 'exact' && eps === '0' && model === 'linear') {
              // Standardised columns sum to zero, so even the rows of a wide table are dependent.
              const causes = {
                [twice]: 'columns "a" and "c" are equal',
                [constant]: 'column "c" is constant and ignored',
                [wide]: '10 training rows are fewer than 20 columns.*',
              };
              const cause = causes[file];
              await expect(run, label).rejects.toThrow(
                new RegExp(`lack full rank .*use lambda > 0 \\(${cause}\\)`),
              );
              continue;
            }
            const { out, err } = await run;
            const { clean, robust, trivial } = JSON.parse(out);
            for (const { value, standardError } of [clean, robust, trivial]) {
              expect(Number.isFinite(value), label).toBe(true);
              expect(Number.isFinite(standardError), label).toBe(true);
            }
            if (file === wide) expect(err).toContain('10 training rows are fewer than 20 columns');
            if (file !== wide && model === 'linear' && eps === '0') expect(clean.value).toBeLessThan(0.1);
          }
  });

  it.each([
    [['--eps', '-1'], 'invalid eps: -1'],
    [['--lambda', '-1'], 'invalid lambda: -1'],
    [['--target', 'bloodpressure'], 'invalid target: "bloodpressure" (expected a column: age, sex'],
    [['--model', 'forest'], 'invalid model: "forest" (expected one of linear, random-features, deep)'],
    [['--method', 'magic'], 'invalid method: "magic" (expected one of exact, pgd'],
    [['--norm', 'l3'], 'invalid norm: "l3"'],
    [['--test-fraction', '1.5'], 'invalid test-fraction: 1.5'],
    [['--test-fraction', '0.001'], 'test-fraction 0.001 of 442 rows leaves 0 of them'],
    [['--model', 'deep', '--method', 'exact'], 'invalid method: "exact" (expected a method by gradient'],
    [
      ['--model', 'random-features', '--method', 'exact', '--norm', 'linf'],
      'invalid norm: "linf" (expected l2',
    ],
    [['--model', 'random-features', '--width', '0'], 'invalid width: 0'],
    [['--eps', 'abc'], 'invalid eps: "abc" (expected a number)'],
    [['--eps', ''], 'invalid eps: ""'],
    [
      ['--method', 'exact', '--batch-size', '8'],
      'invalid batch-size: 8 (expected none with the method exact',
    ],
    [['--method', 'exact', '--checkpoints', 'here'], 'invalid checkpoints: "here"'],
    [['--method', 'exact', '--validation-fraction', '0.2'], 'invalid validation-fraction: 0.2'],
    [['--method', 'exact', '--max-cycles', '2'], 'invalid max-cycles: 2'],
    [['--model', 'deep', '--width', '0', '--device', 'abacus'], 'invalid width: 0'],
    [['--test-fraction', '2', '--device', 'abacus'], 'invalid test-fraction: 2'],
    [['--eps', '-1', '--device', 'abacus'], 'invalid eps: -1'],
    [['--save', `${diabetes}/out`, '--device', 'abacus'], `cannot create "${diabetes}/out"`],
    [['--colour', 'red'], 'Unknown argument: colour'],
  ])('refuses %j by name and writes nothing', async (options, message) => {
    const save = join(home, 'never');
    const all = ['--target', 'target', '--eps', '0.1', '--save', save, ...options];
    await expect(train(diabetes, ...all)).rejects.toThrow(message);
    expect(existsSync(save)).toBe(false);
  });

  it('refuses holes and words in the data, naming row and column', async () => {
    const path = join(home, 'holes.csv');
    writeFileSync(path, 'a,y\n1,2\n,3\n');
    await expect(train(path, '--target', 'y', '--eps', '0')).rejects.toThrow(
      /row 2, column "a" of .* is missing/,
    );
    writeFileSync(path, 'a,y\n1,high\n2,3\n');
    await expect(train(path, '--target', 'y', '--eps', '0')).rejects.toThrow(
      /row 1, column "y" of .* is "high"/,
    );
    const constant = csv('same', 'a,y', [
      [1, 2],
      [2, 2],
    ]);
    await expect(train(constant, '--target', 'y', '--eps', '0')).rejects.toThrow(
      'the target "y" is constant (2)',
    );
  });
});
