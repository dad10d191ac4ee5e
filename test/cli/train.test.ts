import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { pgd } from '../../src/attacks/index.ts';
import { runCommandLine } from '../../src/cli/commandLine.ts';
import { readCsvClasses } from '../../src/data/csvClasses.ts';
import { readCsvTable } from '../../src/data/csvTable.ts';
import { rowsOfTable, splitRows, targetLast } from '../../src/data/table.ts';
import { inputsAndTarget, tableDataset } from '../../src/data/tableDataset.ts';
import { loadModel } from '../../src/models/modelFiles.ts';
import { splitStandardised } from '../../src/models/standardisedModel.ts';
import { meanOf } from '../../src/numerics/estimate.ts';
import { stream } from '../../src/random/stream.ts';
import { tf } from '../../src/runtime/tf.ts';
import { quickRuntime } from '../support/runtime.ts';
import { whole } from '../support/sizes.ts';

const home = mkdtempSync(join(tmpdir(), 'rrf-train-'));
const diabetes = fileURLToPath(new URL('../../data/diabetes.csv', import.meta.url));
// test/docs/commands.test.ts trains on the native engine.
const { device } = await quickRuntime();
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
    await runCommandLine(['train', '--csv', csv, '--device', device, ...options]);
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
      const held = tableDataset(readCsvTable(join(save, 'held-out.csv')), 'target', {
        inputs: false,
        target: false,
      });
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

  it('draws the risk against the radius, or by split, and refuses a picture of no such kind beforehand', async () => {
    const rows = csv('drawn', 'a,b,y', linearRows);
    const asked = ['--target', 'y', '--eps', '0.1', '--method', 'exact', '--plot'];
    const [curve, splits] = [join(home, 'curve.svg'), join(home, 'splits.svg')];
    expect((await train(rows, ...asked, curve)).out).toMatch(/\npicture: .*curve\.svg\n$/);
    expect(readFileSync(curve, 'utf8')).toMatch(/aria-label="Mean squared loss of 8 rows under pgd/);
    const { plot } = JSON.parse((await train(rows, ...asked, splits, '--folds', '2', '--json')).out);
    expect(plot).toBe(splits);
    expect(readFileSync(splits, 'utf8')).toMatch(/aria-label="Mean loss of the held-out rows of each split/);
    await expect(train(rows, ...asked, join(home, 'curve.gif'))).rejects.toThrow('invalid plot:');
    await expect(train(rows, ...asked.slice(0, -1), '--columns', '1')).rejects.toThrow(
      'invalid columns: 1 (expected none without --plot)',
    );
  });

  it('fits an intercept that is not penalised, exactly and by gradient alike, and saves it', async () => {
    // A target far from symmetric about its mean, and a penalty that an intercept would feel.
    const skewed = csv(
      'skewed',
      'a,b,y',
      linearRows.map(([a, b, y], i) => [a, b, i % 8 === 0 ? 60 : y]),
    );
    for (const model of ['linear', 'random-features']) {
      const save = join(home, `intercept-${model}`);
      const run = async (method: string, ...more: string[]) =>
        JSON.parse(
          (
            await train(
              skewed,
              ...['--target', 'y', '--json', '--model', model, '--width', '12', '--method', method],
              ...['--eps', '0.4', '--lambda', '0.3', ...more],
            )
          ).out,
        );
      const exact = await run('exact', '--save', save);
      const gradient = await run('pgd');
      // The linearisation of the attack is exact for the linear model only.
      const tolerance = model === 'linear' ? 0.01 : 0.03;
      expect(Math.abs(gradient.training.objective / exact.training.objective - 1)).toBeLessThan(tolerance);
      const without = await run('exact', '--no-intercept');
      expect(without.intercept).toBe(null);
      // No linear model is trained here: the constant alone is best, and that of standardised targets is 0.
      if (model === 'linear') expect(exact.training.objective).toBeCloseTo(without.training.objective, 9);
      else expect(exact.training.objective).toBeLessThan(without.training.objective);
      const saved = await loadModel(save);
      const [core] = saved.layers.filter((layer) => layer.name === 'readout');
      expect(core!.getWeights().map(({ shape }) => shape.length)).toEqual([2, 1]);
      const bias = core!.getWeights()[1]!.dataSync()[0]!;
      const units = saved.layers.at(-1)!.getConfig() as { mean: number[]; deviation: number[] };
      expect(exact.intercept).toBeCloseTo(units.mean[0]! + units.deviation[0]! * bias, 6);
      if (model !== 'linear') continue;
      expect(Math.abs(gradient.intercept - exact.intercept)).toBeLessThan(0.05 * units.deviation[0]!);
      // The prediction where every input is at its mean.
      const { mean } = saved.layers[0]!.getConfig() as { mean: number[] };
      const middle = (saved.predict(tf.tensor2d(mean, [1, 2])) as tf.Tensor).dataSync()[0]!;
      expect(middle).toBeCloseTo(exact.intercept, 4);
    }
    const { out } = await train(skewed, '--target', 'y', '--method', 'exact', '--eps', '0.4');
    expect(out).toMatch(/\nintercept: [\d.]+, predicted where every input is at its mean$/m);
  });

  it('trains classes of any names, saves them as they are, and says how well it tells them apart', async () => {
    const path = join(home, 'mail.csv');
    const kinds = linearRows.map(([, , y], i) => (y > 0 ? (i % 2 === 0 ? 'spam' : 'fraud, old') : 'ham'));
    const lines = linearRows.map(([a, b], i) => `"${kinds[i]}",${a},${b}`);
    writeFileSync(path, ['kind,a,b', ...lines].join('\n'));
    const save = join(home, 'mail');
    const options = ['--target', 'kind', '--loss', 'logistic', '--method', 'exact', '--eps', '0.2'];
    const all = JSON.parse((await train(path, ...options, '--json')).out);
    expect(all.several.names).toEqual(['fraud, old', 'ham', 'spam']);
    expect((await train(path, ...options)).out).toContain(
      'kind: 3 classes, one against the rest, the largest output names one; logistic loss, lambda 0.001',
    );
    // The other way about, so that a name with a comma is not to be named.
    const given = [...options, '--positive', 'ham', '--save', save];
    const result = JSON.parse((await train(path, ...given, '--json')).out);
    expect(result).toMatchObject({ loss: 'logistic', lambda: 0.001, training: { converged: true } });
    expect(result.training.relativeGap).toBeLessThan(1e-6);
    const { classes } = result;
    expect(classes).toMatchObject({ positive: ['ham'], negative: ['fraud, old', 'spam'] });
    expect(classes.robust.accuracy.count).toBe(8);
    expect(classes.robust.accuracy.value).toBeCloseTo(1 - classes.robust.error.value, 12);
    const held = readCsvClasses(join(save, 'held-out.csv'), 'kind', ['ham']);
    expect(held.table.rows).toBe(8);
    expect(held.negative).toContain('fraud, old');
    const { confusion } = classes.clean;
    expect(confusion.truePositive + confusion.falseNegative).toBe(
      inputsAndTarget(held.table).y.filter((label) => label === 1).length,
    );
    const model = await loadModel(save);
    expect(model.getUserDefinedMetadata()).toMatchObject({
      ...{ loss: 'logistic', classes: { positive: ['ham'], negative: ['fraud, old', 'spam'] } },
    });
    const { out } = await train(path, ...options, '--positive', 'ham');
    expect(out).toMatch(/^kind from 32 rows.*relative duality gap/);
    expect(out).toContain('kind ham is +1, fraud, old, spam is -1; logistic loss, lambda 0.001');
    expect(out).toMatch(
      new RegExp(
        `^accuracy .* ${classes.robust.accuracy.value.toFixed(4)} .* ${classes.linearised.accuracy.value.toFixed(4)} `,
        'm',
      ),
    );
    expect(out).toMatch(new RegExp(`^\\+1 +${confusion.truePositive} +${confusion.falseNegative} `, 'm'));
  });

  it('gives the numbers of seed 0 in code for --seed 0', async () => {
    const table = targetLast(readCsvTable(diabetes), 'target');
    const [held] = splitRows(table.rows, { testFraction: 0.2 }, 0);
    const save = join(home, 'seed');
    await onDiabetes('--method', 'exact', '--eps', '0.1', '--seed', '0', '--save', save);
    expect(readCsvTable(join(save, 'held-out.csv'))).toEqual(rowsOfTable(table, held!));
  });

  it('trains by each method as by no other, and by those that attack to a lower risk under attack', async () => {
    const risks = new Map<string, number>();
    for (const method of ['erm', 'noise', 'trades', 'fgsm', 'fast', 'free']) {
      const short = ['--eps', '0.2', '--norm', 'linf', '--max-cycles', '1'];
      const { clean, robust, trivial } = await onDiabetes('--method', method, ...short);
      expect(clean.value, method).toBeLessThan(0.75 * trivial.value);
      expect(robust.value, method).toBeGreaterThan(clean.value);
      risks.set(method, robust.value);
    }
    expect(new Set(risks.values()).size).toBe(risks.size);
    for (const method of ['trades', 'fgsm', 'fast', 'free'])
      expect(risks.get(method), method).toBeLessThan(0.9 * risks.get('erm')!);
  });

  it('trains a deep network with early stopping, and says so in a table', async () => {
    const options = ['--model', 'deep', '--width', '32', '--eps', '0.1', '--validation-fraction', '0.2'];
    const short = ['--method', 'fast', '--max-cycles', '1'];
    const { out } = await train(diabetes, '--target', 'target', ...options, ...short);
    expect(out).toMatch(/^target from 266 rows to train, 88 to validate, 88 held out; fast: \d+ steps/);
    const numbers = /deep, clean +([\d.]+) +[\d.]+ +([-\d.]+)\n/.exec(out)!;
    expect(Number(numbers[2])).toBeGreaterThan(0.3);
    expect(out).toMatch(/the mean, attacked or not +[\d.]+ +[\d.]+ +0.000/);
  });

  it('goes on from its checkpoints to the same numbers', async () => {
    // Its random numbers go on too.
    const run = async (name: string, cycles: string) => {
      const options = ['--eps', '0.1', '--method', 'noise', '--max-cycles', cycles];
      const { seconds: _, ...result } = await onDiabetes(...options, '--checkpoints', join(home, name));
      return { ...result, folder: '' };
    };
    const first = await run('run', '1');
    expect(readdirSync(join(home, 'run')).sort()).toEqual(['checkpoint', 'history.jsonl']);
    const history = (name: string) => readFileSync(join(home, name, 'history.jsonl'), 'utf8');
    const before = history('run');
    // Nothing is left to be done.
    expect(await run('run', '1')).toEqual(first);
    expect(history('run')).toBe(before);
    // Of more cycles, each step once.
    const more = await run('run', '2');
    expect(more.training.iterations).toBe(3 * first.training.iterations);
    const lines = history('run').trim().split('\n');
    const steps = lines.map((line) => JSON.parse(line)).filter((line) => 'objective' in line);
    expect(steps.map(({ step }) => step)).toEqual(steps.map((_, i) => i + 1));
    expect(steps).toHaveLength(more.training.iterations);
    expect(history('run').startsWith(before)).toBe(true);
    if (!whole) return;
    expect(more).toEqual(await run('other', '2'));
    expect(history('run')).toBe(history('other'));
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
          for (const model of method === 'erm' && !whole ? ['linear'] : ['linear', 'random-features']) {
            const options = ['--target', 'y', '--method', method, '--eps', eps, '--model', model, '--json'];
            const label = `${file} ${options.join(' ')}`;
            const cycles = method === 'exact' ? [] : ['--max-cycles', '1'];
            const run = train(file, ...options, '--width', '15', ...cycles);
            // Rows of a wide table are fitted by the least coefficients. Fifteen features of the one direction and the other
            // that a constant column leaves add up to a constant, as an intercept does.
            const open = model === 'linear' ? file !== wide : file === constant;
            if (method === 'exact' && eps === '0' && open) {
              const causes = {
                [twice]: 'columns "a" and "c" are equal',
                [constant]: 'column "c" is constant and ignored',
              };
              const cause = causes[file];
              await expect(run, label).rejects.toThrow(
                new RegExp(`lack full rank beside an intercept .*use lambda > 0 \\(${cause}\\)`),
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
    [['--test-fraction', '0.001'], 'invalid test-fraction: 0.001 (expected at least 2 of the 442 rows'],
    [['--model', 'deep', '--method', 'exact'], 'invalid method: "exact" (expected a method by gradient'],
    [
      ['--model', 'random-features', '--method', 'exact', '--norm', 'l1'],
      'invalid norm: "l1" (expected l2 or linf',
    ],
    [['--model', 'random-features', '--width', '0'], 'invalid width: 0'],
    [['--loss', 'cubic'], 'invalid loss: "cubic" (expected one of square, logistic, hinge, squaredHinge)'],
    [
      ['--loss', 'hinge'],
      'invalid target: "target" (expected a column of at most 50 classes, and it has 214 different values',
    ],
    [['--positive', '25.0,x'], 'invalid positive: "x" (expected classes of the target'],
    [
      ['--loss', 'hinge', '--positive', '25.0', '--method', 'exact', '--lambda', '0'],
      'invalid lambda: 0 (expected a number > 0 for the loss hinge',
    ],
    [['--eps', 'abc'], 'invalid eps: "abc" (expected a number)'],
    [['--eps', ''], 'invalid eps: ""'],
    [
      ['--method', 'exact', '--batch-size', '8'],
      'invalid batch-size: 8 (expected none with the method exact',
    ],
    [['--batch-size', '0', '--device', 'abacus'], 'invalid batch-size: 0'],
    [['--max-cycles', '0.5', '--device', 'abacus'], 'invalid max-cycles: 0.5'],
    [['--method', 'exact', '--batch-size', '4'], 'invalid batch-size: 4'],
    [['--method', 'exact', '--validation-fraction', '0.2'], 'invalid validation-fraction: 0.2'],
    [['--method', 'exact', '--max-cycles', '2'], 'invalid max-cycles: 2'],
    [['--model', 'deep', '--width', '0', '--device', 'abacus'], 'invalid width: 0'],
    [['--test-fraction', '2', '--device', 'abacus'], 'invalid test-fraction: 2'],
    [['--eps', '-1', '--device', 'abacus'], 'invalid eps: -1'],
    [['--save', `${diabetes}/out`, '--device', 'abacus'], `cannot create "${diabetes}/out"`],
    [['--colour', 'red'], 'unknown option --colour'],
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
    writeFileSync(path, 'a,y\n1,high\n2,3\n4,5\n');
    await expect(train(path, '--target', 'y', '--eps', '0')).rejects.toThrow(
      /row 1, column "y" of .* is "high"/,
    );
    writeFileSync(path, 'a,y\n1,high\n2,high\n');
    await expect(train(path, '--target', 'y', '--eps', '0', '--loss', 'hinge')).rejects.toThrow(
      /every target in .* is "high": one class only/,
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
