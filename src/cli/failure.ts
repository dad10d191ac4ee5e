import { UserError } from '../errors.ts';
import { asTyped } from './optionNames.ts';

/** How a command ends that fails: what it writes to standard error, and its exit code. */
export interface Failure {
  readonly text: string;
  readonly code: 1 | 2;
}

/** One line and code 2 for what a user can mend; a stack trace and code 1 for what we must. */
export function failureOf(error: unknown): Failure {
  if (error instanceof UserError) return { text: `rrf: ${asTyped(error.message)}`, code: 2 };
  return { text: error instanceof Error ? (error.stack ?? error.message) : String(error), code: 1 };
}
