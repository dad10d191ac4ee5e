import { DEVICE_CHOICES } from '../runtime/device.ts';
import { numberOption } from './numberOption.ts';

/** An option that takes text. */
export const text = (describe: string) => ({ type: 'string', describe }) as const;

/** An option that takes text and must be given. */
export const neededText = (describe: string) => ({ type: 'string', demandOption: true, describe }) as const;

/** An option that takes text, and what it is unless given. */
export const textOr = (fallback: string, describe: string) =>
  ({ type: 'string', default: fallback, describe }) as const;

/** An option that is true or false, and false unless given. */
export const flag = (describe: string) => ({ type: 'boolean', default: false, describe }) as const;

/** An option that is one number, of which messages show what was typed. */
export const number = (name: string, describe: string) => ({ ...numberOption(name), describe }) as const;

/** Which engine is to run. */
export const deviceOption = textOr('auto', DEVICE_CHOICES.join(', '));

/** Whether the answer is one JSON object. */
export const jsonOption = flag('one JSON object on standard output');
