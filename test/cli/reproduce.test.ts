import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { rrf, startRrf } from '../support/rrf.ts';
import { whole } from '../support/sizes.ts';

const folder = mkdtempSync(join(tmpdir(), 'rrf-reproduce-'));
// Workers start on it in half the time; test/docs/commands.test.ts has them on the native engine.
const device = 'wasm';

afterAll(() => rmSync(folder, { recursive: true }));

const tiny = (out: string): string[] => [
  ...['reproduce', 'curse', '--d', '10,20', '--psi1', '0.5,1', '--epsilons', '0,0.4', '--seeds', '2'],
  ...['--test-rows', '100', '--workers', '1', '--device', device, '--out', out],
  // Training by gradient takes seconds a cell, at any size.
  ...(whole ? [] : ['--method', 'exact']),
];

describe('rrf reproduce', () => {
  it('says what native TensorFlow would save, and how to get it', async () => {
    const out = join(folder, 'wide');
    const { child, finished } = startRrf([
      'reproduce',
      'trained-width',
      '--d',
      '200',
      '--device',
      'wasm',
      '--out',
      out,
    ]);
    let said = '';
    child.stderr!.on('data', (text) => {
      said += text;
      if (said.includes('cells to simulate')) child.kill('SIGINT');
    });
    await finished;
    const saving =
      /about (\d+) min .*\ntrained-width: native TensorFlow would take about (\d+) min .*; get it with: npx rrf provision\n/;
    const [, here, there] = said.match(saving) ?? [];
    expect(Number(there)).toBeLessThan(Number(here));
  });

  it('draws the figure, keeps every cell, and a second run simulates nothing and writes the same bytes', async () => {
    const out = join(folder, 'tiny');
    const { child, finished } = startRrf([...tiny(out), '--json']);
    let early: Buffer | null = null;
    child.stderr!.once('data', () => {
      early = readFileSync(join(out, 'curse.png'));
    });
    const first = await finished;
    expect(first.stderr).toMatch(
      /^curse: theory is drawn in .+curse\.png; .+\nengine: .+\ncurse: 16 cells to simulate, 1 at a time, about \d+ s, rows kept/,
    );
    // It would not take less of cells that small.
    expect(first.stderr).not.toContain('native TensorFlow');
    expect(first.code).toBe(0);
    const { panels, files } = JSON.parse(first.stdout);
    expect(panels.map(({ points }: { points: unknown[][] }) => points.map((kind) => kind.length))).toEqual([
      [2, 2], // eps 0: SR at two d
      [2, 2, 2, 2], // eps 0.4: SR and AR at two d
    ]);
    const [[narrowSr], , [narrowAr]] = panels[1].points;
    expect(narrowAr.y.simulated.value).toBeGreaterThan(narrowSr.y.simulated.value);
    expect(narrowSr.y.simulated.count).toBe(2);
    const picture = readFileSync(files.png);
    expect(early!.subarray(0, 4)).toEqual(picture.subarray(0, 4));
    expect(early).not.toEqual(picture);
    expect(readFileSync(files.pdf, 'latin1').startsWith('%PDF')).toBe(true);
    expect([...picture.subarray(1, 4)].map((c) => String.fromCharCode(c)).join('')).toBe('PNG');
    const rows = readFileSync(files.rows, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toHaveLength(16);
    expect(rows[0].runtime.device).toBe(device);
    const attacked = rows.filter(({ cell }) => cell.eps > 0);
    expect(attacked.map(({ cell: { seed, start } }) => `${seed} ${start}`).sort()).toEqual([
      ...Array(4).fill('0 cold'),
      // Nothing but a training by gradient has a start to choose.
      ...Array(4).fill(whole ? '1 warm' : '1 cold'),
    ]);

    // As after a crash: the last row is cut short, so exactly that cell runs again.
    const text = readFileSync(files.rows, 'utf8');
    truncateSync(files.rows, text.length - 20);
    const numbers = readFileSync(files.json);
    const second = await rrf(...tiny(out));
    expect(second.stderr).toContain('curse: 1 cells to simulate');
    expect(second.stderr).not.toContain('theory is drawn');
    expect(second.stdout).toMatch(/points \(\d+ %\) lie within 3 standard errors or 2 % of theory/);
    expect(second.stdout).toContain(`picture: ${files.png}`);
    expect(readFileSync(files.json)).toEqual(numbers);
    expect(readFileSync(files.png)).toEqual(picture);
  });

  /** Without noise and with n > d plain least squares makes no error at all: adversarial training cannot lower it. */
  const noiseless = (seeds: number) => [
    ...['reproduce', 'linear', '--d', '5', '--psi2', '3', '--epsilons', '0,0.5', '--tau', '0'],
    ...['--seeds', `${seeds}`, '--test-rows', '50', '--workers', '1', '--device', device, '--quiet'],
    // One folder for all: what is simulated for two seeds is there for one.
    ...['--out', join(folder, 'noiseless')],
  ];
  const lowered = 'near d = n adversarial training lowers even the standard risk';

  it('ends with code 1 and a line on standard error when a claim fails', async () => {
    const { code, stdout, stderr } = await rrf(...noiseless(2));
    expect(stdout).toContain(`FAILS: ${lowered}`);
    expect(stderr).toContain(`rrf: linear: a claim fails: ${lowered}\n`);
    expect(code).toBe(1);
  });

  it('with one seed calls nothing a failure for want of a standard error', async () => {
    const { stdout } = await rrf(...noiseless(1));
    expect(stdout).not.toMatch(/\bNO\b/);
    expect(stdout).toContain(`open: ${lowered}`);
    expect(stdout).toContain('one seed gives no standard error');
  });

  const out = join(folder, 'never');
  const blocked = join(folder, 'a-file');
  writeFileSync(blocked, '');
  it.each([
    [['--psi1', '0'], 'rrf: invalid psi1: 0 (expected a finite number > 0)'],
    [['--psi1', '1,-2'], 'rrf: invalid psi1: -2 (expected a finite number > 0)'],
    [['--epsilons', '-0.1'], 'rrf: invalid epsilons: -0.1 (expected a finite number >= 0)'],
    [['--epsilons', 'NaN'], 'rrf: invalid epsilons: "NaN" (expected numbers separated by commas)'],
    [['--tau', '-1'], 'rrf: invalid tau: -1 (expected a finite number >= 0)'],
    [['--seeds', '0'], 'rrf: invalid seeds: 0 (expected an integer >= 1)'],
    [['--activations', 'step'], 'rrf: invalid activations: "step" (expected one of shifted-relu, relu'],
    [['--device', 'tpu'], 'rrf: invalid device: "tpu" (expected one of'],
    [['--psi1', '2', '--psi2', '2'], 'rrf: invalid psi1: 2 (expected N other than n'],
    [['--method', 'magic'], 'rrf: invalid method: "magic" (expected one of pgd, exact)'],
    [
      ['--psi2', '2,3'],
      'rrf: invalid psi2: "2,3" (expected one value: the figure curse varies d and psi1 and epsilons',
    ],
    [['--lambda', '0,0.1'], 'rrf: invalid lambda: "0,0.1" (expected one value'],
    [['--activations', 'relu,tanh'], 'rrf: invalid activations: "relu,tanh" (expected one value'],
    [['--all'], 'rrf: invalid figure: "curse" (expected the name of one figure, or --all, or --list)'],
    [['--colour', 'red'], 'rrf: unknown option --colour'],
  ])('refuses %j in one line, with exit code 2, writing nothing', async (args, message) => {
    const { code, stdout, stderr } = await rrf('reproduce', 'curse', ...args, '--out', out);
    expect(stderr.startsWith(message), stderr).toBe(true);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(existsSync(out)).toBe(false);
  });

  it('helps with one figure: its settings, its claims and its cells, without options that it has no use for', async () => {
    const help = await rrf('reproduce', 'linear', '--help');
    expect(help.code).toBe(0);
    const text = help.stdout.replace(/\s+/g, ' ');
    expect(text).toMatch(/^rrf reproduce linear Adversarial linear regression/);
    expect(text).not.toMatch(/--psi1|--activations|--list/);
    expect(text).toContain('--epsilons radii of the l2 attack [0,0.1,0.3; quick 0,0.3]');
    expect(text).toContain('--lambda ridge penalties [0; one value]');
    // 6 of n/d, 3 radii, 5 seeds; in the quick version 3 of n/d and 2 radii.
    expect(text).toMatch(/rrf reproduce linear 90 cells, about \d+ s on \d+ cores?/);
    expect(text).toMatch(/rrf reproduce linear --quick 30 cells, about \d+ s/);
    expect(text).toContain('* near d = n adversarial training lowers even the standard risk');
    const general = await rrf('reproduce', '--help');
    expect(general.stdout).toMatch(/^rrf reproduce \[figure\]\n[\s\S]*--psi1/);
  });

  it('refuses an unknown figure, and an output folder that cannot be written', async () => {
    const unknown = await rrf('reproduce', 'figure-9');
    expect(unknown.stderr).toContain('rrf: invalid figure: "figure-9" (expected one of curse');
    const unwritable = await rrf('reproduce', 'curse', '--out', join(blocked, 'x'));
    expect(unwritable.stderr).toMatch(/^rrf: cannot create ".*a-file.x": ENOTDIR/);
    expect([unknown.code, unwritable.code]).toEqual([2, 2]);
  });
});
