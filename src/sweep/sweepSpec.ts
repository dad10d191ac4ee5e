import { type Cell, type CellArgs, cellDefaults, lawFields, networkFields } from '../cells/cell.ts';
import { simulable } from '../cells/cellSizes.ts';
import { cell } from '../cells/makeCell.ts';
import { expectedAmong } from '../checkOptions.ts';
import { checkChoice, checkInteger, InvalidArgumentError } from '../errors.ts';
import { type Grid, gridValues } from '../theory/index.ts';

/**
 * A sweep as people write it, in JSON: for each field of a cell a value, a list of values or a range, and the number of
 * seeds. The cells are all combinations. `epsTest` is one list of radii for every cell, never swept. `widths` is one list, a
 * width for each hidden layer, or several such lists; a range stands for networks of one hidden layer.
 *
 *   { "seeds": 5, "cells": { "d": [50, 100], "psi1": { "from": 0.5, "to": 8, "count": 9, "scale": "log" }, "psi2": 2, "eps": 0.3 } }
 */
export interface SweepSpec {
  readonly seeds: number;
  readonly cells: Readonly<Record<string, unknown>>;
}

/** What a sweep may vary, and `epsTest`. */
export const fields = [
  ...['psi1', 'psi2', 'd', 'eps', 'epsTest'],
  ...Object.keys(cellDefaults).filter((name) => name !== 'seed'),
  ...networkFields,
  ...lawFields,
];
/** What every sweep says. */
export const requiredFields: readonly string[] = ['psi2', 'd', 'eps'];
/** More would not fit beside each other in memory; several sweeps will. */
const MOST_CELLS = 1_000_000;

/** Every cell of the sweep. @throws InvalidArgumentError naming the key that makes no sense */
export function sweepCells(spec: unknown): Cell[] {
  const { seeds, cells } = checkSpec(spec);
  const axes = Object.entries(cells).map(([name, value]) => [name, valuesOf(name, value)] as const);
  const count = axes.reduce((product, [, values]) => product * values.length, seeds);
  if (count > MOST_CELLS) throw new InvalidArgumentError('sweep', `${count} cells`, `at most ${MOST_CELLS}`);
  const points = axes.reduce<Record<string, unknown>[]>(
    (partial, [name, values]) =>
      partial.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [{}],
  );
  return points.flatMap((point) =>
    Array.from({ length: seeds }, (_, seed) => simulable(cell({ ...(point as unknown as CellArgs), seed }))),
  );
}

function checkSpec(spec: unknown): SweepSpec {
  const whole = checkObject('sweep', spec, ['seeds', 'cells']);
  const cells = checkObject('cells', whole.cells, fields);
  for (const name of requiredFields)
    if (!(name in cells))
      throw new InvalidArgumentError(`cells.${name}`, undefined, 'a value, a list or a range');
  return { seeds: checkInteger('seeds', whole.seeds ?? 1), cells };
}

function checkObject(name: string, value: unknown, known: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidArgumentError(name, value, `an object with ${known.join(', ')}`);
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`key of ${name}`, unknown, expectedAmong(unknown, known));
  return value as Record<string, unknown>;
}

function checkList(name: string, values: readonly unknown[]): readonly unknown[] {
  if (values.length === 0) throw new InvalidArgumentError(`cells.${name}`, values, 'at least one value');
  if (new Set(values.map((value) => JSON.stringify(value))).size < values.length)
    throw new InvalidArgumentError(`cells.${name}`, values, 'values that differ');
  return values;
}

function valuesOf(name: string, value: unknown): readonly unknown[] {
  if (name === 'epsTest') return [checkList(name, Array.isArray(value) ? value : [value])];
  if (name === 'widths') return networksOf(value);
  // One that is given by its eigenvalues is an object, and no range.
  if (name === 'spectrum') return Array.isArray(value) ? checkList(name, value) : [value];
  return listOf(name, value);
}

/** The widths of each network: a list of lists, or else one list, one number or a range of them. */
function networksOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) return listOf('widths', value).map((width) => [width]);
  return value.some(Array.isArray) ? checkList('widths', value) : [value];
}

function listOf(name: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return checkList(name, value);
  if (typeof value !== 'object' || value === null) return [value];
  const range = checkObject(`cells.${name}`, value, ['from', 'to', 'count', 'scale']);
  const { from, to, count, scale = 'linear' } = range;
  if (checkInteger(`cells.${name}.count`, count, 2) > MOST_CELLS)
    throw new InvalidArgumentError(`cells.${name}.count`, count, `at most ${MOST_CELLS}`);
  checkChoice(`cells.${name}.scale`, scale, ['linear', 'log']);
  try {
    // 2, not 1.9999999999999998: these numbers are read by people.
    return gridValues({ from, to, count, scale } as Grid).map((x) => Number(x.toPrecision(12)));
  } catch {
    throw new InvalidArgumentError(
      `cells.${name}`,
      value,
      'a range: finite from and to, above 0 on a log scale',
    );
  }
}
