import { given } from '../checkOptions.ts';
import type { RawTable } from '../data/rawTable.ts';
import { palette } from '../plots/palette.ts';
import { panelFigure } from '../plots/panels.ts';
import type { ReportSection } from '../plots/report.ts';
import type { SplitEstimate } from '../table/splits.ts';
import type { TableTrainingOptions } from '../table/tableTrainingOptions.ts';
import { type SplitResult, type SplitsTraining, trainOnSplits } from '../table/trainOnSplits.ts';
import { withOptionNames } from './optionNames.ts';
import { number } from './options.ts';
import type { PictureLook } from './picture.ts';
import { type ProgressBar, progressBar } from './progressBar.ts';
import { reportTable } from './reportFile.ts';
import { type Column, table } from './table.ts';

/** The options that ask for more than one split. */
export const splitOptions = {
  folds: number(
    'folds',
    'parts of the rows, of which each is held out in turn; a model is kept with --save only',
  ),
  repeats: number('repeats', 'random splits, or how often the folds are dealt out anew [1]'),
} as const;

interface SplitArguments {
  readonly folds?: number | undefined;
  readonly repeats?: number | undefined;
}

/** Trains once a split, with progress and time left; null where one split is all that was asked for. */
export async function trainedOnSplits(
  data: RawTable,
  options: TableTrainingOptions,
  { folds, repeats }: SplitArguments,
): Promise<SplitsTraining | null> {
  if (folds === undefined && repeats === undefined) return null;
  let bar: ProgressBar | undefined;
  return withOptionNames({ folder: 'checkpoints' }, () =>
    trainOnSplits(data, options, {
      ...given({ folds, repeats }),
      onSplit(done, total) {
        bar ??= progressBar(total, 'train');
        bar.update(done, `${done} of ${total} splits`);
      },
    }),
  ).finally(() => bar?.stop());
}

interface Line {
  readonly name: string;
  readonly over: SplitEstimate;
  readonly of: readonly number[];
}

const columns: readonly Column<Line>[] = [
  { title: 'over splits', value: ({ name }) => name, align: 'left' },
  { title: 'mean', value: ({ over }) => rounded(over.value, 5) },
  { title: 'std.err.', value: ({ over }) => rounded(over.standardError, 2) },
  { title: 'corrected', value: ({ over }) => rounded(over.corrected, 2) },
  { title: 'least', value: ({ of }) => rounded(Math.min(...of), 4) },
  { title: 'greatest', value: ({ of }) => rounded(Math.max(...of), 4) },
];

const MEANING =
  'Standard errors are over splits, as if these were independent; the corrected ones allow for the training rows that splits share (Nadeau & Bengio 2003).';

/** What `rrf train --folds` prints. */
export function splitsReport(
  trained: SplitsTraining,
  told: { target: string; args: SplitArguments },
): string {
  return [headline(trained, told), '', table(linesOf(trained), columns), '', MEANING].join('\n');
}

/** The same as a part of a page. */
export const splitsSection = (
  trained: SplitsTraining,
  told: { target: string; args: SplitArguments },
): ReportSection => ({
  title: 'Risk over splits',
  text: [headline(trained, told), MEANING],
  pictures: [
    {
      svg: splitsFigure(trained),
      caption: 'Mean loss of the held-out rows, split by split; the dashed line is the mean under attack.',
    },
  ],
  tables: [reportTable(linesOf(trained), columns)],
});

function headline(
  { splits }: SplitsTraining,
  { target, args }: { target: string; args: SplitArguments },
): string {
  const { folds, repeats = 1 } = args;
  const mean = (of: (split: SplitResult) => number): string =>
    (splits.reduce((sum, split) => sum + of(split), 0) / splits.length).toFixed(0);
  const how =
    folds === undefined
      ? `${splits.length} random splits`
      : `${folds} folds${repeats > 1 ? `, dealt out ${repeats} times` : ''}`;
  const missed = splits.filter(({ converged }) => !converged).length;
  return `${target} by ${how}: ${splits.length} trainings on ${mean(({ rows }) => rows.train)} rows, ${mean(({ rows }) => rows.test)} held out${missed > 0 ? `; ${missed} did not converge` : ''}`;
}

function linesOf({ splits, ...over }: SplitsTraining): Line[] {
  const line = (name: string, of: keyof typeof over): Line[] =>
    over[of] === null ? [] : [{ name, over: over[of], of: splits.map((split) => split[of]!) }];
  return [
    ...line('loss, clean', 'clean'),
    ...line('loss, attacked', 'robust'),
    ...line('loss of the best constant', 'trivial'),
    ...line('accuracy, clean', 'accuracy'),
    ...line('accuracy, attacked', 'robustAccuracy'),
  ];
}

/** Losses split by split, without and under attack, as an SVG string. */
export function splitsFigure({ splits, robust }: SplitsTraining, look: PictureLook = {}): string {
  const series = [
    {
      label: 'attacked',
      colour: palette.vermillion,
      symbol: 'square' as const,
      of: splits.map((split) => split.robust),
    },
    {
      label: 'clean',
      colour: palette.blue,
      symbol: 'circle' as const,
      of: splits.map((split) => split.clean),
    },
  ];
  const top = Math.max(...series.flatMap(({ of }) => of));
  return panelFigure({
    ...look,
    panels: [
      {
        title: '',
        series: series.map(({ of, ...look }) => ({
          ...{ ...look, draw: 'symbols' as const },
          points: of.map((y, i) => ({ x: i + 1, y })),
        })),
      },
    ],
    x: { label: 'split', scale: 'linear', domain: [0, splits.length + 1] },
    y: { label: 'mean loss of the held-out rows', scale: 'linear', domain: [0, 1.1 * top] },
    guides: [{ axis: 'y', at: robust.value, label: 'mean under attack' }],
    description: 'Mean loss of the held-out rows of each split, without and under attack',
  });
}

const rounded = (value: number, digits: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(digits))) : '-';
