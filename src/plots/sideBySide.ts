/** A symbol with its error bar, in pixels. */
export interface DrawnSymbol {
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
  readonly radius: number;
  /** How far its outline reaches to either side. */
  readonly reach: number;
}

/** The part of their widths by which symbols stand apart: each still shows, and none is far from its place. */
const APART = 0.72;
/** Symbols whose values are the same are no further apart than this. */
const SAME = 0.5;

/**
 * How far to the right each symbol is moved so that none hides another of the same x: those whose bars or symbols meet stand
 * side by side about their common place, in the order given, or next to it where the frame ends; the others stay.
 * @param frame within which symbols that are moved stay whole, in pixels
 */
export function sideBySide(
  symbols: readonly DrawnSymbol[],
  frame: { readonly left: number; readonly right: number },
): number[] {
  const moved = symbols.map(() => 0);
  for (const group of meeting(symbols)) {
    if (group.length === 1) continue;
    const half = (i: number): number => APART * symbols[i]!.radius;
    let left = -group.reduce((sum, i) => sum + half(i), 0);
    for (const i of group) {
      moved[i] = left + half(i);
      left += 2 * half(i);
    }
    const ends = group.map((i) => {
      const { x, reach } = symbols[i]!;
      return [x + moved[i]! - reach, x + moved[i]! + reach] as const;
    });
    const beyondLeft = Math.max(0, frame.left - Math.min(...ends.map(([start]) => start)));
    const beyondRight = Math.max(0, Math.max(...ends.map(([, end]) => end)) - frame.right);
    for (const i of group) moved[i]! += beyondLeft - beyondRight;
  }
  return moved;
}

/** Groups of symbols of one x whose heights overlap, one with the next. */
function meeting(symbols: readonly DrawnSymbol[]): number[][] {
  const order = symbols.map((_, i) => i).sort((a, b) => symbols[a]!.x - symbols[b]!.x || a - b);
  const columns: number[][] = [];
  for (const i of order) {
    const last = columns.at(-1);
    if (last && symbols[i]!.x - symbols[last[0]!]!.x <= SAME) last.push(i);
    else columns.push([i]);
  }
  return columns.flatMap((column) => {
    const groups: number[][] = [];
    let reach = Number.NEGATIVE_INFINITY;
    for (const i of [...column].sort((a, b) => symbols[a]!.top - symbols[b]!.top)) {
      const { top, bottom } = symbols[i]!;
      if (groups.length > 0 && top <= reach) groups.at(-1)!.push(i);
      else groups.push([i]);
      reach = Math.max(reach, bottom);
    }
    return groups.map((group) => group.sort((a, b) => a - b));
  });
}
