import type { CommandModule } from 'yargs';
import { given } from '../checkOptions.ts';
import { checkChoice, InvalidArgumentError } from '../errors.ts';
import type { Figure, FigureSettings } from '../figures/figure.ts';
import { checkSettings } from '../figures/figureSettings.ts';
import { figureNamed, figures } from '../figures/index.ts';
import { reproduce } from '../figures/reproduce.ts';
import { DEVICE_CHOICES, type DeviceChoice } from '../runtime/index.ts';
import type { ActivationName } from '../theory/index.ts';
import { announceRuntime } from './announceRuntime.ts';
import { interruptible } from './interruptible.ts';
import { notice, warn } from './notices.ts';
import { numberList } from './numberList.ts';
import { numberOption } from './numberOption.ts';
import { columnsOption, pageWidth } from './picture.ts';
import { duration, progressBar } from './progressBar.ts';
import { figureOfHelp, helpOnFigure, SETTING_OPTIONS, wallSeconds } from './reproduceHelp.ts';
import { reproductionReport } from './reproductionReport.ts';
import { table } from './table.ts';
import { version } from './version.ts';
import { workersFor } from './workers.ts';

/** The native engine is spoken of where it takes less than this part of the time. */
const SAVES = 0.8;

interface ReproduceArgs {
  figure: string | undefined;
  d: string | undefined;
  psi1: string | undefined;
  psi2: string | undefined;
  epsilons: string | undefined;
  lambda: string | undefined;
  tau: number | undefined;
  activations: string | undefined;
  seeds: number | undefined;
  method: string | undefined;
  cold: boolean;
  'test-rows': number | undefined;
  columns: number | undefined;
  out: string | undefined;
  device: string;
  workers: number | undefined;
  quick: boolean;
  all: boolean;
  list: boolean;
  json: boolean;
}

/** @param words of the command line: they may ask for help on one figure */
export const reproduceCommand = (words: readonly string[]): CommandModule<object, ReproduceArgs> => ({
  command: 'reproduce [figure]',
  describe: 'Simulate and draw a figure beside its theory, and check its claims',
  builder(yargs) {
    const figure = figureOfHelp(words);
    const cli = yargs
      .positional('figure', { type: 'string', describe: figures.map(({ name }) => name).join(', ') })
      .option('list', { type: 'boolean', default: false, describe: 'list the figures' })
      .option('all', { type: 'boolean', default: false, describe: 'make every figure' })
      .option('quick', { type: 'boolean', default: false, describe: 'a small version, about half a minute' })
      .options(SETTING_OPTIONS)
      .option('columns', columnsOption)
      .option('out', { type: 'string', describe: 'output folder [results/<figure>]' })
      .option('device', { type: 'string', default: 'auto', describe: DEVICE_CHOICES.join(', ') })
      .option('workers', {
        ...numberOption('workers'),
        describe: 'worker processes [one a core; one for cuda]',
      })
      .option('json', {
        type: 'boolean',
        default: false,
        describe: 'the numbers as JSON on standard output',
      });
    if (figure) return helpOnFigure(cli, figure).hide('figure').hide('list').hide('all');
    return cli
      .example('$0 reproduce curse', 'the whole figure, a minute or two')
      .example('$0 reproduce curse --quick', 'a first look')
      .example('$0 reproduce curse --help', 'its settings, its claims, and how long it takes')
      .example(
        '$0 reproduce curse --epsilons 0,0.5 --lambda 0.01 --out ridge',
        'other settings, another folder',
      )
      .example(
        '$0 reproduce curse --columns 1',
        'for one column of a page: PDF, SVG, and PNG of 600 dots an inch',
      )
      .epilogue('Other losses, norms, noise or inputs: rrf sweep, whose plot sets them beside theory.');
  },
  async handler(args) {
    if (args.list) {
      const columns = [
        { title: 'figure', value: (f: Figure) => f.name, align: 'left' as const },
        { title: 'what it shows', value: (f: Figure) => f.summary, align: 'left' as const },
      ];
      process.stdout.write(
        args.json ? `${JSON.stringify(figures.map((f) => f.name))}\n` : `${table(figures, columns)}\n`,
      );
      return;
    }
    if (args.all === (args.figure !== undefined))
      throw new InvalidArgumentError('figure', args.figure, 'the name of one figure, or --all, or --list');
    const chosen = args.all ? figures : [figureNamed(args.figure!)];
    const device: DeviceChoice = checkChoice('device', args.device, DEVICE_CHOICES);
    workersFor(device, args.workers);
    pageWidth(args.columns);
    // All of them before the first is made: a setting that one of them refuses is no surprise after an hour.
    const tasks = chosen.map((figure) => ({
      figure,
      settings: checkSettings(figure, settingsOf(figure, args)),
    }));
    const reports = [];
    for (const { figure, settings } of tasks) {
      const reproduction = await make(figure, settings, args, device);
      reports.push(reproduction);
      if (!args.json) process.stdout.write(`${reproductionReport(reproduction)}\n`);
    }
    if (args.json) process.stdout.write(`${JSON.stringify(args.all ? reports : reports[0])}\n`);
    for (const { figure, claims } of reports)
      for (const { holds, statement } of claims)
        if (holds === false) {
          warn(`rrf: ${figure}: a claim fails: ${statement}`);
          process.exitCode = 1;
        }
  },
});

async function make(figure: Figure, settings: FigureSettings, args: ReproduceArgs, device: DeviceChoice) {
  const folder = `${figure.name}${args.quick ? '-quick' : ''}`;
  const out = args.out === undefined ? `results/${folder}` : args.all ? `${args.out}/${folder}` : args.out;
  let bar = progressBar(0, '');
  let total = 0;
  const making = () =>
    reproduce({
      figure,
      settings,
      out,
      device,
      workers: workersFor(device, args.workers),
      ...given({ width: pageWidth(args.columns) }),
      version,
      onPicture: (path) =>
        notice(`${figure.name}: theory is drawn in ${path}; points are added as cells finish`),
      onStart({ runtime, cells, estimatedSeconds, nativeSeconds, workers: count }) {
        announceRuntime(runtime);
        const time = (seconds: number) => duration(wallSeconds(seconds, count));
        const about = cells > 0 ? `about ${time(estimatedSeconds)}, ` : '';
        notice(`${figure.name}: ${cells} cells to simulate, ${count} at a time, ${about}rows kept in ${out}`);
        if (nativeSeconds !== null && nativeSeconds < SAVES * estimatedSeconds)
          notice(
            `${figure.name}: native TensorFlow would take about ${time(nativeSeconds)}; get it with: npx rrf provision`,
          );
        total = cells;
        bar = progressBar(estimatedSeconds, figure.name);
      },
      onRemark: warn,
      onCell: ({ cells, estimatedSeconds }) => bar.update(estimatedSeconds, `${cells} of ${total} cells`),
    });
  const kept = (): string => {
    bar.stop();
    return `finished cells are kept in ${out}, the same command goes on from there`;
  };
  return interruptible(kept, making).finally(() => bar.stop());
}

/** The figure's defaults, or its quick ones, with what was given in their place. */
function settingsOf(figure: Figure, args: ReproduceArgs): FigureSettings {
  const base = { ...figure.defaults, ...(args.quick ? figure.quick : {}) };
  const list = (name: 'd' | 'psi1' | 'psi2' | 'epsilons' | 'lambda'): readonly number[] =>
    args[name] === undefined ? base[name] : numberList(name, args[name]);
  return {
    ...base,
    d: list('d'),
    psi1: list('psi1'),
    psi2: list('psi2'),
    epsilons: list('epsilons'),
    lambda: list('lambda'),
    tau: args.tau ?? base.tau,
    activations:
      args.activations === undefined ? base.activations : (args.activations.split(',') as ActivationName[]),
    seeds: args.seeds ?? base.seeds,
    method: (args.method ?? base.method) as FigureSettings['method'],
    cold: args.cold,
    testRows: args['test-rows'] ?? base.testRows,
  };
}
