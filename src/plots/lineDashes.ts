import type { Panel, Series } from './panels.ts';

/** Of a line that is to be broken. */
const BROKEN = '6,4';
/** Of lines that nothing but their colour would tell apart; the first is whole. */
const PATTERNS = [undefined, '10,3', '3,3', '10,3,3,3', '16,4', '1.5,3'];

/**
 * The same panels with dashes at every line that is broken. Where several colours have lines and no symbols, each of them
 * has a pattern of its own, in the order in which they are drawn, so that they differ in grey too.
 */
export function withDashes(panels: readonly Panel[]): Panel[] {
  const all = panels.flatMap(({ series }) => series);
  const withSymbols = new Set(all.filter(({ draw }) => draw === 'symbols').map(lookOf));
  const bare = all.filter((one) => isWhole(one) && !withSymbols.has(lookOf(one)));
  const looks = [...new Set(bare.map(lookOf))];
  const dashesOf = (one: Series): string | undefined => {
    if (one.draw !== 'line' || one.dashes !== undefined) return one.dashes;
    return one.dashed ? BROKEN : PATTERNS[looks.indexOf(lookOf(one)) % PATTERNS.length];
  };
  return panels.map((panel) => ({
    ...panel,
    series: panel.series.map((one) => {
      const dashes = dashesOf(one);
      return dashes === undefined ? one : { ...one, dashes };
    }),
  }));
}

const lookOf = ({ colour, label }: Series): string => `${colour} ${label}`;

const isWhole = ({ draw, dashed, dashes }: Series): boolean =>
  draw === 'line' && !dashed && dashes === undefined;
