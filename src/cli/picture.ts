import { given } from '../checkOptions.ts';
import { InvalidArgumentError } from '../errors.ts';
import { COLUMN_WIDTHS } from '../plots/paper.ts';
import { PICTURE_FILE, pictureFormat } from '../plots/picture.ts';
import type { PictureText } from '../plots/pictureText.ts';
import { shellWord } from '../shellWord.ts';
import { number, text } from './options.ts';
import { version } from './version.ts';
import { checkFileWritable } from './writable.ts';

/** What the picture of a command says of how it came about, and its width in millimetres for print. */
export interface PictureLook extends Pick<PictureText, 'creator' | 'source'> {
  readonly width?: number;
}

/** The width of what a command draws. */
export const columnsOption = number(
  'columns',
  'width of the picture for print: 1 column of 84 mm, or 2 of 174 mm together',
);

/** The option that asks for a picture of `what`. @param otherwise where it is drawn unless the option is given */
export const plotOption = (what: string, otherwise = '') => text(`draw ${what}: ${PICTURE_FILE}${otherwise}`);

/**
 * How a command's pictures look; to be called before the work whose result is drawn.
 * @param columns as `--columns` has it
 * @param files by the option that names each; none where the command draws in any case
 * @throws InvalidArgumentError for a file that no picture can be written to, and for columns that are neither 1 nor 2 or
 * that come without a picture; UserError for a place that takes no files
 */
export function pictureLook(
  columns: number | undefined,
  files?: Readonly<Record<string, string | undefined>>,
): PictureLook {
  const asked = Object.entries(files ?? {});
  for (const [option, path] of asked)
    if (path !== undefined) {
      pictureFormat(option, path);
      checkFileWritable(path);
    }
  if (columns !== undefined && files && asked.every(([, path]) => path === undefined))
    throw new InvalidArgumentError('columns', columns, `none without --${Object.keys(files).join(' or --')}`);
  return {
    ...given({ width: pageWidth(columns) }),
    creator: `robust-random-features ${version}`,
    source: `npx -p robust-random-features ${['rrf', ...process.argv.slice(2)].map(shellWord).join(' ')}`,
  };
}

/** Columns of a page as millimetres. @throws InvalidArgumentError for other than 1 or 2 */
export function pageWidth(columns: number | undefined): number | undefined {
  if (columns === undefined) return undefined;
  if (columns !== 1 && columns !== 2) throw new InvalidArgumentError('columns', columns, '1 or 2');
  return COLUMN_WIDTHS[columns];
}
