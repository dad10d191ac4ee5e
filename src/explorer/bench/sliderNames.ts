import { axisNames } from '../page/symbols.ts';
import type { Solvable } from '../theory/settingsFor.ts';

const numbers: readonly Solvable[] = ['psi1', 'psi2', 'eps', 'epsTest', 'lambda', 'tau'];

/** The numbers that curves run along, as they stand in choices. */
export const sliderNames = numbers.map((name) => [name, axisNames[name]] as const);
