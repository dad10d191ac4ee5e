import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import yargs, { type CommandModule } from 'yargs';
import { explainCommand } from '../../src/cli/explain.ts';
import { trainCommand } from '../../src/cli/train.ts';
import { loadModel } from '../../src/models/modelFiles.ts';
import { stream } from '../../src/random/stream.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const folder = temporaryFolder(afterAll);
const csv = join(folder, 'shop.csv');
const model = join(folder, 'model');
let device = 'wasm';

/** Standard output of a command. */
async function rrf(command: unknown, ...words: string[]): Promise<string> {
  const out: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out.push(String(text));
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  await yargs([...words, '--device', device])
    .command(command as CommandModule)
    .strict()
    .fail((message, error) => {
      throw error ?? new Error(message);
    })
    .parseAsync();
  vi.restoreAllMocks();
  return out.join('');
}
const explain = (...words: string[]): Promise<string> =>
  rrf(explainCommand, 'explain', '--model', model, '--csv', csv, ...words);

beforeAll(async () => {
  device = (await testRuntime()).device;
  const z = stream('explain command').fillGaussian(new Float64Array(300));
  const kinds = ['north', 'south', 'west'];
  const lines = Array.from({ length: 100 }, (_, i) => {
    const [a, noise, idle] = [z[3 * i]!, z[3 * i + 1]!, z[3 * i + 2]!];
    return [a, kinds[i % 3], idle, 2 * a + [0, 4, 8][i % 3]! + 0.3 * noise];
  });
  writeFileSync(
    csv,
    `${['size', 'region', 'idle', 'price'].join(',')}\n${lines.map((line) => line.join(',')).join('\n')}\n`,
  );
  await rrf(
    trainCommand,
    ...['train', '--csv', csv, '--target', 'price', '--method', 'exact', '--eps', '0.1', '--save', model],
  );
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('rrf explain', () => {
  it('says what the model hangs on, by columns of the file', async () => {
    const found = JSON.parse(await explain('--json', '--by', 'region'));
    expect(found).toMatchObject({ target: 'price', eps: 0.1, norm: 'l2', loss: 'squared' });
    expect(found.columns[0]).toBe('size');
    expect([...found.columns].sort()).toEqual([
      'idle',
      'region=north',
      'region=south',
      'region=west',
      'size',
    ]);
    const names = found.importance.map(({ name }: { name: string }) => name);
    expect([...names].sort()).toEqual(['idle', 'region', 'size']);
    // The three columns of the region are permuted together: 4^2 x 2 x 2/3 of variance, against 2 x 2^2.
    expect(names[0]).toBe('region');
    const [region, size, idle] = ['region', 'size', 'idle'].map(
      (name) => found.importance[names.indexOf(name)],
    );
    expect(region.clean.value).toBeGreaterThan(size.clean.value);
    expect(Math.abs(idle.robust.value)).toBeLessThan(0.1 * size.robust.value);
    expect(region.robust.count).toBe(5);
    expect(found.subgroups.map(({ name, count }: { name: string; count: number }) => [name, count])).toEqual([
      ['north', 34],
      ['south', 33],
      ['west', 33],
    ]);
    const weighted = found.subgroups.reduce(
      (sum: number, group: { count: number; robust: { value: number } }) =>
        sum + group.count * group.robust.value,
      0,
    );
    expect(weighted / 100 / found.robust.value).toBeCloseTo(1, 10);
    expect(found.rows.loss).toHaveLength(100);
    expect(found.movements.find(({ name }: { name: string }) => name === 'region').ownSize).toBeNull();
    // 2 units of price a unit of size, shrunk a little.
    expect(found.coefficients.coefficients[0]).toBeGreaterThan(1.7);
    expect(found.coefficients.coefficients[0]).toBeLessThan(2.1);
  });

  it('prints tables, draws a picture and writes a page', async () => {
    const [plot, page] = [join(folder, 'importance.svg'), join(folder, 'page.html')];
    const text = await explain(
      '--by',
      'region',
      '--plot',
      plot,
      '--report',
      page,
      '--worst',
      '3',
      '--repeats',
      '2',
    );
    for (const heading of [
      'coefficients (the prediction is',
      'importance of the inputs (',
      'the perturbation that hurts most (',
      'risk by region (standard errors over the rows of each group)',
      'rows that the attack harms most (',
    ])
      expect(text).toContain(heading);
    expect(text).toMatch(/standard errors over 2 permutations/);
    expect(text).toContain(`report: ${page}`);
    expect(readFileSync(plot, 'utf8')).toMatch(/^<svg.*aria-label="region"/s);
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('<h2>Risk by region</h2>');
    expect(html.match(/<svg/g)).toHaveLength(1);
  });

  it('prints coefficients from which the prediction of a row far from 0 can be worked out, and what +1 is', async () => {
    const [places, saved] = [join(folder, 'places.csv'), join(folder, 'places')];
    const z = stream('places').fillGaussian(new Float64Array(120));
    const lines = Array.from({ length: 60 }, (_, i) => {
      const [code, size] = [53_100 + 20 * z[2 * i]!, 5 + z[2 * i + 1]!];
      return [code, size, code - 53_100 + 20 * (size - 5) > 0 ? 'no' : 'an'];
    });
    writeFileSync(places, ['code,size,sold', ...lines.map((line) => line.join(','))].join('\n'));
    const asked = [
      '--csv',
      places,
      '--target',
      'sold',
      '--method',
      'exact',
      '--eps',
      '0.1',
      '--lambda',
      '0.1',
    ];
    await rrf(trainCommand, 'train', ...asked, '--save', saved);
    const text = await rrf(explainCommand, 'explain', '--model', saved, '--csv', places, '--repeats', '1');
    expect(text).toContain('\nsold no is +1, an is -1\n');
    const number = (pattern: RegExp): number => Number(pattern.exec(text)![1]);
    const intercept = number(/the prediction is (\S+) plus/);
    const [code, size] = [number(/^code +(\S+)/m), number(/^size +(\S+)/m)];
    const model = await loadModel(saved);
    const x = tf.tensor2d(lines.slice(0, 5).map((line) => line.slice(0, 2) as number[]));
    const outputs = (model.predict(x) as tf.Tensor).dataSync();
    tf.dispose([x, model.weights.map((weight) => weight.read())]);
    for (const [i, output] of outputs.entries()) {
      const [a, b] = lines[i] as [number, number, string];
      // Rounding: half a unit in the sixth digit of each of two terms of the size of the intercept.
      expect(Math.abs(intercept + code * a + size * b - output)).toBeLessThan(1.1e-5 * Math.abs(intercept));
    }
  });

  it('takes another radius, norm and loss, and refuses columns that are none', async () => {
    const [weak, strong] = [
      JSON.parse(
        await explain('--json', '--repeats', '1', '--eps', '0.05', '--norm', 'linf', '--loss', 'absolute'),
      ),
      JSON.parse(
        await explain('--json', '--repeats', '1', '--eps', '0.5', '--norm', 'linf', '--loss', 'absolute'),
      ),
    ];
    expect(weak).toMatchObject({ eps: 0.05, norm: 'linf', loss: 'absolute' });
    expect(strong.robust.value).toBeGreaterThan(weak.robust.value);
    await expect(explain('--by', 'colour')).rejects.toThrow(
      /invalid by: "colour" \(expected a column: size, /,
    );
    await expect(explain('--eps', '-1')).rejects.toThrow('invalid eps: -1');
    await expect(explain('--repeats', '0')).rejects.toThrow('invalid repeats: 0');
    writeFileSync(join(folder, 'short.csv'), 'size,price\n1,2\n3,4\n');
    await expect(
      rrf(explainCommand, 'explain', '--model', model, '--csv', join(folder, 'short.csv')),
    ).rejects.toThrow(/lacks the columns "region", "idle" that the model reads/);
  });
});

describe('rrf train --folds', () => {
  const train = (...words: string[]): Promise<string> =>
    rrf(
      trainCommand,
      'train',
      '--csv',
      csv,
      '--target',
      'price',
      '--method',
      'exact',
      '--eps',
      '0.1',
      ...words,
    );

  it('measures over folds, and keeps no model', async () => {
    const page = join(folder, 'folds.html');
    const text = await train('--folds', '4', '--repeats', '2', '--report', page);
    expect(text).toMatch(/price by 4 folds, dealt out 2 times: 8 trainings on 75 rows, 25 held out/);
    expect(text).toMatch(/loss, attacked/);
    expect(text).toMatch(/corrected/);
    expect(readFileSync(page, 'utf8')).toContain('<h2>Risk over splits</h2>');
    const found = JSON.parse(await train('--repeats', '3', '--json'));
    expect(found.splits).toHaveLength(3);
    expect(found).toMatchObject({ saved: null, splits: [{ rows: { train: 80, test: 20 } }, {}, {}] });
    const mean = found.splits.reduce((sum: number, { robust }: { robust: number }) => sum + robust / 3, 0);
    expect(found.robust.value).toBeCloseTo(mean, 12);
  });

  it('keeps one with --save, and reports both', async () => {
    const [saved, page] = [join(folder, 'kept'), join(folder, 'kept.html')];
    const found = JSON.parse(await train('--folds', '3', '--json', '--save', saved, '--report', page));
    expect(found.saved).toBe(saved);
    expect(found.splits.splits).toHaveLength(3);
    const html = readFileSync(page, 'utf8');
    for (const heading of ['Risk over splits', 'Risk', 'Robustness curve', 'Coefficients', 'Settings'])
      expect(html).toContain(`<h2>${heading}</h2>`);
    expect(html.match(/<svg/g)).toHaveLength(2);
    await expect(train('--folds', '1')).rejects.toThrow('invalid folds: 1');
    await expect(train('--report', 'x.txt')).rejects.toThrow('invalid report: "x.txt" (expected FILE.html)');
  });
});
