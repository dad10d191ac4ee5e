/** The package's typed errors and argument checks; they live in theory/, which imports nothing from outside itself. */
export {
  checkChoice,
  checkInteger,
  checkNonNegative,
  checkPositive,
  InvalidArgumentError,
  UserError,
} from './theory/errors.ts';
