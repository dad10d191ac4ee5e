import type { PreparationOptions } from './preparation.ts';

/**
 * An option between backticks, as a message names one that would help: "`missing drop`". The command line, which spells
 * options otherwise, finds them by that.
 * @param value what to set it to; default none
 */
export function optionHint(name: keyof PreparationOptions, value?: string): string {
  if (value === undefined) return `\`${name}\``;
  return `\`${name} ${/^[\p{L}\p{N}_.-]+$/u.test(value) ? value : JSON.stringify(value)}\``;
}
