import { availableParallelism } from 'node:os';
import type { Argv, Options } from 'yargs';
import { METHODS } from '../cells/cell.ts';
import { cellSeconds } from '../cells/cellSeconds.ts';
import { counted } from '../errors.ts';
import type { Figure, FigureList, FigureSettings } from '../figures/figure.ts';
import { figureCells } from '../figures/figurePoints.ts';
import { figures } from '../figures/index.ts';
import { activationNames } from '../theory/index.ts';
import { numberOption } from './numberOption.ts';
import { duration } from './progressBar.ts';

/** The options that change settings of a figure, and which. */
export const SETTING_OPTIONS = {
  d: { setting: 'd', type: 'string', describe: 'input dimensions, such as 50,100' },
  psi1: { setting: 'psi1', type: 'string', describe: 'widths N/d' },
  psi2: { setting: 'psi2', type: 'string', describe: 'training samples n/d' },
  epsilons: { setting: 'epsilons', type: 'string', describe: 'radii of the l2 attack' },
  lambda: { setting: 'lambda', type: 'string', describe: 'ridge penalties' },
  tau: { setting: 'tau', ...numberOption('tau'), describe: 'label noise' },
  activations: { setting: 'activations', type: 'string', describe: `of ${activationNames.join(', ')}` },
  seeds: { setting: 'seeds', ...numberOption('seeds'), describe: 'repetitions of each point' },
  method: { setting: 'method', type: 'string', describe: `how cells are trained: ${METHODS.join(', ')}` },
  cold: {
    setting: 'cold',
    type: 'boolean',
    default: false,
    describe: 'start training by gradient at theta = 0 at every seed, not only the first',
  },
  'test-rows': {
    setting: 'testRows',
    ...numberOption('test-rows'),
    describe: 'fresh rows that measure the risks',
  },
} as const satisfies Record<string, Options & { setting: keyof FigureSettings }>;

/** The figure whose help the words of a command line ask for, if any. */
export const figureOfHelp = (words: readonly string[]): Figure | undefined =>
  words.includes('--help') ? figures.find(({ name }) => words.includes(name)) : undefined;

/** What a figure shows, the options that it takes with what they are unless given, its claims, and how long it takes. */
export function helpOnFigure<T>(yargs: Argv<T>, figure: Figure): Argv<T> {
  for (const [name, { setting, describe }] of Object.entries(SETTING_OPTIONS))
    if (figure.fixed?.[setting] !== undefined) yargs.hide(name);
    else if (setting !== 'cold') yargs.describe(name, `${describe} ${usual(figure, setting)}`);
  const plan = figure.plan(figure.defaults);
  return yargs
    .describe('out', `output folder [results/${figure.name}]`)
    .usage(`$0 reproduce ${figure.name}\n\n${capital(figure.summary)}.`)
    .example(`$0 reproduce ${figure.name}`, took(figure, figure.defaults))
    .example(`$0 reproduce ${figure.name} --quick`, took(figure, { ...figure.defaults, ...figure.quick }))
    .epilogue(
      [
        `Claims that are checked:\n${plan.claims.map(({ statement }) => `  * ${statement}`).join('\n')}`,
        'Times are those of native TensorFlow at 90 GFLOP/s a core; what this machine needs is said before it starts.',
      ].join('\n\n'),
    );
}

/** `[50,100; quick 30,60; one value]`: what a setting is unless given. */
function usual({ defaults, quick, varies }: Figure, setting: keyof FigureSettings): string {
  const parts = [String(defaults[setting])];
  if (quick[setting] !== undefined) parts.push(`quick ${quick[setting]}`);
  if (Array.isArray(defaults[setting]) && !varies.includes(setting as FigureList)) parts.push('one value');
  return `[${parts.join('; ')}]`;
}

function took(figure: Figure, settings: FigureSettings): string {
  const cells = figureCells(figure.plan(settings));
  const seconds = cells.reduce((sum, cell) => sum + cellSeconds(cell), 0);
  return `${counted(cells.length, 'cell')}, about ${duration(wallSeconds(seconds))} on ${counted(availableParallelism(), 'core')}`;
}

/** What worker processes take to start. */
const START_SECONDS = 2;

/** Of the seconds that cells take on one core. */
export const wallSeconds = (seconds: number, workers = availableParallelism()): number =>
  START_SECONDS + seconds / Math.min(workers, availableParallelism());

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
