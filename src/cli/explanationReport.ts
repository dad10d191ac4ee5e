import type { ClassNames } from '../data/csvClasses.ts';
import { counted } from '../errors.ts';
import type { Estimate } from '../numerics/estimate.ts';
import type { Report, ReportSection } from '../plots/report.ts';
import type { ExplainedClass } from '../table/explainClasses.ts';
import type { ModelExplanation } from '../table/explainModel.ts';
import { classesInWords } from './classes.ts';
import { duration } from './progressBar.ts';
import { reportTable } from './reportFile.ts';
import { type Column, table } from './table.ts';

/** An explanation, and what it is of. */
export interface ToldExplanation extends ModelExplanation {
  /** Names of the columns that the model reads, in their order. */
  readonly columns: readonly string[];
  readonly target: string;
  /** Of two classes, what +1 and -1 stand for. */
  readonly labels: ClassNames | null;
  readonly eps: number;
  readonly norm: string;
  readonly loss: string;
  readonly seconds: number;
}

/** What of it is to be shown. */
export interface Shown {
  /** Worst rows. */
  readonly rows: number;
  /** Column of the subgroups. */
  readonly by: string | undefined;
  /** Permutations of an input. */
  readonly repeats: number;
}

/** A table under its heading, with a sentence on what its numbers are. */
interface Part {
  readonly title: string;
  readonly text: string;
  readonly rows: readonly unknown[];
  readonly columns: readonly Column<never>[];
}

const part = <Row>(
  title: string,
  words: string,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
): Part => ({ title, text: words, rows, columns });

/** What `rrf explain` prints. */
export function explanationReport(
  told: ToldExplanation,
  shown: Shown & { readonly plot: string | undefined; readonly report: string | undefined },
): string {
  return [
    ...headlines(told),
    ...partsOf(told, shown).flatMap(({ title, text, rows, columns }) => [
      '',
      `${title} (${text})`,
      table(rows as never[], columns),
    ]),
    ...(shown.plot === undefined ? [] : ['', `picture: ${shown.plot}`]),
    ...(shown.report === undefined ? [] : ['', `report: ${shown.report}`]),
  ].join('\n');
}

/** The same as the parts of a page, with the picture. */
export async function explanationSections(
  told: ToldExplanation,
  shown: Shown,
): Promise<Pick<Report, 'title' | 'summary' | 'sections'>> {
  const { explanationFigure } = await import('./explanationFigure.ts');
  const sections = partsOf(told, shown).map(
    ({ title, text, rows, columns }): ReportSection => ({
      title: capitalised(title),
      text: [`${capitalised(text)}.`],
      tables: [reportTable(rows as never[], columns)],
      ...(title === IMPORTANCE
        ? {
            pictures: [
              {
                svg: explanationFigure(told, shown.repeats),
                caption: `Rise of the risk when an input is permuted; bars of one standard error: ${importanceErrors(told, shown)}.`,
              },
            ],
          }
        : {}),
    }),
  );
  return { title: `What a model of ${told.target} hangs on`, summary: headlines(told), sections };
}

const headlines = ({
  target,
  labels,
  clean,
  robust,
  norm,
  eps,
  units,
  loss,
  classes,
  seconds,
}: ToldExplanation): string[] => [
  `${target} on ${counted(clean.count, 'row')}: ${classes ? 'error' : `${loss} loss`} ${estimate(clean)}, attacked in ${norm} at eps ${eps} in ${units} ${estimate(robust)}; ${duration(seconds)}`,
  ...(labels ? [classesInWords(target, labels)] : []),
];

/** What standard errors of the importance are over. */
const importanceErrors = (
  { importanceRows, clean: { count } }: ToldExplanation,
  { repeats }: Shown,
): string =>
  importanceRows === count
    ? `standard errors over ${counted(repeats, 'permutation')} of the same rows`
    : `standard errors over ${counted(repeats, 'permutation')}, each of ${importanceRows} of the ${count} rows (seeded)`;

const capitalised = (words: string): string => words[0]!.toUpperCase() + words.slice(1);

const IMPORTANCE = 'importance of the inputs';

function partsOf(told: ToldExplanation, shown: Shown): Part[] {
  const { coefficients, importance, movements, subgroups, columns, classes } = told;
  const spread = (of: Estimate): string => rounded(of.standardError, 2);
  const answer = (prediction: number): string => classes?.[prediction]?.name ?? rounded(prediction);
  return [
    ...(coefficients
      ? [
          part(
            'coefficients',
            `the prediction is ${rounded(coefficients.intercept, RAW_DIGITS)} plus the sum of inputs times these${coefficients.clip === null ? '' : `, as long as no input is more than ${coefficients.clip} deviations from its mean`}`,
            columns
              .map((name, j) => ({ name, j }))
              .sort(
                (a, b) =>
                  Math.abs(coefficients.perDeviation[b.j]!) - Math.abs(coefficients.perDeviation[a.j]!),
              ),
            [
              { title: 'input', value: ({ name }) => name, align: 'left' },
              { title: 'for one unit', value: ({ j }) => rounded(coefficients.coefficients[j]!, RAW_DIGITS) },
              { title: 'for one deviation', value: ({ j }) => rounded(coefficients.perDeviation[j]!) },
            ],
          ),
        ]
      : []),
    ...(classes ? classParts(classes, columns) : []),
    part(
      IMPORTANCE,
      `rise of the ${classes ? 'error' : 'mean loss'} when the input is permuted among the rows; ${importanceErrors(told, shown)}`,
      importance,
      [
        { title: 'input', value: ({ name }) => name, align: 'left' },
        { title: 'under attack', value: ({ robust }) => rounded(robust.value) },
        { title: 'std.err.', value: ({ robust }) => spread(robust) },
        { title: 'without', value: ({ clean }) => rounded(clean.value) },
        { title: 'std.err.', value: ({ clean }) => spread(clean) },
      ],
    ),
    part(
      'the perturbation that hurts most',
      `mean over rows of its size, in ${told.units}, and in the input's own units of its size and of its signed value`,
      movements,
      [
        { title: 'input', value: ({ name }) => name, align: 'left' },
        { title: 'size', value: ({ size }) => rounded(size.value) },
        { title: 'std.err.', value: ({ size }) => spread(size) },
        { title: 'in own units', value: ({ ownSize }) => (ownSize === null ? '-' : rounded(ownSize)) },
        { title: 'signed', value: ({ ownShift }) => (ownShift === null ? '-' : rounded(ownShift)) },
      ],
    ),
    ...(subgroups
      ? [
          part(`risk by ${shown.by}`, 'standard errors over the rows of each group', subgroups, [
            { title: String(shown.by), value: ({ name }) => name, align: 'left' },
            { title: 'rows', value: ({ count }) => String(count) },
            { title: 'under attack', value: ({ robust }) => rounded(robust.value) },
            { title: 'std.err.', value: ({ robust }) => spread(robust) },
            { title: 'without', value: ({ clean }) => rounded(clean.value) },
            { title: 'std.err.', value: ({ clean }) => spread(clean) },
          ]),
        ]
      : []),
    ...(shown.rows > 0
      ? [
          part(
            'rows that the attack harms most',
            classes
              ? 'row 1 is the first below the header; what it is taken for, and how far the output of its class is behind the largest other one, without and under attack'
              : 'row 1 is the first below the header; predictions and losses without and under attack',
            worstOf(told).slice(0, shown.rows),
            [
              { title: 'row', value: ({ row }) => String(row + 1) },
              { title: classes ? 'taken for' : 'prediction', value: ({ prediction }) => answer(prediction) },
              { title: 'attacked', value: ({ worstPrediction }) => answer(worstPrediction) },
              { title: classes ? 'behind' : 'loss', value: ({ cleanLoss }) => rounded(cleanLoss) },
              { title: 'attacked', value: ({ loss }) => rounded(loss) },
            ],
          ),
        ]
      : []),
  ];
}

/** Classes of which a table has a column each. */
const MOST_COLUMNS = 8;
/** Inputs that are named of a class. */
const NAMED = 3;

/** Several classes, one by one; of a linear model its coefficients too, where there is room. */
function classParts(classes: readonly ExplainedClass[], columns: readonly string[]): Part[] {
  const most = (counts: readonly number[], k: number): string => {
    const others = counts.map((count, j) => (j === k ? 0 : count));
    const greatest = Math.max(...others);
    return greatest > 0 ? `${classes[others.indexOf(greatest)]!.name} (${greatest})` : '-';
  };
  const hangsOn = ({ importance }: ExplainedClass): string =>
    importance
      .filter(({ robust }) => robust.value > 1e-14)
      .slice(0, NAMED)
      .map(({ name, robust }) => `${name} (${rounded(robust.value, 2)})`)
      .join(', ') || '-';
  type Line = ExplainedClass & { readonly k: number };
  const lines = classes.map((one, k): Line => ({ ...one, k }));
  const size = (j: number): number =>
    Math.max(...classes.map(({ coefficients }) => Math.abs(coefficients?.perDeviation[j] ?? 0)));
  const linear = classes.length <= MOST_COLUMNS && classes.every(({ coefficients }) => coefficients !== null);
  return [
    part(
      'classes',
      'the rows of each, the share that is answered wrongly without and under attack, what most of those are taken for, and the inputs whose permutation raises the error of its rows under attack most',
      lines,
      [
        { title: 'class', value: ({ name }) => name, align: 'left' },
        { title: 'rows', value: ({ count }) => String(count) },
        { title: 'error', value: ({ clean }) => rounded(clean.value) },
        { title: 'attacked', value: ({ robust }) => rounded(robust.value) },
        { title: 'most taken for', value: ({ takenFor, k }) => most(takenFor, k) },
        { title: 'attacked', value: ({ attackedFor, k }) => most(attackedFor, k) },
        { title: 'hangs on', value: hangsOn, align: 'left' },
      ],
    ),
    ...(linear
      ? [
          part(
            'coefficients',
            'what one deviation of an input adds to the output of each class; the largest output names the class',
            columns.map((name, j) => ({ name, j })).sort((a, b) => size(b.j) - size(a.j)),
            [
              { title: 'input', value: ({ name }) => name, align: 'left' },
              ...classes.map(
                ({ name, coefficients }): Column<{ readonly j: number }> => ({
                  title: name,
                  value: ({ j }) => rounded(coefficients!.perDeviation[j]!),
                }),
              ),
            ],
          ),
        ]
      : []),
  ];
}

/** Rows, the one whose loss the attack raises most first; of several classes, the one that it leaves farthest from its own. */
const worstOf = ({ rows, classes }: Pick<ModelExplanation, 'rows' | 'classes'>) =>
  Array.from(rows.loss, (loss, row) => ({
    row,
    loss,
    cleanLoss: rows.cleanLoss[row]!,
    prediction: rows.prediction[row]!,
    worstPrediction: rows.worstPrediction[row]!,
  })).sort((a, b) => (classes ? b.loss - a.loss : b.loss - b.cleanLoss - (a.loss - a.cleanLoss)));

const estimate = ({ value, standardError }: Estimate): string =>
  `${rounded(value)} +- ${rounded(standardError, 2)}`;

/** Of what is multiplied by raw inputs, which may be far from 0, so that the sum is still the prediction. */
const RAW_DIGITS = 6;

const rounded = (value: number, digits = 4): string => {
  if (!Number.isFinite(value)) return '-';
  // What sums of float64 leave of a zero.
  return Math.abs(value) < 1e-14 ? '0' : String(Number(value.toPrecision(digits)));
};
