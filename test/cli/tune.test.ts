import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { teacher } from '../../src/data/teacher.ts';
import { rrf } from '../support/rrf.ts';
import { testRuntime } from '../support/runtime.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const folder = temporaryFolder(afterAll);
beforeAll(async () => {
  await testRuntime();
});

const d = 3;
function written(name: string, label: (y: number) => string): string {
  const { n, x, y } = teacher({ d, tau: 0.4 }).sample('tune', 60);
  const lines = Array.from({ length: n }, (_, i) =>
    [...x.subarray(i * d, (i + 1) * d), label(y[i]!)].join(','),
  );
  const path = join(folder, name);
  writeFileSync(path, `a,b,c,y\n${lines.join('\n')}\n`);
  return path;
}
const numbers = written('numbers.csv', String);
const words = written('words.csv', (y) => (y > 0 ? 'good' : 'bad'));
const few = ['--clip', 'none', '--width', '8', '--eps', '0.1,0.3', '--lambda', '0.01,0.1', '--folds', '3'];
const tune = (csv: string, ...args: string[]) =>
  rrf('tune', '--csv', csv, '--target', 'y', '--eps-test', '0.3', ...few, ...args);

describe('rrf tune', () => {
  it('chooses, draws, saves a model that rrf attack reads, and goes on from its folder', async () => {
    const out = join(folder, 'out');
    const first = await tune(numbers, '--by', 'folds', '--out', out);
    expect([first.code, first.stdout]).toEqual([
      0,
      expect.stringContaining('8 candidates, 8 estimated by folds'),
    ]);
    for (const file of ['risk.svg', 'result.json', 'candidates.jsonl', 'model/held-out.csv'])
      expect(existsSync(join(out, file)), file).toBe(true);
    for (const choice of ['features', 'eps', 'lambda'])
      expect(first.stdout).toMatch(new RegExp(`^${choice} .*`, 'm'));
    expect(first.stdout).toMatch(/^chosen/m);

    const model = join(out, 'model');
    const held = join(model, 'held-out.csv');
    const attacked = await rrf(
      'attack',
      '--model',
      model,
      '--csv',
      held,
      '--epsilons',
      '0,0.3',
      '--steps',
      '20',
      '--json',
    );
    const { curve } = JSON.parse(attacked.stdout);
    const { heldOut } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
    // float32: the model is read back, its rows from text.
    expect(curve[0].risk.value / heldOut.clean.value).toBeCloseTo(1, 4);
    expect(curve[1].risk.value / heldOut.robust.value).toBeCloseTo(1, 3);

    const kept = readFileSync(join(out, 'candidates.jsonl'), 'utf8');
    const again = await tune(numbers, '--by', 'folds', '--out', out, '--json');
    expect(readFileSync(join(out, 'candidates.jsonl'), 'utf8')).toBe(kept);
    const { chosen, splits } = JSON.parse(again.stdout);
    expect([...splits[0].scores, ...splits[0].skipped]).toHaveLength(8);
    expect(splits[0].chosen.candidate).toEqual(chosen);
    expect(again.stdout).not.toContain('blocks');
  });

  it('chooses among losses by the error for two classes, whose names the saved model keeps', async () => {
    const save = join(folder, 'classes');
    const args = [
      '--by',
      'folds',
      '--model',
      'linear',
      '--loss',
      'square,squaredHinge',
      '--save',
      save,
      '--json',
    ];
    expect((await tune(words, ...args.slice(0, -1))).stdout).toContain('\ny good is +1, bad is -1\n');
    const { stdout, code } = await tune(words, ...args);
    expect(code).toBe(0);
    const { measure, splits, heldOut } = JSON.parse(stdout);
    expect(measure).toBe('error');
    expect([...splits[0].scores, ...splits[0].skipped]).toHaveLength(8);
    expect(heldOut.robust.value).toBeGreaterThanOrEqual(heldOut.clean.value);
    const { userDefinedMetadata } = JSON.parse(readFileSync(join(save, 'model.json'), 'utf8'));
    expect(userDefinedMetadata).toMatchObject({
      classes: { positive: ['good'], negative: ['bad'] },
      tuned: { by: 'folds', rule: 'one-standard-error', epsTest: 0.3 },
    });
  });

  it('says that 0, 1, 2 are predicted as numbers, and tells them apart by --classes, up to the scored file', async () => {
    const kinds = written('kinds.csv', (y) => String(y > 0.5 ? 2 : Number(y > -0.5)));
    const options = ['--by', 'folds', '--model', 'linear', '--loss', 'square'];
    const asNumbers = await tune(kinds, ...options, '--json');
    expect(asNumbers.stderr).toContain(
      'the target "y" holds 3 different whole numbers (0, 1, 2) and is predicted as a number: --classes takes them for classes\n',
    );
    expect(JSON.parse(asNumbers.stdout)).toMatchObject({ measure: 'loss' });
    const save = join(folder, 'kinds');
    const told = await tune(kinds, ...options, '--classes', '--save', save);
    expect(told.stderr).not.toContain('whole numbers');
    expect(told.stdout).toContain('3 classes, one against the rest; robust error: the share of rows where');
    const held = /^chosen model, held-out rows.* (\S+) +\S+ +(\S+) +\S+$/m
      .exec(told.stdout)!
      .slice(1)
      .map(Number);
    const csv = join(save, 'held-out.csv');
    const scores = join(folder, 'kinds-scores.csv');
    const applied = await rrf('apply', '--model', save, '--csv', csv, '--out', scores, '--classes', '--json');
    const { measured, eps } = JSON.parse(applied.stdout);
    expect(eps).toBe(0.3);
    // The table shows four digits; the worst case of a linear model is found by PGD as exactly.
    expect(measured.clean.value).toBeCloseTo(held[0]!, 3);
    expect(measured.worst.value).toBeCloseTo(held[1]!, 3);
    expect(readFileSync(scores, 'utf8')).toMatch(/^prediction,lead,lower,robust\n[012],/);
    const number = join(folder, 'number');
    await tune(kinds, ...options, '--save', number, '--quiet');
    const refused = await rrf('apply', '--model', number, '--csv', csv, '--out', scores, '--classes');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('predicts y as a number')]);
  });

  it('takes names with commas in quotes, and lists that are given twice', async () => {
    const commas = join(folder, 'commas.csv');
    const [, ...rows] = readFileSync(numbers, 'utf8').trimEnd().split('\n');
    writeFileSync(commas, ['"a, left",b,c,y', ...rows, ''].join('\n'));
    const { code, stdout } = await tune(
      commas,
      ...['--by', 'folds', '--model', 'linear', '--ignore', '"a, left"', '--ignore', 'b', '--json'],
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout).chosen.width).toBe(1);
    const refused = await tune(commas, '--ignore', '"a, left');
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining('names with a comma in quotes'),
    ]);
  });

  it('takes text and missing cells through the preparation of rrf train, and saves it with the model', async () => {
    const messy = join(folder, 'messy.csv');
    const [header, ...rows] = readFileSync(words, 'utf8').trimEnd().split('\n');
    const lines = rows.map((row, i) => {
      const [a, b, c, y] = row.split(',');
      return [i % 9 === 4 ? '' : a, ['red', 'green', 'blue'][i % 3], b, c, y].join(',');
    });
    writeFileSync(messy, [header!.replace('a,', 'a,colour,'), ...lines, ''].join('\n'));
    const save = join(folder, 'messy');
    const args = ['--by', 'folds', '--model', 'linear', '--loss', 'square'];
    const refused = await tune(messy, ...args);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('missing')]);
    const { code, stdout } = await tune(messy, ...args, '--missing', 'impute', '--save', save, '--json');
    expect(code).toBe(0);
    // a and whether it was missing, b, c, and a column for each of three colours.
    expect(JSON.parse(stdout).chosen.width).toBe(7);
    const attacked = await rrf('attack', '--model', save, '--csv', messy, '--epsilons', '0,0.3');
    expect(attacked.code).toBe(0);
  });

  it('tells what it found where there was nothing to choose, and so nothing to draw', async () => {
    const plot = join(folder, 'nothing.svg');
    const one = ['--by', 'folds', '--model', 'linear', '--eps', '0.1', '--lambda', '0.1', '--clip', 'none'];
    const { code, stdout, stderr } = await tune(numbers, ...one, '--plot', plot);
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('no picture is drawn: nothing had two values'),
    ]);
    expect(stdout).toContain('there was nothing to choose between');
    expect(existsSync(plot)).toBe(false);
  });

  it.each([
    [['--eps', '0.1,big'], 'invalid eps: "0.1,big" (expected numbers separated by commas)'],
    [['--clip', '0'], 'invalid clip: 0 (expected a finite number > 0)'],
    [['--model', 'deep'], 'invalid model: "deep" (expected one of linear, random-features)'],
    [['--loss', 'square,hinge'], 'invalid target: "y" (expected a column of at most 50 classes'],
    [['--measure', 'error'], 'invalid measure: "error" (expected loss for a target that is a number)'],
    [['--screen', '2,3'], 'invalid screen: "2,3" (expected one number, or none)'],
    [['--screen', '0.5'], 'invalid screen: 0.5 (expected a number >= 1, or none to try all candidates)'],
    [['--plot', 'risk.txt'], 'invalid plot: "risk.txt"'],
    [['--folds', '1'], 'invalid folds: 1 (expected an integer >= 2)'],
  ])('refuses %s before any work', async (args, message) => {
    const { code, stderr, stdout } = await tune(numbers, ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });
});
