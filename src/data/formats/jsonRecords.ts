import { oneLine, UserError } from '../../errors.ts';
import { ColumnBuilder } from '../columnBuilder.ts';
import type { RawTable } from '../rawTable.ts';

/**
 * Reads a JSON array of records, or one record a line, as `json.dump` and `DataFrame.to_json(orient='records')` write them. A
 * name that a record lacks is a missing cell.
 * @param file as messages name it
 * @throws UserError naming the file where it is no JSON or no list of records
 */
export function jsonTable(text: string, file: string): RawTable {
  const records = parsed(text, file);
  const builders = new Map<string, ColumnBuilder>();
  records.forEach((record, i) => {
    if (typeof record !== 'object' || record === null || Array.isArray(record))
      throw new UserError(`row ${i + 1} of ${file} is no record {"column": value, ...}`);
    for (const name of Object.keys(record)) if (!builders.has(name)) builders.set(name, newColumn(i));
    for (const [name, builder] of builders) builder.add((record as Record<string, unknown>)[name]);
  });
  if (builders.size === 0) throw new UserError(`${file} holds no records`);
  return {
    file,
    rows: records.length,
    columns: [...builders].map(([name, builder]) => builder.done(name.trim())),
  };
}

/** A column that begins with so many missing cells. */
function newColumn(missing: number): ColumnBuilder {
  const builder = new ColumnBuilder();
  for (let i = 0; i < missing; i++) builder.add(null);
  return builder;
}

function parsed(text: string, file: string): unknown[] {
  const start = text.replace(/^\uFEFF/, '').trimStart();
  const fail = (error: unknown, where: string): never => {
    throw new UserError(
      oneLine(`${where}${file} is no JSON: ${error instanceof Error ? error.message : error}`),
    );
  };
  if (start.startsWith('['))
    try {
      return JSON.parse(start) as unknown[];
    } catch (error) {
      fail(error, '');
    }
  const lines = start.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line, i) => {
    try {
      return JSON.parse(line) as unknown;
    } catch (error) {
      const hint =
        lines.length > 1 && i === 0 ? ' (a JSON array of records is read, or one record a line)' : '';
      return fail(error instanceof Error ? error.message + hint : error, `row ${i + 1} of `);
    }
  });
}
