import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import yargs from 'yargs';
import { attackCommand } from '../../src/cli/attack.ts';
import { UserError } from '../../src/errors.ts';
import { loadModel, saveModel } from '../../src/models/modelFiles.ts';
import { tf } from '../../src/runtime/tf.ts';
import { gaussian } from '../attacks/problems.ts';
import { testRuntime } from '../support/runtime.ts';

let folder: string;
let device: string;
const w = gaussian(4, 'cli');
const rows = Array.from({ length: 30 }, (_, i) =>
  [...gaussian(4, 'row', i)].map((v) => Number(v.toFixed(4))),
);
const targets = rows.map((_, i) => (i % 3) - 1);
const residuals = rows.map((row, i) => row.reduce((sum, v, j) => sum + v * w[j]!, 0) - targets[i]!);

beforeAll(async () => {
  ({ device } = await testRuntime());
  folder = mkdtempSync(join(tmpdir(), 'rrf-attack-'));
  // A linear model behind an input of shape 2 x 2 x 1, as of an image.
  const model = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [2, 2, 1] }),
      tf.layers.dense({ units: 1, useBias: false, kernelInitializer: 'zeros' }),
    ],
  });
  tf.tidy(() => model.setWeights([tf.tensor2d(w, [4, 1])]));
  await saveModel(model, join(folder, 'model'));
  model.dispose();
  const lines = rows.map((row, i) => [targets[i], ...row].join(','));
  writeFileSync(join(folder, 'data.csv'), ['y,a,b,c,d', ...lines].join('\n'));
  writeFileSync(join(folder, 'narrow.csv'), 'a,b,y\n1,2,3\n4,5,6');
  writeFileSync(join(folder, 'holes.csv'), ['y,a,b,c,d', lines[0], '1,2,,4,5'].join('\n'));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** What the command writes to standard output. */
async function rrf(...options: string[]): Promise<string> {
  let out = '';
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text;
    return true;
  });
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  try {
    await yargs(['attack', '--model', join(folder, 'model'), '--device', device, ...options])
      .command(attackCommand)
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
  return out;
}
const onData = (...options: string[]) => rrf('--csv', join(folder, 'data.csv'), '--target', 'y', ...options);

/** The exact adversarial risk of the linear model, mean (|r| + eps |w|)^2. */
const exact = (eps: number) =>
  residuals.reduce((sum, r) => sum + (Math.abs(r) + eps * Math.hypot(...w)) ** 2 / residuals.length, 0);

describe('rrf attack', () => {
  it('prints the risks of a saved model as JSON, those of the closed form', async () => {
    const found = JSON.parse(await onData('--epsilons', '0:1:3', '--steps', '5', '--json'));
    expect(found).toMatchObject({ attack: 'pgd', norm: 'l2', loss: 'squared', runtime: { device } });
    expect(found.standard.count).toBe(30);
    expect(found.curve.map((point: { eps: number }) => point.eps)).toEqual([0, 0.5, 1]);
    for (const { eps, risk } of found.curve) expect(Math.abs(risk.value / exact(eps) - 1)).toBeLessThan(1e-5);
  });

  it('prints a table, with success rates and sanity checks where they are wanted', async () => {
    const text = await onData(
      ...['--attack', 'fgm,apgd', '--epsilons', '0,0.5', '--steps', '4', '--success', '1', '--checks'],
    ).catch((error) => error.message);
    // FGM takes no steps.
    expect(text).toMatch(/^invalid steps: 4 .*fgm/);
    const shown = await onData(
      ...['--attack', 'fgm,pgd', '--epsilons', '0,0.5', '--success', '1', '--checks', '--restarts', '1'],
    );
    const above = (eps: number) =>
      residuals.filter((r) => Math.abs(r) + eps * Math.hypot(...w) > 1).length / residuals.length;
    for (const eps of [0, 0.5])
      expect(shown).toMatch(
        new RegExp(
          `^ *${eps} +${exact(eps).toPrecision(5).slice(0, 4)}.* ${(100 * above(eps)).toFixed(1)} %$`,
          'm',
        ),
      );
    expect(shown).toMatch(/^fgm \| pgd in l2 on 30 rows/);
    const verdicts = shown.split('\n\n').at(-1)!.trim().split('\n');
    expect(verdicts.length).toBeGreaterThan(5);
    for (const verdict of verdicts) expect(verdict).toMatch(/^ok {4}/);
    expect(shown).toMatch(/^ok {4}PGD finds the exact maximum of a linear model/m);
  });

  it('counts the rows that an attack can make the model mistake, and an output of 0 as mistaken', async () => {
    // Labels are the signs of the outputs, so that a row is lost where |f| <= eps |w|; the last row's output is 0.
    const labelled = [...rows, [0, 0, 0, 0]];
    const outputs = labelled.map((row) => row.reduce((sum, v, j) => sum + v * w[j]!, 0));
    const path = join(folder, 'labels.csv');
    const lines = labelled.map((row, i) => [...row, outputs[i]! < 0 ? -1 : 1].join(','));
    writeFileSync(path, ['a,b,c,d,label', ...lines].join('\n'));
    const epsilons = [0, 0.3, 0.8];
    const found = JSON.parse(
      await rrf('--csv', path, '--epsilons', epsilons.join(), '--success', 'misclassified', '--json'),
    );
    epsilons.forEach((eps, k) => {
      const lost = outputs.filter((f) => Math.abs(f) <= eps * Math.hypot(...w)).length;
      expect(found.curve[k].success.value).toBeCloseTo(lost / labelled.length, 6);
    });
  });

  it('speaks of the classes that a saved classifier was trained to tell apart', async () => {
    const model = await loadModel(join(folder, 'model'));
    const classes = { positive: ['ham'], negative: ['fraud', 'spam'] };
    model.setUserDefinedMetadata({ loss: 'hinge', target: 'kind', classes });
    await saveModel(model, join(folder, 'mail'));
    const outputs = rows.map((row) => row.reduce((sum, v, j) => sum + v * w[j]!, 0));
    const names = outputs.map((f, i) => (f < 0 ? classes.negative[i % 2]! : i % 9 === 0 ? 'spam' : 'ham'));
    const path = join(folder, 'mail.csv');
    const write = (labels: readonly string[]) =>
      writeFileSync(path, ['a,b,c,d,kind', ...rows.map((row, i) => [...row, labels[i]].join())].join('\n'));
    write(names);
    const given = ['--model', join(folder, 'mail'), '--csv', path, '--epsilons', '0,0.3'];
    const found = JSON.parse(await rrf(...given, '--json'));
    expect(found).toMatchObject({ loss: 'hinge', classes: { target: 'kind', ...classes } });
    [0, 0.3].forEach((eps, k) => {
      const margins = outputs.map((f, i) => (names[i] === 'ham' ? f : -f) - eps * Math.hypot(...w));
      const mean = (of: (v: number) => number) => margins.reduce((sum, v) => sum + of(v) / rows.length, 0);
      expect(found.curve[k].success.value).toBeCloseTo(
        mean((v) => (v > 0 ? 0 : 1)),
        6,
      );
      expect(found.curve[k].risk.value).toBeCloseTo(
        mean((v) => Math.max(0, 1 - v)),
        5,
      );
    });
    const text = await rrf(...given);
    expect(text).toContain('\nkind ham is +1, fraud, spam is -1\n');
    expect(text).toMatch(/ accuracy +std\.err\.\n/);
    expect(text).toMatch(new RegExp(` ${(1 - found.curve[1].success.value).toFixed(4)} +[\\d.]+$`, 'm'));
    write(names.with(3, 'news'));
    await expect(rrf(...given)).rejects.toThrow(
      /^row 4, column "kind" of .* is "news", none of the classes ham, fraud, spam$/,
    );
    const turned = JSON.parse(await rrf(...given, '--positive', 'spam,fraud,news', '--json'));
    expect(turned.classes).toMatchObject({ positive: ['fraud', 'news', 'spam'], negative: ['ham'] });
  });

  it('draws the robustness curve, for screens or for a column of a page', async () => {
    const path = (name: string): string => join(folder, name);
    await onData('--epsilons', '0:1:5', '--plot', path('curve.svg'), '--columns', '1');
    await onData('--epsilons', '0:1:5', '--plot', path('curve.png'));
    expect(readFileSync(path('curve.svg'), 'utf8')).toMatch(
      /^<svg[^>]* width="84mm".*aria-label="squared loss"/s,
    );
    expect(readFileSync(join(folder, 'curve.png')).subarray(1, 4).toString()).toBe('PNG');
  });

  it('draws the worst examples of a model of images, the largest gain first', async () => {
    const path = join(folder, 'worst.svg');
    await onData('--epsilons', '0,0.5', '--images', path);
    const labels = [...readFileSync(path, 'utf8').matchAll(/aria-label="([\d.e+-]+) to ([\d.e+-]+)"/g)];
    const gains = labels.map(([, before, after]) => Number(after) - Number(before));
    const exactGains = residuals
      .map((r) => (Math.abs(r) + 0.5 * Math.hypot(...w)) ** 2 - r ** 2)
      .sort((a, b) => b - a);
    expect(gains).toHaveLength(5);
    // Three digits are shown.
    gains.forEach((gain, k) => {
      expect(Math.abs(gain / exactGains[k]! - 1)).toBeLessThan(0.03);
    });
  });

  it.each([
    [['--epsilons', '0,x'], /^invalid epsilons: "0,x"/],
    [['--epsilons', '-1'], /^invalid epsilons: -1/],
    [['--epsilons', '1', '--attack', 'magic'], /^invalid attack: "magic"/],
    [['--epsilons', '1', '--norm', 'l3'], /^invalid norm: "l3"/],
    [['--epsilons', '1', '--loss', 'cubic'], /^invalid loss: "cubic"/],
    [['--epsilons', '1', '--steps', '0'], /^invalid steps: 0/],
    [['--epsilons', '1', '--bounds', '1'], /^invalid bounds: "1"/],
    [['--epsilons', '1', '--bounds', '0,1'], /^invalid x: .*within bounds/],
    [['--epsilons', '1', '--success', 'often'], /^invalid success: "often"/],
    [['--epsilons', '1', '--scale', '0'], /^invalid scale: 0/],
    [['--epsilons', '1', '--csv', 'NARROW'], /^invalid csv: "2 inputs a row" \(expected \[2,2,1\]/],
    [['--epsilons', '1', '--target', 'z'], /^invalid target: "z" \(expected a column: y, a, b, c, d\)/],
    [['--epsilons', '1', '--plot', 'curve.gif'], /^invalid plot: "curve.gif"/],
    [
      ['--epsilons', '1', '--plot', 'curve.png'],
      /^invalid epsilons: "1" \(expected at least two with --plot\)/,
    ],
    [['--epsilons', '1', '--plot', 'curve.png', '--columns', '3'], /^invalid columns: 3 \(expected 1 or 2\)/],
    [
      ['--epsilons', '1', '--columns', '1'],
      /^invalid columns: 1 \(expected none without --plot or --images\)/,
    ],
    [['--epsilons', '1', '--images', 'worst.jpg'], /^invalid images: "worst.jpg"/],
    [['--epsilons', '1', '--csv', '/nowhere.csv'], /^cannot read "\/nowhere.csv"/],
    [['--epsilons', '1', '--model', '/nowhere'], /nowhere/],
  ])('refuses %j in one line', async (options, line) => {
    const given = options.map((option) => (option === 'NARROW' ? join(folder, 'narrow.csv') : option));
    const error = await onData(...given).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(line);
    expect(error.message).not.toContain('\n');
  });

  it('names the cell of a CSV file that is missing', async () => {
    const error = await rrf('--csv', join(folder, 'holes.csv'), '--target', 'y', '--epsilons', '1').catch(
      (e) => e,
    );
    expect(error.message).toMatch(/^row 2, column "b" of .*holes.csv" is missing$/);
  });
});
