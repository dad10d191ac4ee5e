import { texNumber } from '../../plots/axes.ts';
import { normSymbol } from '../../plots/normSymbol.ts';
import type { TheoryArguments } from './features.ts';

/** Numbers in the order in which they are stated, with what they are unless given; those without that are then left out. */
const NUMBERS = [
  { option: 'psi1', symbol: 'N/d' },
  { option: 'psi2', symbol: 'n/d' },
  { option: 'eps', symbol: '\\varepsilon' },
  { option: 'eps-test', parameter: 'epsTest', symbol: '\\varepsilon_{\\mathrm{test}}' },
  { option: 'tau', symbol: '\\tau', otherwise: 0 },
  { option: 'lambda', symbol: '\\lambda', otherwise: 0 },
  { option: 'rho', symbol: '|\\beta|' },
] as const;

/** The settings of a question, for the foot of its picture, without the parameters that run along its axes. */
export function questionNote(args: TheoryArguments, running: readonly string[]): string {
  const numbers = NUMBERS.flatMap(({ option, symbol, ...more }) => {
    const value = args[option] ?? ('otherwise' in more ? more.otherwise : undefined);
    const parameter = 'parameter' in more ? more.parameter : option;
    return value === undefined || running.includes(parameter) ? [] : [`$${symbol} = ${texNumber(value)}$`];
  });
  const { features, activation, widths, spectrum, loss, noise, labels, norm, 'test-norm': testNorm } = args;
  const words = [
    ...(features === 'deep' ? [`widths ${widths}`] : []),
    features === 'linear' ? 'linear model' : activation,
    ...(spectrum === undefined ? [] : [`${spectrum} inputs`]),
    ...(loss === undefined ? [] : [`${loss} loss`]),
    ...(noise === undefined ? [] : [`${noise} noise`]),
    ...(labels === undefined ? [] : [`${labels} labels`]),
    ...(norm === undefined ? [] : [`attack in ${normSymbol(norm)}`]),
    ...(testNorm === undefined ? [] : [`tested in ${normSymbol(testNorm)}`]),
  ];
  return `asymptotic theory: ${[...numbers, ...words].join(', ')}`;
}
