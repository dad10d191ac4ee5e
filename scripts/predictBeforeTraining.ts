/**
 * Predicted against trained robust risk on digits (classes below 5 against the rest) and diabetes, standardised.
 * Prints a table, and with a folder as argument writes prediction.json and prediction.svg into it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { table } from '../src/cli/table.ts';
import { readCsvClasses } from '../src/data/csvClasses.ts';
import { readCsvTable, type Table } from '../src/data/csvTable.ts';
import type { Dataset } from '../src/data/dataset.ts';
import { asDataset, columnStatistics, standardised, tabularProblem } from '../src/data/tabular.ts';
import {
  type AgainstTraining,
  predictionAgainstTraining,
} from '../src/experiments/predictionAgainstTraining.ts';
import { paletteOrder } from '../src/plots/palette.ts';
import { panelFigure, type Series } from '../src/plots/panels.ts';

const prepared = (from: Table, target: string, targets: boolean): Dataset => {
  const problem = tabularProblem(from, target);
  const asIs = { mean: [0], deviation: [1] };
  return asDataset(
    standardised(
      problem,
      columnStatistics(problem.x, problem.d),
      targets ? columnStatistics(problem.y, 1) : asIs,
    ),
  );
};
const file = (name: string): string => new URL(`../data/${name}.csv`, import.meta.url).pathname;
const low = ['0', '1', '2', '3', '4'];
const sets = [
  {
    name: 'digits',
    data: prepared(readCsvClasses(file('digits'), 'digit', low).table, 'digit', false),
    options: { widths: [60, 150, 300], n: [150, 300, 600], epsilons: [0.1, 0.4], repeats: 5 },
  },
  {
    name: 'diabetes',
    data: prepared(readCsvTable(file('diabetes')), 'target', true),
    options: { widths: [60, 100], n: [100, 150], epsilons: [0.1, 0.4], repeats: 12 },
  },
];

const found: { name: string; rows: AgainstTraining[] }[] = [];
for (const { name, data, options } of sets) {
  const rows = await predictionAgainstTraining(data, options);
  found.push({ name, rows });
  const number = (title: string, value: (row: AgainstTraining) => number, digits = 3) => ({
    title,
    value: (row: AgainstTraining) => value(row).toFixed(digits),
  });
  const lines = table(rows, [
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
  process.stdout.write(`${name}\n${lines}\n\n`);
}

const folder = process.argv[2];
if (folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'prediction.json'), `${JSON.stringify(found, null, 1)}\n`);
  const { rows } = found[0]!;
  const epsilons = [...new Set(rows.map((row) => row.eps))];
  const widths = [...new Set(rows.map((row) => row.width))];
  const of = (eps: number, width: number) => rows.filter((row) => row.eps === eps && row.width === width);
  const series = (eps: number): Series[] =>
    widths.flatMap((width, i): Series[] => [
      {
        label: `predicted, $N = ${width}$`,
        colour: paletteOrder[i]!,
        draw: 'line',
        points: of(eps, width).map((row) => ({ x: row.n, y: row.predictedAdversarial.value })),
      },
      {
        label: 'trained',
        colour: paletteOrder[i]!,
        draw: 'symbols',
        points: of(eps, width).map(({ n, trainedAdversarial: { value, standardError } }) => ({
          x: n,
          y: value,
          standardError,
        })),
      },
    ]);
  const most = Math.max(...rows.map((row) => row.trainedAdversarial.value));
  const svg = panelFigure({
    panels: epsilons.map((eps) => ({ title: `digits, $\\varepsilon = ${eps}$`, series: series(eps) })),
    x: { label: 'training rows $n$', scale: 'log', domain: [130, 700] },
    y: { label: 'adversarial risk', scale: 'linear', domain: [0.2, 1.1 * most] },
    description: 'Predicted and trained adversarial risk on handwritten digits against training rows',
  });
  writeFileSync(join(folder, 'prediction.svg'), svg);
}
