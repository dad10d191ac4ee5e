import { availableParallelism } from 'node:os';
import type { CommandModule } from 'yargs';
import { checkChoice, checkInteger } from '../errors.ts';
import type { Comparison } from '../experiments/comparison.ts';
import {
  type CursePoint,
  type CurseSettings,
  curseDefaults,
  curseQuick,
} from '../experiments/figures/curse.ts';
import { type Reproduction, reproduceCurse } from '../experiments/reproduceCurse.ts';
import { announceRuntime, DEVICE_CHOICES, type DeviceChoice } from '../runtime/index.ts';
import { type ActivationName, activationNames } from '../theory/index.ts';
import { numberList } from './numberList.ts';
import { duration, progressBar } from './progressBar.ts';
import { table } from './table.ts';
import { version } from './version.ts';

interface ReproduceArgs {
  figure: string;
  d: string | undefined;
  psi1: string | undefined;
  epsilons: string | undefined;
  seeds: number | undefined;
  psi2: number | undefined;
  tau: number | undefined;
  lambda: number | undefined;
  activation: string | undefined;
  'test-rows': number | undefined;
  out: string | undefined;
  device: string;
  workers: number | undefined;
  quick: boolean;
  json: boolean;
}

const figures = ['curse'] as const;

export const reproduceCommand: CommandModule<object, ReproduceArgs> = {
  command: 'reproduce <figure>',
  describe: 'Simulate and draw a figure beside its theory',
  builder: (yargs) =>
    yargs
      .positional('figure', { type: 'string', demandOption: true, describe: `one of: ${figures.join(', ')}` })
      .option('d', { type: 'string', describe: `input dimensions [${curseDefaults.d}]` })
      .option('psi1', { type: 'string', describe: `widths N/d [${curseDefaults.psi1}]` })
      .option('epsilons', { type: 'string', describe: `radii of the l2 attack [${curseDefaults.epsilons}]` })
      .option('seeds', { type: 'number', describe: `repetitions of each point [${curseDefaults.seeds}]` })
      .option('psi2', { type: 'number', describe: `training samples n/d [${curseDefaults.psi2}]` })
      .option('tau', { type: 'number', describe: `label noise [${curseDefaults.tau}]` })
      .option('lambda', { type: 'number', describe: `ridge penalty [${curseDefaults.lambda}]` })
      .option('activation', { type: 'string', describe: `one of ${activationNames.join(', ')}` })
      .option('test-rows', {
        type: 'number',
        describe: `fresh rows that measure the risks [${curseDefaults.testRows}]`,
      })
      .option('out', { type: 'string', describe: 'output folder [results/<figure>]' })
      .option('device', { type: 'string', default: 'auto', describe: DEVICE_CHOICES.join(', ') })
      .option('workers', { type: 'number', describe: 'worker processes [one a core; one for cuda]' })
      .option('quick', { type: 'boolean', default: false, describe: 'a small version, under half a minute' })
      .option('json', { type: 'boolean', default: false, describe: 'the numbers as JSON on standard output' })
      .example('$0 reproduce curse', 'the whole figure, a few minutes')
      .example('$0 reproduce curse --quick', 'a first look')
      .example(
        '$0 reproduce curse --epsilons 0,0.5 --lambda 0.01 --out ridge',
        'other settings, another folder',
      ),
  async handler(args) {
    const figure = checkChoice('figure', args.figure, figures);
    const device: DeviceChoice = checkChoice('device', args.device, DEVICE_CHOICES);
    const out = args.out ?? `results/${figure}${args.quick ? '-quick' : ''}`;
    const workers =
      args.workers === undefined
        ? device === 'cuda'
          ? 1
          : availableParallelism()
        : checkInteger('workers', args.workers);
    const bar = { current: progressBar(0, '') };
    const interrupted = (): never => {
      bar.current.stop();
      process.stderr.write(
        `\ninterrupted; finished cells are kept in ${out}, the same command goes on from there\n`,
      );
      process.exit(130);
    };
    process.once('SIGINT', interrupted);
    let total = 0;
    const reproduction = await reproduceCurse({
      settings: settingsOf(args),
      out,
      device,
      workers,
      version,
      onStart({ runtime, cells, cost, workers: count }) {
        announceRuntime(runtime);
        process.stderr.write(`${cells} cells to simulate, ${count} at a time, rows kept in ${out}\n`);
        total = cells;
        bar.current = progressBar(cost, figure);
      },
      onCell: ({ cells, cost }) => bar.current.update(cost, `${cells} of ${total} cells`),
    });
    bar.current.stop();
    process.off('SIGINT', interrupted);
    process.stdout.write(args.json ? `${JSON.stringify(reproduction)}\n` : `${report(reproduction)}\n`);
  },
};

/** The defaults, or the quick ones, with what was given in their place. */
function settingsOf(args: ReproduceArgs): CurseSettings {
  const base = args.quick ? curseQuick : curseDefaults;
  const list = (name: 'd' | 'psi1' | 'epsilons'): readonly number[] =>
    args[name] === undefined ? base[name] : numberList(name, args[name]);
  return {
    ...base,
    d: list('d'),
    psi1: list('psi1'),
    epsilons: list('epsilons'),
    seeds: args.seeds ?? base.seeds,
    psi2: args.psi2 ?? base.psi2,
    tau: args.tau ?? base.tau,
    lambda: args.lambda ?? base.lambda,
    activation: (args.activation ?? base.activation) as ActivationName,
    testRows: args['test-rows'] ?? base.testRows,
  };
}

function report({ settings, points, files, seconds }: Reproduction): string {
  const risk = (pick: (p: CursePoint) => Comparison, name: string) => [
    { title: name, value: (p: CursePoint) => pick(p).simulated.value.toFixed(3) },
    { title: 'std.err.', value: (p: CursePoint) => pick(p).simulated.standardError.toFixed(3) },
    { title: 'theory', value: (p: CursePoint) => pick(p).theory.toFixed(3) },
    { title: 'z', value: (p: CursePoint) => pick(p).z.toFixed(1) },
  ];
  const cells = table(points, [
    { title: 'eps', value: (p) => String(p.eps) },
    { title: 'd', value: (p) => String(p.d) },
    { title: 'psi1', value: (p) => String(p.psi1) },
    ...risk((p) => p.standard, 'SR'),
    ...risk((p) => p.adversarial, 'AR'),
    { title: 'agrees', value: (p) => (p.standard.agrees && p.adversarial.agrees ? 'yes' : 'NO') },
    { title: 'converged', value: (p) => `${p.converged}/${settings.seeds}` },
  ]);
  return [
    cells,
    '',
    ...verdict(settings, points),
    '',
    `simulated in ${duration(seconds)}`,
    `picture: ${files.png}`,
  ].join('\n');
}

/** How many points agree with theory, and how far from it they are at each d. */
function verdict({ d }: CurseSettings, points: readonly CursePoint[]): string[] {
  const agreeing = points.filter((p) => p.standard.agrees && p.adversarial.agrees).length;
  const share = ((100 * agreeing) / points.length).toFixed(0);
  const distance = (dim: number, kind: 'standard' | 'adversarial'): string => {
    const errors = points.filter((p) => p.d === dim).map((p) => Math.abs(p[kind].relativeError));
    return `${((100 * errors.reduce((a, b) => a + b, 0)) / errors.length).toFixed(1)} %`;
  };
  return [
    `${agreeing} of ${points.length} points (${share} %) lie within 3 standard errors or 2 % of theory, in SR and in AR`,
    ...d.map(
      (dim) =>
        `mean distance from theory at d = ${dim}: SR ${distance(dim, 'standard')}, AR ${distance(dim, 'adversarial')}`,
    ),
  ];
}
