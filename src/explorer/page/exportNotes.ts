import type { CurveView } from '../draw/curveView.ts';
import { legend as mapColours } from '../draw/mapColours.ts';
import { ownMark } from '../draw/ownPoints.ts';
import { pinMark } from '../draw/pinnedLines.ts';
import { circle, horizontal, svg, vertical } from '../draw/svg.ts';
import type { Settings } from '../state/parameters.ts';
import type { LineName } from './mapFigure.ts';
import { wordsFor } from './words.ts';

/** The package and its version, by which a picture or a table says where it comes from. */
export const MADE_BY = `robust-random-features ${__VERSION__}`;

/** An entry of a key: what is drawn, within 28 pixels to the right of (0, 0), and its words. */
export interface KeyEntry {
  readonly drawn: readonly SVGElement[];
  readonly words: string;
}

/** What an exported picture says beside its plot. */
export interface ExportNotes {
  readonly title: string;
  readonly key: readonly KeyEntry[];
  /** Settings, as the command line names them. */
  readonly settings: string;
  /** What computes the same; of pinned curves with their letters. */
  readonly commands: readonly string[];
}

const MIDDLE = 14;

/** A mark of the picture, with the bar that it has there. */
const marked = (mark: SVGElement, bar: string): SVGElement[] => [vertical(bar, MIDDLE, -9, 9), mark];

const line = (name: string): SVGElement => horizontal(name, 0, 0, 2 * MIDDLE);

/** What the curves are, pinned ones too, and the points where there are some. */
export function curveKey({ settings, pinned, measurements, own }: CurveView): KeyEntry[] {
  const words = wordsFor(settings);
  const points = (elsewhere: boolean): KeyEntry[] => {
    if (!measurements.some(({ measurement }) => measurement.elsewhere === elsewhere)) return [];
    const name = `measured standard${elsewhere ? ' elsewhere' : ''}`;
    const mark = circle(name, MIDDLE, 0, 5);
    const which = elsewhere ? 'models measured elsewhere' : 'trained models';
    return [
      {
        drawn: marked(mark, 'error standard'),
        words: `${which}, squares ${words.adversarialRisk}, bars two standard errors`,
      },
    ];
  };
  return [
    { drawn: [line('curve adversarial')], words: `${words.adversarialRisk}, theory` },
    { drawn: [line('curve standard')], words: `${words.standardRisk}, theory` },
    ...pinned.map(({ name }) => ({
      drawn: [line(`pin-line pin-${name} adversarial`), pinMark(name, 'adversarial', MIDDLE, 0)],
      words: `${name}, theory; open marks ${words.standardRisk}`,
    })),
    ...points(false),
    ...points(true),
    ...(own.length > 0
      ? [
          {
            drawn: own.some(({ error }) => error !== undefined)
              ? marked(ownMark(MIDDLE, 0), 'own-error')
              : [ownMark(MIDDLE, 0)],
            words: 'own data, bars one error each way',
          },
        ]
      : []),
  ];
}

/** The colours of the map, and those lines that it has. */
export function mapKey(settings: Settings, lines: readonly LineName[], theme: 'light' | 'dark'): KeyEntry[] {
  const words = wordsFor(settings);
  const bands = mapColours(theme);
  const band = (from: number, to: number): SVGElement[] =>
    bands.slice(from, to).map((colour, i, all) =>
      svg('rect', {
        x: (28 * i) / all.length,
        y: -6,
        width: 28 / all.length + 0.3,
        height: 12,
        fill: `rgb(${colour.join(',')})`,
      }),
    );
  const middle = (bands.length - 1) / 2;
  const names = { critical: 'critical radius', peak: words.peak, best: 'best width' };
  return [
    { drawn: band(0, middle), words: `below ${words.nothing}` },
    { drawn: band(middle, middle + 1), words: 'near it' },
    { drawn: band(middle + 1, bands.length), words: 'above it' },
    ...lines.map((name) => ({ drawn: [line(`map-line ${name}`)], words: names[name] })),
  ];
}

/** Everything after `rrf theory curve`, less the grid: `psi1 4, psi2 2, eps 0.3`. */
export const settingsText = (command: string): string =>
  command
    .replace(/^.* rrf theory \w+ /, '')
    .replace(/ ?--grid .*/, '')
    .split(/ ?--/)
    .filter(Boolean)
    .join(', ');
