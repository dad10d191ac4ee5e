import { shellWord } from '../../shellWord.ts';
import type { PreparationOptions } from './preparation.ts';

/**
 * An option between backticks, as a message names one that would help: "`missing drop`". The command line, which spells
 * options otherwise, finds them by that.
 * @param value what to set it to; default none
 */
export function optionHint(name: keyof PreparationOptions, value?: string): string {
  if (value === undefined) return `\`${name}\``;
  return `\`${name} ${typed(value)}\``;
}

/** A name as a shell takes it: a list of names is separated by commas, so that one with a comma stands between quotes of its own. */
function typed(value: string): string {
  return shellWord(/[",]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
}
