import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import yargs from 'yargs';
import { predictCommand } from '../../src/cli/predict.ts';
import { teacher } from '../../src/data/teacher.ts';
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
    expect(text).toMatch(/least adversarial risk at 0.3: n \d+, width \d+, eps 0.\d, lambda 0/);
  });

  it('clips inputs where asked, says so, and predicts otherwise', async () => {
    const asked = ['--csv', numbers, '--target', 'grade', '--grid', 'n=80,width=10,eps=0.3', '--json'];
    const whole = JSON.parse(await predict(...asked));
    vi.restoreAllMocks();
    const clipped = JSON.parse(await predict(...asked, '--clip', '1'));
    expect(clipped.remarks).toContain('inputs clipped at 1 standard deviations');
    // Smaller inputs, and so other moments.
    expect(clipped.best.adversarialRisk).not.toBeCloseTo(whole.best.adversarialRisk, 3);
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
    const turned = await predict(
      ...['--csv', words, '--target', 'grade', '--positive', 'bad', '--grid', 'n=50,width=10,eps=0.2'],
    );
    expect(turned).toMatch(/grade bad is \+1, good is -1/);
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
