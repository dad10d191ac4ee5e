import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTable } from '../../src/data/readTable.ts';
import { saveModel } from '../../src/models/modelFiles.ts';
import { randomFeaturesModel } from '../../src/models/randomFeaturesModel.ts';
import { stream } from '../../src/random/stream.ts';
import { rrf } from '../support/rrf.ts';
import { testRuntime } from '../support/runtime.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const folder = temporaryFolder(afterAll);
const at = (name: string) => join(folder, name);
let device: string;
const normal = stream('messy').fillGaussian(new Float64Array(240));

/** A table as people have them: an index, dates, holes, text, a semicolon between cells. */
function messy(name: string, rows: number): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const [age, noise] = [40 + 10 * normal[2 * i]!, normal[2 * i + 1]!];
    const town = ['Ulm', 'Bonn', 'Kiel, old', ''][i % 4];
    const cost = 100 + 2 * age + (i % 4 === 1 ? 30 : 0) + 5 * noise;
    return [i + 1, `${(i % 28) + 1}.3.2024`, i % 9 === 4 ? '' : age.toFixed(2), town, cost.toFixed(2)].join(
      ';',
    );
  });
  writeFileSync(at(name), ['id;visited;age;town;cost', ...lines].join('\n'));
  return at(name);
}

beforeAll(async () => {
  ({ device } = await testRuntime());
});

describe('rrf apply', () => {
  it('scores raw rows with what rrf train saved, in three formats with the same numbers', async () => {
    const csv = messy('messy.csv', 120);
    const train = [
      'train',
      '--csv',
      csv,
      '--target',
      'cost',
      '--eps',
      '0.2',
      '--method',
      'exact',
      '--device',
      device,
    ];
    const { stderr: refusal } = await rrf(...train);
    expect(refusal).toMatch(/^rrf: ".*" cannot be used as it is, for 2 reasons:$/m);
    expect(refusal).toMatch(
      /^ {2}row 1, column "visited" is .*: the column holds dates. Leave it out \(--ignore visited\)/m,
    );
    expect(refusal).toMatch(/^ {2}row 5, column "age" is missing/m);
    expect((await rrf(...train, '--ignore', 'visited')).stderr).toMatch(
      /column "age" of .* --missing drop leaves/,
    );
    const asked = [...train, '--ignore', 'visited', '--missing', 'impute', '--save', at('model')];
    const { stdout, stderr, code } = await rrf(...asked, '--json');
    expect([code, stderr]).toEqual([0, expect.stringContaining('column "id" only numbers the rows')]);
    const { robust } = JSON.parse(stdout);

    const score = (out: string, ...more: string[]) =>
      rrf(
        'apply',
        '--model',
        at('model'),
        '--csv',
        join(at('model'), 'held-out.csv'),
        '--out',
        at(out),
        '--device',
        device,
        ...more,
      );
    const scored = await score('scores.csv');
    expect(scored.code).toBe(0);
    expect(scored.stdout).toMatch(/^cost of 24 rows, .* within 0.2 standard deviations: exact\n/);
    const worst = /mean squared error on the 24 rows with a target: [\d.]+, at the worst ([\d.]+)\n/.exec(
      scored.stdout,
    )!;
    expect(Number(worst[1]) / robust.value).toBeCloseTo(1, 3);
    await score('scores.json');
    await score('scores.npy');
    // A tuned model is for the radius that it was tuned for, whatever it was trained at.
    const file = join(at('model'), 'model.json');
    const saved = JSON.parse(readFileSync(file, 'utf8'));
    Object.assign(saved.userDefinedMetadata, { tuned: { epsTest: 0.35 } });
    writeFileSync(file, JSON.stringify(saved));
    expect((await score('tuned.csv')).stdout).toContain('within 0.35 standard deviations');
    const [fromCsv, fromJson, fromNpy] = [
      await readTable(at('scores.csv')),
      await readTable(at('scores.json')),
      await readTable(at('scores.npy')),
    ];
    expect(fromCsv.columns.map(({ name }) => name)).toEqual(['prediction', 'lower', 'upper']);
    const valuesOf = ({ columns }: typeof fromCsv) =>
      columns.map((column) => [column.name, column.kind === 'number' ? column.values : column]);
    expect(valuesOf(fromJson)).toEqual(valuesOf(fromCsv));
    expect(fromNpy.columns.map((column) => column.kind === 'number' && column.values)).toEqual(
      fromCsv.columns.map((column) => column.kind === 'number' && column.values),
    );

    // Columns in another order and of other formats, one more, one town never seen, no target.
    writeFileSync(at('new.json'), JSON.stringify([{ colour: 1, town: 'Graz', age: 30, id: 'x' }]));
    const more = await rrf(
      ...[
        'apply',
        '--model',
        at('model'),
        '--csv',
        at('new.json'),
        '--out',
        at('new.csv'),
        '--keep',
        'id,town',
      ],
      ...['--device', device, '--json'],
    );
    expect(JSON.parse(more.stdout)).toMatchObject({ rows: 1, scored: 1, measured: null, exact: true });
    expect(more.stderr).toContain('not used: column "colour"');
    expect(more.stderr).toContain('column "town" holds "Graz", never seen in training');
    expect(readFileSync(at('new.csv'), 'utf8')).toMatch(
      /^id,town,prediction,lower,upper\nx,Graz,[\d.]+,[\d.]+,[\d.]+\n$/,
    );
  });

  it('writes classes by name, and nothing for rows that it cannot score', async () => {
    const lines = Array.from({ length: 60 }, (_, i) => `${normal[i]},${normal[i]! > 0.2 ? 'yes' : 'no'}`);
    writeFileSync(at('classes.csv'), ['a,answer', ...lines].join('\n'));
    const given = [
      '--target',
      'answer',
      '--eps',
      '0.1',
      '--method',
      'exact',
      '--loss',
      'logistic',
      '--device',
      device,
    ];
    await rrf('train', '--csv', at('classes.csv'), ...given, '--save', at('answers'));
    writeFileSync(at('few.csv'), 'a\n3\n\n-3\nNA\n');
    const run = await rrf(
      ...[
        'apply',
        '--model',
        at('answers'),
        '--csv',
        at('few.csv'),
        '--out',
        at('few-scores.csv'),
        '--device',
        device,
      ],
    );
    expect(run.stderr).toContain('1 row without a prediction, for want of a value (row 3 the first)');
    expect(run.stdout).toContain('\nscore: above 0 for yes, else no\n');
    expect(run.stdout).toContain('no such attack changes the class of 2 rows (100.0 %)');
    expect(readFileSync(at('few-scores.csv'), 'utf8')).toMatch(
      /^prediction,score,lower,upper,robust\nyes,[\d.]+,[\d.]+,[\d.]+,yes\nno,-[\d.]+,-[\d.]+,-[\d.]+,yes\n,,,,\n$/,
    );
    const { stderr } = await rrf(
      ...[
        'apply',
        '--model',
        at('answers'),
        '--csv',
        at('classes.csv'),
        '--out',
        at('x.npy'),
        '--keep',
        'answer',
      ],
      ...['--device', device],
    );
    expect(stderr).toContain('column "answer" holds text, which an array of numbers does not');
    expect(existsSync(at('x.npy'))).toBe(false);
  });

  it('refuses other models and files that it cannot write', async () => {
    const model = randomFeaturesModel({ inputDim: 1, units: 3, seed: 1 });
    await saveModel(model, at('plain'));
    model.dispose();
    const refused = async (...words: string[]) => (await rrf('apply', ...words)).stderr;
    const csv = messy('again.csv', 5);
    expect(await refused('--model', at('plain'), '--csv', csv, '--out', at('o.csv'))).toMatch(
      /^rrf: invalid model: .* one that rrf train or tune saved/,
    );
    expect(await refused('--model', at('plain'), '--csv', csv, '--out', 'o.xls')).toContain(
      'invalid out: "o.xls" (expected a file that ends in csv, json, npy)',
    );
  });

  it('replaces no file that it reads, writes nothing where nothing can be scored, and makes folders', async () => {
    const csv = messy('once.csv', 40);
    const train = ['--csv', csv, '--target', 'cost', '--eps', '0.2', '--method', 'exact', '--device', device];
    const saved = at('once');
    const more = ['--ignore', 'visited', '--missing', 'drop', '--save', saved];
    const { stdout } = await rrf('train', ...train, ...more);
    expect(stdout).toContain(
      `new rows are scored by: rrf apply --model ${saved} --csv NEW.csv --out scores.csv\n`,
    );
    const apply = (from: string, out: string) =>
      rrf('apply', '--model', saved, '--csv', from, '--out', out, '--device', device);
    const before = readFileSync(csv, 'utf8');
    expect((await apply(csv, csv)).stderr).toMatch(
      /^rrf: invalid out: ".*" \(expected another file than --csv, which it would replace\)\n$/,
    );
    expect(readFileSync(csv, 'utf8')).toBe(before);
    writeFileSync(at('holes.csv'), 'id;age;town\n1;;Ulm\n2;;Bonn\n');
    const none = await apply(at('holes.csv'), at('none.csv'));
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('no row could be scored')]);
    expect(existsSync(at('none.csv'))).toBe(false);
    const deep = join(folder, 'new', 'folder', 'scores.csv');
    expect((await apply(csv, deep)).code).toBe(0);
    expect(existsSync(deep)).toBe(true);
    expect((await apply(csv, join(csv, 'scores.csv'))).stderr).toContain('is no folder');
  });

  it('reads a column that counts the rows where the training kept it, and so do rrf explain and attack', async () => {
    const lines = Array.from({ length: 40 }, (_, i) => `${i},${(normal[i]! + i / 10).toFixed(3)}`);
    writeFileSync(at('counted.csv'), [',y', ...lines].join('\n'));
    const csv = ['--csv', at('counted.csv'), '--device', device];
    const train = ['train', ...csv, '--target', 'y', '--eps', '0.1', '--method', 'exact', '--keep-index'];
    expect((await rrf(...train, '--save', at('counted'))).code).toBe(0);
    const model = [...csv, '--model', at('counted')];
    expect((await rrf('apply', ...model, '--out', at('counted-scores.csv'))).code).toBe(0);
    expect((await rrf('explain', ...model, '--repeats', '1')).code).toBe(0);
    expect((await rrf('attack', ...model, '--epsilons', '0.1')).code).toBe(0);
  });

  it('is explained and attacked on a single row, too', async () => {
    writeFileSync(at('one.csv'), 'id;age;town;cost\n7;41;Ulm;180\n');
    const one = ['--model', at('once'), '--csv', at('one.csv'), '--device', device];
    const explained = await rrf('explain', ...one, '--repeats', '1');
    expect([explained.code, explained.stdout]).toEqual([0, expect.stringContaining('cost on 1 row:')]);
    const attacked = await rrf('attack', ...one, '--epsilons', '0,0.1');
    expect([attacked.code, attacked.stdout]).toEqual([0, expect.stringContaining('on 1 rows')]);
  });

  it('names one of several classes, which rrf explain and rrf attack measure to the same errors', async () => {
    const csv = at('towns.csv');
    const lines = Array.from({ length: 60 }, (_, i) => {
      const kind = i % 3;
      return [
        normal[2 * i]! + 2 * kind,
        normal[2 * i + 1]! + (kind === 1 ? 2 : 0),
        ['Ulm', 'Bonn', 'Kiel'][kind],
      ];
    });
    writeFileSync(csv, [['a', 'b', 'town'], ...lines].map((cells) => cells.join(',')).join('\n'));
    const train = ['train', '--csv', csv, '--target', 'town', '--eps', '0.2', '--device', device];
    expect((await rrf(...train, '--method', 'trades')).stderr).toMatch(
      /invalid method: "trades" .*trades takes logistic for a target of several classes/,
    );
    const saved = at('towns');
    const { stdout } = await rrf(
      ...train,
      '--method',
      'exact',
      '--save',
      saved,
      '--report',
      at('towns.html'),
      '--json',
    );
    const { several } = JSON.parse(stdout);
    expect(readFileSync(at('towns.html'), 'utf8')).toContain('for Kiel');
    const apply = ['apply', '--model', saved, '--csv', join(saved, 'held-out.csv'), '--device', device];
    const told = await rrf(...apply, '--out', at('towns.json'), '--json');
    const { measured } = JSON.parse(told.stdout);
    expect(measured.clean.value).toBeCloseTo(several.clean.error.value, 12);
    expect(measured.worst.value).toBeCloseTo(several.linearised.error.value, 12);
    const scores = JSON.parse(readFileSync(at('towns.json'), 'utf8'));
    expect(Object.keys(scores[0])).toEqual(['prediction', 'lead', 'lower', 'robust']);
    const held = ['--model', saved, '--csv', join(saved, 'held-out.csv'), '--device', device] as const;
    const attack = ['attack', ...held, '--epsilons', '0,0.2', '--steps', '20'];
    const attacked = JSON.parse((await rrf(...attack, '--json')).stdout);
    expect(attacked.classes).toEqual({ target: 'town', names: ['Bonn', 'Kiel', 'Ulm'] });
    for (const [k, error] of [several.clean.error, several.robust.error].entries())
      expect(attacked.curve[k].success.value).toBeCloseTo(error.value, 12);
    expect((await rrf(...attack)).stdout).toContain('town: 3 classes, of which the largest output names one');
    const explain = ['explain', ...held, '--repeats', '1', '--classes'];
    const explained = JSON.parse((await rrf(...explain, '--json')).stdout);
    expect(explained.robust.value).toBeCloseTo(several.robust.error.value, 12);
    expect(explained.classes.map((one: { name: string }) => one.name)).toEqual(['Bonn', 'Kiel', 'Ulm']);
    const page = await rrf(...explain, '--report', at('explained.html'));
    expect(page.stdout).toMatch(/^class +rows +error +attacked +most taken for +attacked +hangs on$/m);
    expect(page.stdout).toMatch(/^input +Bonn +Kiel +Ulm$/m);
    expect(readFileSync(at('explained.html'), 'utf8')).toContain('hangs on');
    const refused = (...args: string[]) => rrf(args[0]!, ...held, ...args.slice(1));
    expect((await refused('explain', '--positive', 'Ulm')).stderr).toContain('none for a model of 3 classes');
    expect((await refused('explain', '--loss', 'margin')).stderr).toContain('invalid loss: "margin"');
  });
});
