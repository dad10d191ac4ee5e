import { createHash } from 'node:crypto';
import { appendFileSync, closeSync, openSync, readSync, statSync } from 'node:fs';
import { naming, readLines, writeWholePieces } from '../../wholeFile.ts';

/** An object as a line of a file of JSON, with the hash of what the line says. */
export function hashedLine(value: object): string {
  const said = JSON.parse(JSON.stringify(value)) as object;
  return `${JSON.stringify({ ...said, hash: hashOf(said) })}\n`;
}

/** Of JSON, whatever the order of its keys: 16 characters, by which damage is noticed. */
export const hashOf = (value: unknown): string =>
  createHash('sha256').update(canonical(value)).digest('hex').slice(0, 16);

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join(',')}}`;
}

/** @throws UserError naming a file that cannot be read */
export function* linesOf(path: string): Generator<string> {
  try {
    yield* readLines(path);
  } catch (error) {
    naming('read', path, () => {
      throw error;
    });
  }
}

/** Whether the last line of a file is whole. */
export function endsInNewline(path: string): boolean {
  const bytes = statSync(path).size;
  if (bytes === 0) return true;
  const last = Buffer.alloc(1);
  const file = openSync(path, 'r');
  readSync(file, last, 0, 1, bytes - 1);
  closeSync(file);
  return last[0] === 10;
}

/** Moves the lines of a file that are no rows to `<file>.damaged` and returns their numbers. */
export function setLinesAside(path: string, isRow: (line: string) => boolean): number[] {
  const bad: { number: number; line: string }[] = [];
  let number = 0;
  for (const line of linesOf(path)) {
    number++;
    if (!isRow(line)) bad.push({ number, line });
  }
  if (bad.length > 0)
    naming('write', `${path}.damaged`, () => {
      for (const { line } of bad) appendFileSync(`${path}.damaged`, `${line}\n`);
    });
  // A last row without its newline is a row, but the next one must not be written behind it.
  if (bad.length > 0 || !endsInNewline(path)) writeWholePieces(path, goodLines(path, isRow));
  return bad.map((each) => each.number);
}

function* goodLines(path: string, isRow: (line: string) => boolean): Generator<string> {
  for (const line of linesOf(path)) if (isRow(line)) yield `${line}\n`;
}
