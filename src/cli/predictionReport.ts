import type { Report, ReportTable } from '../plots/report.ts';
import type { ClassesPrediction, ClassesPredictions } from '../table/predictClassesOnData.ts';
import type { DataPredictions, WidthPrediction } from '../table/predictOnData.ts';
import { riskInWords } from './predictionRemarks.ts';
import { reportTable } from './reportFile.ts';
import { type Column, table } from './table.ts';

/** Predictions, and how they are to be told. */
interface Told {
  readonly found: DataPredictions | ClassesPredictions;
  /** Names of three classes and more. */
  readonly classes: readonly string[] | null;
  /** Whether one radius at test was named. */
  readonly oneRadius: boolean;
  readonly remarks: readonly string[];
}

/** What `rrf predict` prints. */
export const predictionReport = (told: Told): string =>
  [
    ...told.remarks,
    ...shownTables(told).flatMap(({ title, lines }) => ['', ...(title ? [title] : []), lines]),
    '',
    adviceOf(told.found),
  ].join('\n');

/** The same as the parts of a page, with the picture where there is an axis to draw it along. */
export async function predictionSections(
  target: string,
  told: Told,
): Promise<Pick<Report, 'title' | 'summary' | 'sections'>> {
  const { found, remarks } = told;
  const { predictionFigure } = await import('./predictionFigure.ts');
  const { predictions: rows } = found;
  const caption = told.classes
    ? 'Predicted adversarial risk, the mean over the classes, each against the rest.'
    : 'Predicted adversarial risk; bands hold 90 per cent of single splits.';
  const pictures = rows.length > 1 ? [{ svg: predictionFigure(rows), caption }] : [];
  const sentence = (words: string): string => `${words[0]!.toUpperCase()}${words.slice(1)}.`;
  return {
    title: `Predicted robust risk of ${target}`,
    summary: [adviceOf(found), ...remarks].map(sentence),
    sections: shownTables(told).map(({ title, page }, k) => ({
      title: title ? sentence(title).slice(0, -1) : 'Predictions',
      text: k === 0 ? [MEANING] : [],
      ...(k === 0 ? { pictures } : {}),
      tables: [page],
    })),
  };
}

const MEANING =
  'SR and AR are the mean squared errors without and under attack, gradient the norm of the input gradient, fitted the share of the training rows that are fitted exactly; error and robust are shares of rows with the wrong sign, without and under attack.';

const adviceOf = ({ best, comparable }: Told['found']): string =>
  comparable
    ? `least adversarial risk at eps-test ${best.epsTest}: n ${best.n}, width ${best.width}, eps ${best.eps}, lambda ${best.lambda}`
    : 'name one --eps-test to compare the rows';

interface ShownTable {
  readonly title: string;
  readonly lines: string;
  readonly page: ReportTable;
}

const shown = <Row>(title: string, rows: readonly Row[], columns: readonly Column<Row>[]): ShownTable => ({
  title,
  lines: table(rows, columns),
  page: reportTable(rows, columns),
});

function shownTables({ found, classes, oneRadius }: Told): ShownTable[] {
  if (!classes) {
    const rows = (found as DataPredictions).predictions;
    return [shown('', rows, [...gridColumns(oneRadius), ...riskColumns(rows)])];
  }
  const { predictions, best } = found as ClassesPredictions;
  const named = best.classes.map((row, k) => ({ ...row, name: classes[k]! }));
  const { n, width, eps, lambda } = best;
  return [
    shown('means over the classes, and errors of the largest output at most', predictions, [
      ...gridColumns(oneRadius),
      { title: 'mean AR', value: ({ adversarialRisk }: ClassesPrediction) => adversarialRisk.toFixed(3) },
      { title: 'error <=', value: ({ errorAtMost }) => share(errorAtMost) },
      { title: 'robust <=', value: ({ robustErrorAtMost }) => share(robustErrorAtMost) },
    ]),
    shown(`by class, at n ${n}, width ${width}, eps ${eps}, lambda ${lambda}`, named, [
      { title: 'class', value: ({ name }: (typeof named)[number]) => name, align: 'left' },
      ...riskColumns(named),
    ]),
  ];
}

const share = (value: number | null | undefined): string => value?.toFixed(3) ?? '-';

type GridPoint = Pick<WidthPrediction, 'n' | 'width' | 'lambda' | 'eps' | 'epsTest'>;

function gridColumns(oneRadius: boolean): Column<GridPoint>[] {
  const names = ['n', 'width', 'lambda', 'eps', ...(oneRadius ? (['epsTest'] as const) : [])] as const;
  return names.map((name) => ({ title: name, value: (row) => String(Number(row[name].toPrecision(6))) }));
}

/** @param rows of which those of labels have errors, too */
function riskColumns(rows: readonly WidthPrediction[]): Column<WidthPrediction>[] {
  const risk = (
    title: string,
    name: 'standardRisk' | 'adversarialRisk' | 'gradientNorm' | 'interpolatedFraction',
  ): Column<WidthPrediction> => ({ title, value: (row) => row[name].toFixed(3) });
  const errors: Column<WidthPrediction>[] = [
    { title: 'error', value: (row) => share(row.errors?.error) },
    { title: 'robust', value: (row) => share(row.errors?.robustError) },
  ];
  return [
    risk('SR', 'standardRisk'),
    { title: '90 %', value: ({ intervals }) => riskInWords(intervals?.standardRisk) },
    risk('AR', 'adversarialRisk'),
    { title: '90 %', value: ({ intervals }) => riskInWords(intervals?.adversarialRisk) },
    ...(rows.some((row) => row.errors) ? errors : []),
    risk('gradient', 'gradientNorm'),
    risk('fitted', 'interpolatedFraction'),
    { title: 'phase', value: (row) => row.phase },
  ];
}
