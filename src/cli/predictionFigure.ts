import { UserError } from '../errors.ts';
import { texNumber } from '../plots/axes.ts';
import { paletteOrder } from '../plots/palette.ts';
import { type Panel, panelFigure, type Series } from '../plots/panels.ts';
import type { WidthPrediction } from '../table/predictOnData.ts';
import type { PictureLook } from './picture.ts';

const AXES = [
  { name: 'n', label: 'training rows $n$', symbol: 'n' },
  { name: 'width', label: 'features $N$', symbol: 'N' },
  { name: 'eps', label: '$\\varepsilon$', symbol: '\\varepsilon' },
  { name: 'lambda', label: '$\\lambda$', symbol: '\\lambda' },
] as const;
const MOST_PANELS = 4;
const MOST_COLOURS = 6;

type DrawnPrediction = Pick<WidthPrediction, 'n' | 'width' | 'eps' | 'lambda' | 'adversarialRisk'> &
  Partial<Pick<WidthPrediction, 'intervals'>>;

/**
 * Predicted adversarial risk with its interval along the grid's longest axis, a colour for each value of the next, a panel
 * for each of the one after that; what further axes there are stays at its first value.
 * @throws UserError when no axis has two values
 */
export function predictionFigure(rows: readonly DrawnPrediction[], look: PictureLook = {}): string {
  const all = AXES.map((axis) => ({ ...axis, values: [...new Set(rows.map((row) => row[axis.name]))] }));
  const axes = all
    .filter(({ values }) => values.length > 1)
    .sort((a, b) => b.values.length - a.values.length);
  const [along, colours, panels, ...rest] = axes;
  if (!along) throw new UserError('--plot needs an axis with at least two values');
  const chosen = rows.filter(
    (row) =>
      rest.every(({ name, values }) => row[name] === values[0]) && Number.isFinite(row.adversarialRisk),
  );
  const values = (axis: typeof colours, most: number): readonly (number | null)[] =>
    axis ? axis.values.slice(0, most) : [null];
  const drawn: Panel[] = values(panels, MOST_PANELS).map((panel) => ({
    title: panels && panel !== null ? `$${panels.symbol} = ${texNumber(panel)}$` : '',
    series: values(colours, MOST_COLOURS).flatMap((value, i): Series[] => {
      const points = chosen
        .filter((row) => (!panels || row[panels.name] === panel) && (!colours || row[colours.name] === value))
        .map((row) => ({
          x: row[along.name],
          y: row.adversarialRisk,
          interval: row.intervals?.adversarialRisk,
        }))
        .sort((a, b) => a.x - b.x);
      const label = colours && value !== null ? `$${colours.symbol} = ${texNumber(value)}$` : 'predicted';
      const colour = paletteOrder[i]!;
      const band = points.flatMap(({ x, interval }) =>
        interval ? [{ x, y: interval.low, top: interval.high }] : [],
      );
      return [
        ...(band.length > 0
          ? [{ label, kind: '90 per cent of single splits', colour, draw: 'band' as const, points: band }]
          : []),
        { label, colour, draw: 'line', points: points.map(({ x, y }) => ({ x, y })) },
      ];
    }),
  }));
  const heights = drawn.flatMap(({ series }) =>
    series.flatMap(({ points }) => points.map(({ y, top }) => top ?? y)),
  );
  const [low, high] = [Math.min(...along.values), Math.max(...along.values)];
  // What has one value, or is drawn at one or some of its values only.
  const held = [...all.filter(({ values: of }) => of.length === 1), ...rest].map(
    ({ symbol, values: of }) => `$${symbol} = ${texNumber(of[0]!)}$`,
  );
  const cut = (axis: typeof colours, most: number): string[] =>
    axis && axis.values.length > most ? [`${most} of ${axis.values.length} values of $${axis.symbol}$`] : [];
  const notes = [
    ...held,
    ...cut(panels, MOST_PANELS),
    ...cut(colours, MOST_COLOURS),
    'by Gaussian equivalence, no theorem',
  ];
  return panelFigure({
    ...look,
    panels: drawn,
    x: { label: along.label, scale: low > 0 && high / low > 8 ? 'log' : 'linear', domain: [low, high] },
    note: notes.join(', '),
    y: { label: 'adversarial risk', scale: 'linear', domain: [0, Math.max(...heights) * 1.05] },
    description: `Predicted adversarial risk against ${along.name}; bands hold 90 per cent of single splits`,
  });
}
