import { group } from 'd3-array';
import type { LegendEntry } from './legend.ts';
import { GUIDE_COLOUR } from './palette.ts';
import type { Guide, Panel, Series } from './panels.ts';
import { guideSample, seriesSample, symbolSample } from './seriesMarks.ts';
import { INK } from './svgText.ts';

/**
 * The legend of panels, in one order for all figures: what the colours stand for, in the order in which they are drawn; then,
 * in ink, what the ways of drawing stand for, lines before symbols, open symbols before small ones, bands last; then the guides.
 */
export function panelLegend(panels: readonly Panel[], guides: readonly Guide[]): LegendEntry[][] {
  const all = panels.flatMap(({ series }) => series);
  const colours = [...group(all, ({ label, colour }) => `${colour} ${label}`).values()].map(colourEntry);
  const ways = [...group(all, ({ kind }) => kind)].flatMap(([kind, of]) =>
    kind === undefined ? [] : [{ kind, of }],
  );
  const named = guides.filter(({ label }) => label !== undefined);
  const rows = [
    colours,
    [
      ...ways.sort((a, b) => rank(a.of[0]!) - rank(b.of[0]!)).map(wayEntry),
      ...[...new Map(named.map((guide) => [guide.label!, guide])).values()].map(guideEntry),
    ],
  ];
  return rows.filter((row) => row.length > 0);
}

/** Series of one label and colour: a line, with the symbol on it where there is one only. */
function colourEntry(of: readonly Series[]): LegendEntry {
  const [first] = of;
  const lines = of.filter(({ draw }) => draw === 'line');
  const symbols = of.filter(({ draw }) => draw === 'symbols');
  const large = symbols.filter(({ emphasis }) => emphasis !== 'small');
  const shapes = new Set((large.length > 0 ? large : symbols).map(({ symbol }) => symbol));
  const open = large[0] ?? symbols[0];
  const dashes = new Set(lines.map((line) => line.dashes));
  const sample = (x: number, y: number): string =>
    [
      ...(lines.length > 0 ? [seriesSample(dashes.size === 1 ? lines[0]! : whole(lines[0]!), x, y)] : []),
      ...(open && shapes.size === 1
        ? [lines.length > 0 ? symbolSample(open, x, y) : seriesSample(open, x, y)]
        : []),
    ].join('');
  return { label: first!.label, sample };
}

const whole = ({ dashes: _, ...series }: Series): Series => series;

const rank = ({ draw, emphasis }: Series): number =>
  draw === 'line' ? 0 : draw === 'band' ? 3 : emphasis === 'small' ? 2 : 1;

/** A way of drawing: in ink, unless one colour has it alone. */
function wayEntry({ kind, of }: { kind: string; of: readonly Series[] }): LegendEntry {
  const colours = new Set(of.map(({ colour }) => colour));
  const colour = colours.size === 1 ? of[0]!.colour : INK;
  const hasOneDash = new Set(of.map(({ dashes }) => dashes)).size === 1;
  // Two shapes stand side by side; of more, the first stands for all.
  const shapes = [...new Map(of.map((series) => [series.symbol ?? 'circle', series])).values()];
  const shown = shapes.length === 2 && of[0]!.draw === 'symbols' ? shapes : shapes.slice(0, 1);
  return {
    label: kind,
    sample: (x, y) =>
      shown
        .map((series, i) =>
          seriesSample(
            { ...(hasOneDash ? series : whole(series)), colour },
            x + 14 * i - 7 * (shown.length - 1),
            y,
          ),
        )
        .join(''),
  };
}

const guideEntry = ({ axis, label, colour = GUIDE_COLOUR }: Guide): LegendEntry => ({
  label: label!,
  sample: (x, y) => guideSample(x, y, axis, colour),
});
