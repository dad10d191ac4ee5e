import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import yargs from 'yargs';
import { predictCommand } from '../../src/cli/predict.ts';
import { teacher } from '../../src/data/teacher.ts';
import { saveModel } from '../../src/models/modelFiles.ts';
import { randomFeaturesModel } from '../../src/models/randomFeaturesModel.ts';
import { testRuntime } from '../support/runtime.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const folder = temporaryFolder(afterAll);
const d = 5;

function written(name: string, label: (y: number) => string): string {
  const { n, x, y } = teacher({ d, tau: 0.3 }).sample('csv', 200);
  const lines = ['a,b,c,d,e,grade'];
  for (let i = 0; i < n; i++) lines.push([...x.subarray(i * d, (i + 1) * d), label(y[i]!)].join(','));
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}
const numbers = written('numbers.csv', String);
const words = written('words.csv', (y) => (y > 0 ? 'good' : 'bad'));

/** Standard output of the command; its errors are thrown. */
async function predict(...args: string[]): Promise<string> {
  const out: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out.push(String(text));
    return true;
  });
  await yargs(['predict', ...args])
    .command(predictCommand)
    .fail((message, error) => {
      throw error ?? new Error(message);
    })
    .parseAsync();
  return out.join('');
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('rrf predict', () => {
  it('says once how decimals are read', async () => {
    const commas = join(folder, 'commas.csv');
    const lines = readFileSync(numbers, 'utf8').replaceAll(',', ';').replaceAll('.', ',');
    writeFileSync(commas, lines);
    const asked = ['--csv', commas, '--target', 'grade', '--grid', 'n=50,width=10,eps=0.1', '--json'];
    const { remarks } = JSON.parse(await predict(...asked));
    const said = remarks.filter((remark: string) => remark === 'decimals are read with commas');
    expect(said).toHaveLength(1);
  });

  it('prints a row for each combination of the grid, and the best one at one radius', async () => {
    const text = await predict(
      ...[
        '--csv',
        numbers,
        '--target',
        'grade',
        '--grid',
        'n=50,80,width=10,20,eps=0.1,0.3',
        '--eps-test',
        '0.3',
      ],
    );
    const rows = text.split('\n').filter((line) => /^\s*\d/.test(line));
    expect(rows).toHaveLength(8);
    expect(text).toMatch(/measured on 100 of 200 rows/);
    expect(text).toMatch(/not theorems/);
    expect(text).toMatch(/least adversarial risk at eps-test 0.3: n \d+, width \d+, eps 0.\d, lambda 0/);
  });

  it.each([
    [[], Number.POSITIVE_INFINITY],
    [['--clip', '1'], 1],
  ])('standardises, and clips inputs where asked %j, as by hand', async (options, clip) => {
    const grid = ['--target', 'grade', '--grid', 'n=80,width=10,eps=0.3', '--json'];
    const found = JSON.parse(await predict('--csv', numbers, ...grid, ...options));
    vi.restoreAllMocks();
    const limits = found.remarks.filter((remark: string) => remark.startsWith('inputs clipped'));
    expect(limits).toEqual(clip === 1 ? ['inputs clipped at 1 standard deviations'] : []);
    // Means and deviations over all rows, divisor n; the target, last, is not clipped.
    const [header, ...lines] = readFileSync(numbers, 'utf8').trim().split('\n');
    const cells = lines.map((line) => line.split(',').map(Number));
    const columns = Array.from({ length: d + 1 }, (_, j) => {
      const column = cells.map((row) => row[j]!);
      const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
      const square = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length;
      const limit = j < d ? clip : Number.POSITIVE_INFINITY;
      return column.map((value) => Math.max(-limit, Math.min(limit, (value - mean) / Math.sqrt(square))));
    });
    const path = join(folder, 'by-hand.csv');
    const rows = cells.map((_, i) => columns.map((column) => column[i]).join(','));
    writeFileSync(path, [header, ...rows].join('\n'));
    const byHand = JSON.parse(await predict('--csv', path, ...grid, '--raw'));
    for (const name of ['standardRisk', 'adversarialRisk', 'gradientNorm'])
      expect(found.best[name] / byHand.best[name]).toBeCloseTo(1, 5);
  });

  it('refuses to clip inputs in their own units, or at 0', async () => {
    const asked = ['--csv', numbers, '--target', 'grade', '--grid', 'n=80,width=10,eps=0.3'];
    await expect(predict(...asked, '--clip', '1', '--raw')).rejects.toThrow(
      'invalid clip: 1 (expected none with --raw)',
    );
    await expect(predict(...asked, '--clip', '0')).rejects.toThrow('invalid clip: 0');
  });

  it('prints one JSON object and draws a picture', async () => {
    const plot = join(folder, 'picture.svg');
    const text = await predict(
      ...[
        '--csv',
        numbers,
        '--target',
        'grade',
        '--grid',
        'n=50:90:3,width=10,eps=0,0.2',
        '--json',
        '--plot',
        plot,
      ],
    );
    const { predictions, best } = JSON.parse(text);
    expect(predictions).toHaveLength(6);
    const least = Math.min(...predictions.map((row: { adversarialRisk: number }) => row.adversarialRisk));
    expect(best.adversarialRisk).toBe(least);
    expect(readFileSync(plot, 'utf8')).toMatch(/^<svg/);
  });

  it('maps classes given as text, and says how', async () => {
    const text = await predict('--csv', words, '--target', 'grade', '--grid', 'n=50,width=10,eps=0.2');
    expect(text).toMatch(/grade good is \+1, bad is -1/);
    vi.restoreAllMocks();
    const turned = await predict(
      ...['--csv', words, '--target', 'grade', '--positive', 'bad', '--grid', 'n=50,width=10,eps=0.2'],
    );
    expect(turned).toMatch(/grade bad is \+1, good is -1/);
    vi.restoreAllMocks();
    // Where the attack lets nothing be learnt, the risk is the variance of +1 and -1, which are not standardised.
    const lines = readFileSync(words, 'utf8').split('\n').slice(1, -1);
    const share = lines.filter((line) => line.endsWith('good')).length / 200;
    const lost = JSON.parse(
      await predict(
        ...['--csv', words, '--target', 'grade', '--grid', 'n=50,width=10,eps=90', '--share', '1', '--json'],
      ),
    );
    expect(lost.best.phase).toBe('null');
    expect(lost.best.standardRisk).toBeCloseTo((4 * share * (1 - share) * 200) / 199, 10);
  });

  it('predicts several classes each against the rest, and what the largest output is wrong on at most', async () => {
    const kinds = written('kinds.csv', (y) => (y < -0.5 ? 'low' : y < 0.6 ? 'middle' : 'high'));
    const options = ['--csv', kinds, '--target', 'grade', '--grid', 'n=50,80,width=10,eps=0.2'];
    const text = await predict(...options);
    vi.restoreAllMocks();
    expect(text).toMatch(
      /no theorem is of the largest output, which is wrong on no more rows than the errors/,
    );
    const { classes, predictions, best } = JSON.parse(await predict(...options, '--json'));
    expect([classes, predictions.length]).toEqual([['high', 'low', 'middle'], 2]);
    for (const { classes: each, robustErrorAtMost, errorAtMost } of predictions) {
      const sum = (name: string) =>
        Math.min(
          1,
          each.reduce(
            (total: number, one: { errors: Record<string, number> }) => total + one.errors[name]!,
            0,
          ),
        );
      expect(errorAtMost).toBeCloseTo(sum('error'), 12);
      expect(robustErrorAtMost).toBeCloseTo(sum('robustError'), 12);
      expect(text).toContain(robustErrorAtMost.toFixed(3));
    }
    for (const { adversarialRisk, errors } of best.classes) {
      expect(text).toContain(adversarialRisk.toFixed(3));
      expect(text).toContain(errors.robustError.toFixed(3));
    }
  });

  it('takes the classes of a saved classifier for the target that it was trained on', async () => {
    await testRuntime();
    const model = randomFeaturesModel({ inputDim: d, units: 6 });
    const saved = join(folder, 'classifier');
    const options = [
      '--csv',
      words,
      '--target',
      'grade',
      '--model',
      saved,
      '--grid',
      'n=80,eps=0.3',
      '--json',
    ];
    for (const [target, said] of [
      ['grade', 'grade bad is +1, good is -1'],
      // Without classes of this target, the second in the order of the alphabet is +1.
      ['kind', 'grade good is +1, bad is -1'],
    ]) {
      const classes = { positive: ['bad'], negative: ['good'] };
      model.setUserDefinedMetadata({ loss: 'logistic', target, classes });
      await saveModel(model, saved);
      expect(JSON.parse(await predict(...options)).remarks[0]).toBe(said);
      vi.restoreAllMocks();
    }
    model.dispose();
  });

  it('refuses one class, unknown columns, classes and axes in one line', async () => {
    const one = written('one.csv', () => 'good');
    const grid = ['--grid', 'n=50,width=10,eps=0.2'];
    const refused = async (message: RegExp, ...args: string[]) => {
      await expect(predict(...args)).rejects.toThrow(message);
    };
    await refused(/one class only/, '--csv', one, '--target', 'grade', ...grid);
    await refused(
      /invalid target: "mark" \(expected a column: a, b/,
      '--csv',
      numbers,
      '--target',
      'mark',
      ...grid,
    );
    await refused(
      /invalid positive: "fair" \(expected classes of the target: bad, good\)/,
      ...['--csv', words, '--target', 'grade', '--positive', 'fair', ...grid],
    );
    await refused(/invalid grid/, '--csv', numbers, '--target', 'grade', '--grid', 'n=50,depth=2,eps=0.1');
    await refused(/invalid plot/, '--csv', numbers, '--target', 'grade', ...grid, '--plot', 'picture.gif');
  });
});

describe('what rrf predict says of itself', () => {
  const grid = ['--target', 'grade', '--grid', 'n=50,80,width=10,20,eps=0.3'];

  it('has an interval about each risk, in the table and in JSON, and says what it is of', async () => {
    const text = await predict('--csv', numbers, ...grid);
    vi.restoreAllMocks();
    expect(text).toMatch(/intervals of 90 %: .* a single random split .* 20 to 50 held out; .* no theorem/);
    const { predictions } = JSON.parse(await predict('--csv', numbers, ...grid, '--json'));
    expect(predictions).toHaveLength(4);
    for (const { n, adversarialRisk, testRows, intervals } of predictions) {
      // 100 of 200 rows are measured.
      expect(testRows).toBe(100 - n);
      const { low, high } = intervals.adversarialRisk;
      expect(low).toBeLessThan(adversarialRisk);
      expect(high).toBeGreaterThan(adversarialRisk);
      expect(text).toContain(`${low.toFixed(3)}..${high.toFixed(3)}`);
    }
  });

  it('takes the rows to test on, and narrows with them', async () => {
    const width = async (rows: string): Promise<number> => {
      const { predictions } = JSON.parse(
        await predict('--csv', numbers, ...grid, '--json', '--test-rows', rows),
      );
      vi.restoreAllMocks();
      return predictions[0].intervals.adversarialRisk.high / predictions[0].adversarialRisk;
    };
    expect(await width('20')).toBeGreaterThan(await width('2000'));
    await expect(width('0')).rejects.toThrow('invalid test-rows: 0');
  });

  it('names columns that a few rows carry', async () => {
    const [header, ...lines] = readFileSync(numbers, 'utf8').trim().split('\n');
    const rare = lines.map((line, i) => line.replace(/^[^,]*/, i === 17 || i === 90 ? '1' : '0'));
    const path = join(folder, 'rare.csv');
    writeFileSync(path, `${[header, ...rare].join('\n')}\n`);
    const said = await predict('--csv', path, ...grid);
    vi.restoreAllMocks();
    // Two of 200 rows: 1 / (0.01 x 0.99) less 3.
    expect(said).toMatch(/a few rows carry .* "a" \(kurtosis 98, 2 of 200 rows differ\)/);
    expect(await predict('--csv', numbers, ...grid)).not.toMatch(/a few rows carry/);
  });

  it('writes a page', async () => {
    const path = join(folder, 'page.html');
    await predict('--csv', numbers, ...grid, '--report', path);
    const page = readFileSync(path, 'utf8');
    expect(page).toContain('<h1>Predicted robust risk of grade</h1>');
    expect(page.match(/<svg/g)).toHaveLength(1);
    expect(page).toContain('<td>--grid</td>'.replace('--', ''));
    await expect(predict('--csv', numbers, ...grid, '--report', 'page.pdf')).rejects.toThrow(
      'invalid report: "page.pdf" (expected FILE.html)',
    );
  });
});

describe('rrf predict --features', () => {
  const put = (name: string, rows: readonly (readonly number[])[]): string => {
    const path = join(folder, name);
    const header = rows[0]!.map((_, j) => `c${j}`).join(',');
    writeFileSync(path, `${[header, ...rows.map((row) => row.join(','))].join('\n')}\n`);
    return path;
  };
  // Features that are the inputs: J = I, F = covariance of the inputs.
  const { n, x, y } = teacher({ d: 3, tau: 0.3 }).sample('features', 80);
  const files = [
    '--features',
    put(
      'phi.csv',
      Array.from({ length: n }, (_, i) => [...x.subarray(3 * i, 3 * i + 3)]),
    ),
    '--gradient-moments',
    put('J.csv', [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]),
    '--target-values',
    put(
      'y.csv',
      Array.from(y, (value) => [value]),
    ),
  ];

  it('predicts for features as they are, on all rows', async () => {
    const { predictions, remarks } = JSON.parse(await predict(...files, '--grid', 'n=40,eps=0,50', '--json'));
    expect(remarks.join()).toMatch(/measured on 80 of 80 rows, 3 features/);
    const mean = y.reduce((sum, value) => sum + value / n, 0);
    const variance = y.reduce((sum, value) => sum + (value - mean) ** 2 / (n - 1), 0);
    expect(predictions[1].standardRisk / variance).toBeCloseTo(1, 6);
    // Least squares with an intercept on 40 rows: noise 0.09 (1 + about 3/36), estimated from 80 rows.
    expect(predictions[0].standardRisk).toBeGreaterThan(0.05);
    expect(predictions[0].standardRisk).toBeLessThan(0.16);
  });

  it('refuses part of the files, a table beside them, and shapes that disagree', async () => {
    const grid = ['--grid', 'n=40,eps=0.1'];
    await expect(predict(...files.slice(0, 4), ...grid)).rejects.toThrow(
      'invalid target-values: undefined (expected a file, beside --features)',
    );
    await expect(predict(...files, ...grid, '--csv', numbers)).rejects.toThrow(
      /invalid csv: .*none where features/,
    );
    await expect(predict(...files, '--grid', 'n=40,width=3,eps=0.1')).rejects.toThrow(
      /no width where features/,
    );
    await expect(predict(...files, ...grid, '--clip', '3')).rejects.toThrow(/invalid clip: 3/);
    await expect(predict(...grid)).rejects.toThrow('invalid csv: undefined (expected a value)');
    const wrong = [...files.slice(0, 5), put('short.csv', [[1], [2]])];
    await expect(predict(...wrong, ...grid)).rejects.toThrow(
      '--target-values is of shape [2, 1] instead of [80,1], for features of shape [80, 3]',
    );
  });
});
