import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readLines, writeWholeFile, writeWholePieces } from '../src/wholeFile.ts';

const folder = mkdtempSync(join(tmpdir(), 'rrf-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('writing files whole', () => {
  it('leaves no part file behind, and counts pieces', () => {
    const path = join(folder, 'whole.txt');
    expect(writeWholePieces(path, ['all ', 'of ', 'it'])).toBe(3);
    expect(readFileSync(path, 'utf8')).toBe('all of it');
    expect(readdirSync(folder).filter((name) => name.startsWith('whole'))).toEqual(['whole.txt']);
  });

  it('keeps the old content when the new one cannot be made', () => {
    const path = join(folder, 'old.txt');
    writeWholeFile(path, 'old');
    const failing = function* () {
      yield 'half';
      throw new Error('no more');
    };
    expect(() => writeWholePieces(path, failing())).toThrow('no more');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder).filter((name) => name.startsWith('old'))).toEqual(['old.txt']);
  });

  it('names the file that cannot be written', () => {
    expect(() => writeWholeFile(join(folder, 'missing', 'x.txt'), '')).toThrow(
      /^cannot write ".*missing.x\.txt": there is no such folder/,
    );
  });
});

it('reads lines across the pieces it reads a file in', () => {
  const path = join(folder, 'lines.txt');
  const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i} ä`);
  writeFileSync(path, lines.join('\n'));
  expect([...readLines(path)]).toEqual(lines);
});
