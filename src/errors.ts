/** The package's typed errors and argument checks; they live in theory/, which imports nothing from outside itself. */
export { checkOptions, nearestName, type OptionNames } from './theory/checkOptions.ts';
export {
  checkBoolean,
  checkChoice,
  checkInteger,
  checkNonNegative,
  checkPlainText,
  checkPositive,
  checkSeed,
  InvalidArgumentError,
  oneLine,
  show,
  UserError,
} from './theory/errors.ts';
