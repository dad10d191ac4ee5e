/** A point of the reader's own, drawn over the curves. */
export interface OwnPoint {
  readonly x: number;
  readonly value: number;
  /** half the length of its bar, where it has one */
  readonly error?: number;
}

export interface OwnData {
  readonly points: readonly OwnPoint[];
  /** what was wrong, one line each; nothing is drawn then */
  readonly complaints: readonly string[];
}

/** More would be drawn as a smear. */
export const MOST_POINTS = 2000;
/** Complaints after these only repeat. */
const MOST_COMPLAINTS = 5;

/** Reads lines of x, value and optionally an error, separated by commas, semicolons, tabs or spaces. A first line of words is a heading. */
export function readOwnData(text: string): OwnData {
  const points: OwnPoint[] = [];
  const complaints: string[] = [];
  let lines = 0;
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    lines++;
    const cells = trimmed.split(/\s*[,;\t]\s*|\s+/);
    if (lines === 1 && cells.every((cell) => !Number.isFinite(numberOf(cell)))) continue;
    const wrong = objectionTo(cells);
    if (wrong !== undefined) complaints.push(`line ${i + 1}: ${wrong}`);
    else {
      const [x, value, error] = cells.map(numberOf);
      points.push({ x: x!, value: value!, ...(error !== undefined && { error }) });
    }
  }
  if (points.length > MOST_POINTS) complaints.push(`${points.length} points are more than ${MOST_POINTS}`);
  if (complaints.length > MOST_COMPLAINTS) {
    const more = complaints.length - MOST_COMPLAINTS;
    complaints.splice(MOST_COMPLAINTS, more, `and ${more} more`);
  }
  return { points: complaints.length === 0 ? points : [], complaints };
}

const numberOf = (cell: string): number => (cell === '' ? Number.NaN : Number(cell));

function objectionTo(cells: readonly string[]): string | undefined {
  if (cells.length < 2 || cells.length > 3)
    return `x, value and optionally an error are wanted, not ${cells.length} number${cells.length === 1 ? '' : 's'}`;
  const bad = cells.find((cell) => !Number.isFinite(numberOf(cell)));
  if (bad !== undefined) return `“${bad}” is not a number`;
  return cells.length === 3 && numberOf(cells[2]!) < 0 ? `the error ${cells[2]} is below 0` : undefined;
}
