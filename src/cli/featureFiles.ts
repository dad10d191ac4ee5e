import type { Dataset } from '../data/dataset.ts';
import { numericTable } from '../data/numericTable.ts';
import { readTable } from '../data/readTable.ts';
import type { Table } from '../data/table.ts';
import { InvalidArgumentError, UserError } from '../errors.ts';
import { handedFeatures } from '../evaluation/handedFeatures.ts';
import type { FrozenFeatures } from '../models/frozenFeatures.ts';
import { text } from './options.ts';

/** Options for features that another programme has computed. */
export const featureOptions = {
  features: text('features of a network at m rows, [m, N], in place of a table: phi.npy'),
  'gradient-moments': text('of these features: mean of (d phi/d x)(d phi/d x)T over rows, [N, N]: J.npy'),
  'target-values': text('targets of these rows, [m]: y.npy'),
} as const;

interface FeatureArguments {
  readonly features?: string | undefined;
  readonly 'gradient-moments'?: string | undefined;
  readonly 'target-values'?: string | undefined;
  readonly csv?: string | undefined;
  readonly target?: string | undefined;
}

/** Whether features are given; all three files must then be, and no table. @throws InvalidArgumentError naming the option */
export function givesFeatures(args: FeatureArguments): boolean {
  const names = Object.keys(featureOptions) as (keyof typeof featureOptions)[];
  const given = names.filter((name) => args[name] !== undefined);
  const table = ['csv', 'target'] as const;
  const needed = given.length > 0 ? names : table;
  const others = given.length > 0 ? table : [];
  for (const name of needed)
    if (args[name] === undefined)
      throw new InvalidArgumentError(
        name,
        args[name],
        given.length > 0 ? `a file, beside --${given[0]}` : 'a value',
      );
  for (const name of others)
    if (args[name] !== undefined)
      throw new InvalidArgumentError(name, args[name], 'none where features are given');
  return given.length > 0;
}

/**
 * The three files as rows of features and a map of them.
 * @throws UserError naming the file whose cells or shape are wrong
 */
export async function readFeatures(
  args: FeatureArguments,
): Promise<{ readonly data: Dataset; readonly map: FrozenFeatures }> {
  const read = async (path: string): Promise<Table> => numericTable(await readTable(path));
  const [phi, J, y] = [
    await read(args.features!),
    await read(args['gradient-moments']!),
    await read(args['target-values']!),
  ];
  const N = phi.names.length;
  const shape = (option: string, { rows, names }: Table, wanted: readonly [number, number]): void => {
    if (rows !== wanted[0] || names.length !== wanted[1])
      throw new UserError(
        `--${option} is of shape [${rows}, ${names.length}] instead of [${wanted}], for features of shape [${phi.rows}, ${N}]`,
      );
  };
  shape('gradient-moments', J, [N, N]);
  shape('target-values', y, [phi.rows, 1]);
  return {
    data: { n: phi.rows, d: N, x: Float32Array.from(phi.values), y: Float32Array.from(y.values) },
    map: handedFeatures(J.values),
  };
}
