import { fileURLToPath } from 'node:url';
import { readCsvClasses } from './csvClasses.ts';
import { readCsvTable } from './csvTable.ts';
import type { Dataset } from './dataset.ts';
import { tableDataset } from './tableDataset.ts';

/** Path of a file of the folder data, which has their sources and licences. */
const pathOf = (name: string): string => fileURLToPath(new URL(`../../data/${name}`, import.meta.url));

/** The file of the package that a path such as data/diabetes.csv stands for in examples; undefined for other paths. */
export function shippedFile(path: string): string | undefined {
  const [, name] = /^(?:\.[\\/])?data[\\/](diabetes\.csv|digits\.csv)$/.exec(path) ?? [];
  return name === undefined ? undefined : pathOf(name);
}

let digits: Dataset | undefined;

/** Handwritten digits (Alpaydin & Kaynak 1998), those below 5 as +1 and the rest as -1; pixels standardised by all rows. */
export function digitsBelowFive(): Dataset {
  digits ??= tableDataset(
    readCsvClasses(pathOf('digits.csv'), 'digit', ['0', '1', '2', '3', '4']).table,
    'digit',
    { inputs: true, target: false },
  );
  return digits;
}

/** Diabetes patients (Efron, Hastie, Johnstone & Tibshirani 2004); inputs and target standardised by all rows. */
export const diabetes = (): Dataset =>
  tableDataset(readCsvTable(pathOf('diabetes.csv')), 'target', { inputs: true, target: true });
