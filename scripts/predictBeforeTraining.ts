/**
 * Predicted against trained robust risk on digits (classes below 5 against the rest) and diabetes, standardised.
 * Prints tables. With a folder as argument it draws prediction.png, .svg and .pdf into it, each a second time for one column
 * and for two, and keeps there what was trained, so that a second run draws at once and an interrupted one goes on.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mean } from 'd3-array';
import { table } from '../src/cli/table.ts';
import type { Dataset } from '../src/data/dataset.ts';
import { diabetes, digitsBelowFive } from '../src/data/shippedSets.ts';
import { paletteOrder } from '../src/plots/palette.ts';
import { type Panel, panelFigure, type Series } from '../src/plots/panels.ts';
import { COLUMN_WIDTHS } from '../src/plots/paper.ts';
import { writePicture } from '../src/plots/picture.ts';
import {
  type AgainstTraining,
  measuredRepeats,
  predictionAgainstTraining,
} from '../src/table/predictionAgainstTraining.ts';
import { predictRobustRisk } from '../src/table/predictRobustRisk.ts';
import { gridValues } from '../src/theory/index.ts';
import { makeFolder, writeWholeFile } from '../src/wholeFile.ts';

interface Comparison {
  readonly name: string;
  readonly data: Dataset;
  readonly widths: readonly number[];
  readonly n: readonly number[];
  readonly epsilons: readonly number[];
  readonly lambda?: number;
  readonly repeats: number;
  /** Whether it has panels in the picture, beside its table. */
  readonly drawn: boolean;
}

const digits = digitsBelowFive();

const comparisons: readonly Comparison[] = [
  {
    name: 'digits',
    data: digits,
    widths: [60, 150, 300],
    n: [150, 210, 300, 420, 600],
    epsilons: [0.1, 0.4],
    repeats: 16,
    drawn: true,
  },
  {
    name: 'diabetes',
    data: diabetes(),
    widths: [60, 100],
    n: [60, 90, 130, 180],
    epsilons: [0.1, 0.4],
    repeats: 20,
    drawn: true,
  },
  {
    name: 'digits, lambda = 0.1',
    data: digits,
    widths: [60, 150, 300],
    n: [150, 300, 600],
    epsilons: [0.1, 0.4],
    lambda: 0.1,
    repeats: 6,
    drawn: false,
  },
  {
    // A few pixels are 0 in all but a few images: standardised, they reach 42 deviations.
    name: 'digits, pixels clipped at 3 deviations',
    data: { ...digits, x: digits.x.map((pixel) => Math.max(-3, Math.min(3, pixel))) },
    widths: [60, 150, 300],
    n: [150, 300, 600],
    epsilons: [0.1, 0.4],
    repeats: 16,
    drawn: false,
  },
];
const colours = new Map([60, 100, 150, 300].map((width, i) => [width, paletteOrder[i]!]));

const RISKS = [
  {
    risk: 'adversarialRisk',
    name: 'AR',
    dashed: false,
    symbol: 'circle',
    of: (row: AgainstTraining) => row.trainedAdversarial,
  },
  {
    risk: 'standardRisk',
    name: 'SR',
    dashed: true,
    symbol: 'triangle',
    of: (row: AgainstTraining) => row.trainedStandard,
  },
] as const;

const [folder] = process.argv.slice(2);
if (folder) makeFolder(folder);
const panels: Panel[] = [];
const lastDrawn = comparisons.findLast(({ drawn }) => drawn);
for (const comparison of comparisons) {
  const { name, drawn } = comparison;
  const rows = await rowsOf(comparison);
  process.stdout.write(`${name}\n${tableOf(rows)}\n${summaryOf(rows)}\n\n`);
  if (drawn) panels.push(...(await panelsOf(comparison, rows)));
  if (folder && comparison === lastDrawn) await draw(folder);
}

/** What was trained, width by width, or is in the folder already. */
async function rowsOf({ name, data, drawn: _, widths, ...settings }: Comparison): Promise<AgainstTraining[]> {
  const rows: AgainstTraining[] = [];
  for (const width of widths) {
    const key = JSON.stringify({ name, width, ...settings });
    const kept = keptRows();
    const found = kept[key] ?? (await predictionAgainstTraining(data, { ...settings, widths: [width] }));
    if (folder) writeWholeFile(join(folder, 'rows.json'), JSON.stringify({ ...kept, [key]: found }));
    rows.push(...found);
  }
  return rows;
}

function keptRows(): Record<string, AgainstTraining[]> {
  const path = folder && join(folder, 'rows.json');
  return path && existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
}

function tableOf(rows: readonly AgainstTraining[]): string {
  const number = (title: string, value: (row: AgainstTraining) => number, digits = 3) => ({
    title,
    value: (row: AgainstTraining) => value(row).toFixed(digits),
  });
  return table(rows, [
    number('N', (row) => row.width, 0),
    number('n', (row) => row.n, 0),
    number('eps', (row) => row.eps, 1),
    number('SR predicted', (row) => row.predictedStandard.value),
    number('trained', (row) => row.trainedStandard.value),
    number('AR predicted', (row) => row.predictedAdversarial.value),
    number('trained', (row) => row.trainedAdversarial.value),
    number('std.err.', (row) => row.trainedAdversarial.standardError),
    number('AR error, per cent', (row) => 100 * row.adversarialError.value, 1),
    number('std.err.', (row) => 100 * row.adversarialError.standardError, 1),
  ]);
}

/** The sizes of the errors of AR, averaged and at worst, apart for many rows under a strong attack and for the others. */
function summaryOf(rows: readonly AgainstTraining[]): string {
  const best = (row: AgainstTraining): boolean => row.n >= 300 && row.eps >= 0.4;
  const line = (title: string, part: readonly AgainstTraining[]): string[] => {
    if (part.length === 0) return [];
    const sizes = part.map((row) => 100 * Math.abs(row.adversarialError.value));
    return [
      `${title}: AR off by ${mean(sizes)!.toFixed(1)} per cent on average, ${Math.max(...sizes).toFixed(1)} at worst`,
    ];
  };
  return [
    ...line('n >= 300 and eps >= 0.4', rows.filter(best)),
    ...line(
      'elsewhere',
      rows.filter((row) => !best(row)),
    ),
  ].join('\n');
}

/** A panel for each eps: a colour and a number for each width, predictions as lines, trainings as symbols. */
async function panelsOf(
  { name, data, widths, n, epsilons, repeats }: Comparison,
  rows: readonly AgainstTraining[],
): Promise<Panel[]> {
  const along = gridValues({ from: Math.min(...n), to: Math.max(...n), count: 25, scale: 'log' }).map(
    Math.round,
  );
  const series: Series[][] = epsilons.map(() => []);
  for (const width of widths) {
    const colour = colours.get(width)!;
    const measured = await measuredRepeats(data, width, { repeats });
    const runs = measured.map((moments) => predictRobustRisk(moments, { n: along, eps: [...epsilons] }));
    epsilons.forEach((eps, e) => {
      const trained = rows.filter((row) => row.width === width && row.eps === eps);
      for (const { risk, name, dashed, symbol, of } of RISKS)
        series[e]!.push(
          {
            label: `$N = ${width}$`,
            kind: `${name} predicted`,
            colour,
            draw: 'line',
            dashed,
            points: along.map((x, i) => ({
              x,
              y: mean(runs, (run) => run[i * epsilons.length + e]![risk])!,
            })),
          },
          {
            label: `$N = ${width}$`,
            kind: `${name} trained`,
            colour,
            draw: 'symbols',
            symbol,
            // Named beside its first symbol too, since colours cannot be told apart in grey.
            points: trained.map((row, i) => ({
              ...(i === 0 && { label: `$${width}$` }),
              x: row.n,
              y: of(row).value,
              standardError: of(row).standardError,
            })),
          },
        );
    });
  }
  return epsilons.map((eps, e) => ({ title: `${name}, $\\varepsilon = ${eps}$`, series: series[e]! }));
}

async function draw(into: string): Promise<void> {
  const heights = panels.flatMap((panel) => panel.series.flatMap(({ points }) => points.map(({ y }) => y)));
  const splits = comparisons.filter(({ drawn }) => drawn).map(({ name, repeats }) => `${repeats} (${name})`);
  const bars = `means over ${splits.join(' and ')} splits of the rows; bars: one standard error over them`;
  for (const [end, width] of [['', undefined], ...Object.entries(COLUMN_WIDTHS)] as const) {
    const svg = panelFigure({
      panels,
      x: { label: 'training rows $n$', scale: 'log', domain: [54, 660] },
      y: { label: 'risk', scale: 'log', domain: [0.93 * Math.min(...heights), 1.1 * Math.max(...heights)] },
      title: 'Predicted and trained risks on digits and diabetes',
      description:
        'Standard risk (SR) and adversarial risk (AR, l2) against training rows on standardised digits (below 5 against the rest) ' +
        'and diabetes: predicted from one half of the rows before training, and trained exactly on n of the other half, ' +
        `lambda = 0; N random features with an intercept; ${bars}.`,
      source: 'npx tsx scripts/predictBeforeTraining.ts FOLDER',
      note: `$\\lambda = 0$; ${bars}`,
      ...(width !== undefined && { width }),
    });
    for (const format of ['png', 'svg', 'pdf'])
      await writePicture(join(into, `prediction${end && `-${end}`}.${format}`), svg);
  }
}
