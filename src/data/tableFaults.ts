import { InvalidArgumentError, oneLine, UserError } from '../errors.ts';

/** As many faults are named one by one. */
const NAMED = 5;

/** Gathers what is the matter with a table, so that all of it is said at once. */
export class TableFaults {
  private readonly file: string;
  private readonly found: string[] = [];

  /** @param file as messages name it */
  constructor(file: string) {
    this.file = file;
  }

  /** What the work gives; undefined where it finds a fault, which is kept. An option that makes no sense is no fault of the table. */
  of<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof UserError) || error instanceof InvalidArgumentError) throw error;
      this.found.push(error.message);
      return undefined;
    }
  }

  /** @throws UserError: the fault itself where it is one, and otherwise a line for each of the first, and how many there are */
  refuse(): void {
    const { file, found } = this;
    if (found.length === 0) return;
    if (found.length === 1) throw new UserError(found[0]!);
    // The file is named above them.
    const named = found.slice(0, NAMED).map((fault) => `  ${fault.replace(` of ${file} `, ' ')}`);
    const more = found.length > NAMED ? [`  and ${found.length - NAMED} more`] : [];
    throw new UserError(
      [oneLine(`${file} cannot be used as it is, for ${found.length} reasons:`), ...named, ...more].join(
        '\n',
      ),
    );
  }
}
