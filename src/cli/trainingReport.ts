import { counted } from '../errors.ts';
import type { Estimate } from '../numerics/estimate.ts';
import type { LargestOutput, SeveralClassesTold } from '../table/measureSeveralClasses.ts';
import type { ClassesTold, TableTraining } from '../table/trainOnTable.ts';
import { applyLine } from './applyLine.ts';
import { classesInWords } from './classes.ts';
import { duration } from './progressBar.ts';
import { table } from './table.ts';

/** Options of the training that its report names. */
interface ReportedOptions {
  readonly target: string;
  readonly model: string;
  readonly method: string;
  readonly loss: string;
  readonly eps: number;
  readonly norm: string;
  readonly lambda: number;
  readonly save?: string | undefined;
  readonly plot?: string | undefined;
}

/** What `rrf train` prints. */
export function trainingReport(trained: TableTraining, args: ReportedOptions, seconds: number): string {
  const { rows, training, intercept, classes, several } = trained;
  const { model, method, save, plot, target } = args;
  const how =
    training.relativeGap === undefined
      ? `${counted(training.iterations, 'step')}, ${training.converged ? 'converged' : `not converged (${training.stopped})`}`
      : `${counted(training.iterations, 'iteration')}, relative duality gap ${training.relativeGap.toExponential(1)}`;
  const split = `${counted(rows.train, 'row')} to train${rows.validation ? `, ${rows.validation} to validate` : ''}, ${rows.test} held out`;
  return [
    `${target} from ${split}; ${method}: ${how}; ${duration(seconds)}`,
    ...(classes
      ? classReport(trained, classes, args)
      : several
        ? severalReport(several, args)
        : ['', errorReport(trained, args)]),
    // Of features that a model makes it says little; of columns it is the prediction at their means.
    ...(intercept === null || model !== 'linear' || classes
      ? []
      : ['', `intercept: ${rounded(intercept, 5)}, predicted where every input is at its mean`]),
    ...(save === undefined ? [] : ['', `model and held-out rows: ${save}`, applyLine(save)]),
    ...(plot === undefined ? [] : ['', `picture: ${plot}`]),
  ].join('\n');
}

function errorReport(
  { clean, robust, trivial }: TableTraining,
  { model, eps, norm }: ReportedOptions,
): string {
  type Line = { name: string; error: Estimate };
  const lines = [
    { name: `${model}, clean`, error: clean },
    { name: `${model}, attacked (${norm}, eps ${eps})`, error: robust },
    { name: 'the mean, attacked or not', error: trivial },
  ];
  return table(lines, [
    { title: 'predicted by', value: ({ name }: Line) => name, align: 'left' },
    { title: 'mean squared error', value: ({ error }) => rounded(error.value, 5) },
    { title: 'std.err.', value: ({ error }) => rounded(error.standardError, 2) },
    { title: 'R^2', value: ({ error }) => (1 - error.value / trivial.value).toFixed(3) },
  ]);
}

/** Measures of two classes by columns: without an attack, under both, and of the best constant. */
function classReport(
  { clean, robust, trivial }: TableTraining,
  classes: ClassesTold,
  { target, loss, lambda, eps, norm }: ReportedOptions,
): string[] {
  type Line = { name: string; clean: Estimate; robust: Estimate; linearised?: Estimate; trivial: Estimate };
  const measure = (name: string, of: 'accuracy' | 'error' | 'logLoss'): Line => ({
    name,
    clean: classes.clean[of],
    robust: classes.robust[of],
    linearised: classes.linearised[of],
    trivial: classes.trivial[of],
  });
  const lines = [
    measure('accuracy', 'accuracy'),
    measure('error', 'error'),
    measure('log loss', 'logLoss'),
    // The logistic loss is the log loss.
    ...(loss === 'logistic' ? [] : [{ name: `${loss} loss`, clean, robust, trivial }]),
  ];
  const shown = (estimate: Estimate | undefined): string => (estimate ? estimate.value.toFixed(4) : '-');
  const spread = (estimate: Estimate): string => rounded(estimate.standardError, 2);
  type Counts = { name: string; counts: readonly number[] };
  const { clean: c, robust: r } = classes;
  const counts = [
    {
      name: '+1',
      counts: [c, r].flatMap(({ confusion }) => [confusion.truePositive, confusion.falseNegative]),
    },
    {
      name: '-1',
      counts: [c, r].flatMap(({ confusion }) => [confusion.falsePositive, confusion.trueNegative]),
    },
  ];
  return [
    `${classesInWords(target, classes)}; ${loss} loss, lambda ${lambda}`,
    `robust: PGD in ${norm} at eps ${eps}; linearised: the model's linear part at each row, attacked exactly`,
    '',
    table(lines, [
      { title: 'held out', value: ({ name }: Line) => name, align: 'left' },
      { title: 'clean', value: (line) => shown(line.clean) },
      { title: 'std.err.', value: (line) => spread(line.clean) },
      { title: 'robust', value: (line) => shown(line.robust) },
      { title: 'std.err.', value: (line) => spread(line.robust) },
      { title: 'linearised', value: (line) => shown(line.linearised) },
      { title: 'best constant', value: (line) => shown(line.trivial) },
    ]),
    '',
    table(counts, [
      { title: 'class', value: ({ name }: Counts) => name, align: 'left' },
      ...['taken for +1', 'for -1', 'attacked: for +1', 'for -1'].map((title, k) => ({
        title,
        value: (line: Counts) => String(line.counts[k]),
      })),
    ]),
  ];
}

/** Measures of several classes, and which are taken for which. */
function severalReport(
  { names, confusion, robustlyRight, ...told }: SeveralClassesTold,
  { target, method, loss, lambda, eps, norm }: ReportedOptions,
): string[] {
  const how = method === 'exact' ? 'one against the rest' : 'trained together';
  const lines = (['accuracy', 'error'] as const).map((name) => ({
    name,
    of: (kind: keyof typeof told): Estimate => told[kind][name satisfies keyof LargestOutput],
  }));
  type Line = (typeof lines)[number];
  const shown = (kind: keyof typeof told) => (line: Line) => line.of(kind).value.toFixed(4);
  const spread = (kind: keyof typeof told) => (line: Line) => rounded(line.of(kind).standardError, 2);
  const classes = names.map((name, k) => {
    const counts = confusion[k]!;
    const others = counts.map((count, j) => (j === k ? 0 : count));
    const most = Math.max(...others);
    return {
      ...{ name, rows: counts.reduce((sum, count) => sum + count, 0), right: counts[k]! },
      robust: robustlyRight[k]!,
      wrong: most > 0 ? `${names[others.indexOf(most)]} (${most})` : '-',
    };
  });
  type ClassLine = (typeof classes)[number];
  return [
    `${target}: ${names.length} classes, ${how}, the largest output names one; ${loss} loss, lambda ${lambda}`,
    `robust: PGD in ${norm} at eps ${eps} against each other class; linearised: the model's linear part at each row, attacked exactly`,
    '',
    table(lines, [
      { title: 'held out', value: ({ name }: Line) => name, align: 'left' },
      { title: 'clean', value: shown('clean') },
      { title: 'std.err.', value: spread('clean') },
      { title: 'robust', value: shown('robust') },
      { title: 'std.err.', value: spread('robust') },
      { title: 'linearised', value: shown('linearised') },
      { title: 'commonest class', value: shown('trivial') },
    ]),
    '',
    table(classes, [
      { title: 'class', value: ({ name }: ClassLine) => name, align: 'left' },
      { title: 'rows', value: ({ rows }) => String(rows) },
      { title: 'right', value: ({ right }) => String(right) },
      { title: 'attacked: right', value: ({ robust }) => String(robust) },
      { title: 'most taken for', value: ({ wrong }) => wrong },
    ]),
  ];
}

/** A number to so many digits, without an exponent. */
const rounded = (value: number, digits: number): string => String(Number(value.toPrecision(digits)));
