import { given } from '../checkOptions.ts';
import {
  PREPARATION_DEFAULTS as DEFAULTS,
  MISSING_CHOICES,
  type MissingChoice,
} from '../data/preparation/preparation.ts';
import type { FilePreparation } from '../table/tableTrainingOptions.ts';
import { classList } from './classes.ts';
import { flag, neededText, number, text, textOr } from './options.ts';

/** A file that holds a table. */
export const tableFile = neededText(
  'table with a header: CSV (cells between commas, semicolons, tabs or |), JSON records, .npy, .npz, Arrow, Parquet; also gzipped',
);

/** How the columns of a file become numbers. */
export const preparationOptions = {
  positive: text('classes that count as +1, the others as -1: 0,1,2 [the second of two]'),
  missing: textOr(
    DEFAULTS.missing,
    `${MISSING_CHOICES.join(', ')}: rows with missing cells are left out by drop; impute takes the median of the training rows, and a column that marks it`,
  ),
  levels: {
    ...number('levels', 'texts of a column that get a 0/1 column each; rarer ones share one'),
    default: DEFAULTS.levels,
  },
  ignore: text('columns to leave out: id,when'),
  text: text('columns whose numbers stand for kinds: zip,month'),
  'keep-index': flag('keep columns that only number the rows'),
} as const;

/** What the command line says of {@link preparationOptions}. */
export interface PreparationArguments {
  readonly positive?: string | undefined;
  readonly missing: string;
  readonly levels: number;
  readonly ignore?: string | undefined;
  readonly text?: string | undefined;
  readonly 'keep-index': boolean;
}

/** The same, as code says it. */
export const preparationOf = (args: PreparationArguments): FilePreparation =>
  given({
    positive: classList(args.positive),
    missing: args.missing as MissingChoice,
    levels: args.levels,
    ignore: classList(args.ignore),
    text: classList(args.text),
    keepIndex: args['keep-index'],
  });
