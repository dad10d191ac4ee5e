import { asTyped } from './optionNames.ts';

let quiet = false;

/** From here on only results, warnings and errors are written, or remarks as well: --quiet. */
export function beQuiet(wanted: boolean): void {
  quiet = wanted;
}

/** Whether only results, warnings and errors are written. */
export const isQuiet = (): boolean => quiet;

/** Whether somebody watches: a terminal that was not asked to be quiet. */
export const watched = (): boolean => !quiet && process.stderr.isTTY === true;

/** A remark for people, one line on standard error. */
export function notice(line: string): void {
  if (!quiet) warn(line);
}

/** A line on standard error that --quiet does not hold back: something is not as it should be. */
export function warn(line: string): void {
  process.stderr.write(`${asTyped(line)}\n`);
}
