import { least } from 'd3-array';
import { type Cell, type CellArgs, isDescended } from '../cells/cell.ts';
import { cell } from '../cells/makeCell.ts';
import { adversarialRisk, type Measure } from '../cells/measure.ts';
import { theoryOf } from '../cells/theoryOf.ts';
import { paletteOrder } from '../plots/palette.ts';
import type { Guide, SymbolName } from '../plots/panels.ts';
import { type ActivationName, gridValues } from '../theory/index.ts';
import type { AxisPlan, Curve, FigureSettings, Measured, PlanPanel } from './figure.ts';

/** Where the figures agree unless they say otherwise. */
export const baseSettings: FigureSettings = {
  d: [100],
  seeds: 5,
  psi1: [1],
  psi2: [2],
  epsilons: [0.3],
  lambda: [0],
  tau: 0.2,
  activations: ['shifted-relu'],
  method: 'pgd',
  cold: false,
  attackSteps: 2,
  testRows: 2000,
};

/**
 * The asymptotic value of a measure along `xs`; infinite values are left out. It is computed when it is first looked at: of many a
 * plan only the cells are.
 */
export function limitCurve(
  label: string,
  colour: string,
  measure: Measure,
  xs: readonly number[],
  cellAt: (x: number) => Cell,
): Curve {
  let points: Curve['points'] | undefined;
  return {
    label,
    colour,
    get points() {
      points ??= xs
        .map((x) => ({ x, y: measure.predicted(cellAt(x)) }))
        .filter(({ y }) => Number.isFinite(y));
      return points;
    },
  };
}

/** The dimensions of a figure, smallest first, with the look of their symbols: the largest stands out. */
const dimensionsOf = ({ d }: FigureSettings): (Pick<Measured, 'emphasis'> & { d: number })[] =>
  [...d].sort((a, b) => a - b).map((dim, i) => ({ d: dim, emphasis: i === d.length - 1 ? 'open' : 'small' }));

/** The axes that most figures have. */
export const WIDTH_AXIS: AxisPlan = { label: 'width $\\psi_1 = N/d$', scale: 'log' };
export const AR_AXIS: AxisPlan = { label: 'adversarial risk', scale: 'log' };

/** Where features and samples are equally many, on an axis of widths. */
export const squareAt = ({ psi2 }: FigureSettings): Guide => ({
  axis: 'x',
  at: psi2[0]!,
  label: '$\\psi_1 = \\psi_2$',
});

/** The risk of predicting nothing, E y^2. */
export const nothingAt = ({ tau }: FigureSettings): Guide => ({
  axis: 'y',
  at: 1 + tau ** 2,
  label: '$1 + \\tau^2$, predicting nothing',
});

/** One cell of the figure: its settings' first values, the largest d, and what is given in their place. */
export function cellOf(settings: FigureSettings, args: Partial<CellArgs>): Cell {
  const { d, psi1, psi2, epsilons, lambda, activations, tau, method, attackSteps, testRows } = settings;
  return cell({
    d: Math.max(...d),
    ...(args.network === undefined && { psi1: psi1[0]! }),
    psi2: psi2[0]!,
    eps: epsilons[0]!,
    lambda: lambda[0]!,
    activation: activations[0]!,
    tau,
    method,
    attackSteps,
    testRows,
    ...args,
  });
}

/**
 * The same with every seed. Read-outs trained by gradient start at the linearised optimum, which saves most of the steps; those
 * of the first seed start at theta = 0 and know nothing of it.
 */
export const cellsOf = (settings: FigureSettings, args: Partial<CellArgs>): Cell[] =>
  Array.from({ length: settings.seeds }, (_, seed) => {
    const cold = cellOf(settings, { ...args, seed });
    return settings.cold || seed === 0 || !isDescended(cold) ? cold : { ...cold, start: 'warm' };
  });

const symbols: readonly SymbolName[] = ['circle', 'square', 'triangle', 'diamond', 'star', 'cross'];

/** The colour and symbol of the i-th kind in a figure. */
export const lookOf = (i: number): { colour: string; symbol: SymbolName } => ({
  colour: paletteOrder[i % paletteOrder.length]!,
  symbol: symbols[i % symbols.length]!,
});

/** One kind of thing in a panel: simulated points, and the theory curve that they belong to. */
interface Kind {
  readonly label: string;
  readonly measure: Measure;
  /** Where the curve runs, if there is one, and where it is simulated. */
  readonly along?: readonly number[];
  readonly at: readonly number[];
  /** The look of its symbols, where that does not say which dimension they are of. */
  readonly emphasis?: Measured['emphasis'];
  /** What a cell at x is. */
  readonly argsAt: (x: number) => Partial<CellArgs>;
}

/** One measure along one axis, a kind for each radius in training. */
export const kindsByEps = ({ epsilons }: FigureSettings, { argsAt, ...kind }: Omit<Kind, 'label'>): Kind[] =>
  epsilons.map((eps) => ({
    ...kind,
    label: `$\\varepsilon = ${eps}$`,
    argsAt: (x) => ({ ...argsAt(x), eps }),
  }));

/** The widths of a figure at which a read-out alone is trained: without N = n at eps = lambda = 0, where the risk is infinite. */
export const finiteWidths = ({ psi1, psi2, lambda }: FigureSettings, eps: number): number[] =>
  psi1.filter((width) => eps > 0 || lambda[0] !== 0 || width !== psi2[0]);

/** A panel of kinds, each in its own colour, simulated at every d. */
export function panelOf(title: string, settings: FigureSettings, kinds: readonly Kind[]): PlanPanel {
  return {
    title,
    curves: kinds.flatMap(({ label, measure, along, argsAt }, i) =>
      along ? [limitCurve(label, lookOf(i).colour, measure, along, (x) => cellOf(settings, argsAt(x)))] : [],
    ),
    measured: kinds.flatMap(({ label, measure, at, argsAt, emphasis: own }, i) =>
      dimensionsOf(settings).map(({ d, emphasis }) => ({
        label,
        ...lookOf(i),
        emphasis: own ?? emphasis,
        spots: at.map((x) => ({ x, y: measure, cells: cellsOf(settings, { ...argsAt(x), d }) })),
      })),
    ),
  };
}

/** The limit of AR against the radius at test, read off one solution. */
export function limitsByTestRadius(
  settings: FigureSettings,
  args: Partial<CellArgs>,
  radii: readonly number[],
): Curve['points'] {
  const at = cellOf(settings, { ...args, epsTest: radii });
  const risk = theoryOf(at)!;
  return radii.map((x, k) => ({ x, y: adversarialRisk(k).theory(risk, at) }));
}

/** `count` values from below the smallest to beyond the largest of `values`, evenly spaced in the logarithm. */
export const around = (values: readonly number[], beyond = 1.25, count = 160): number[] =>
  gridValues({ from: Math.min(...values) / 1.25, to: Math.max(...values) * beyond, count, scale: 'log' });

/** The ends of what a figure runs over. */
export const endsOf = ({ psi1, epsilons }: Pick<FigureSettings, 'psi1' | 'epsilons'>) => ({
  narrowest: Math.min(...psi1),
  widest: Math.max(...psi1),
  weakest: Math.min(...epsilons),
  strongest: Math.max(...epsilons),
});

/** The value whose ratio to a place is the least, the first of several. */
export const nearestTo = (place: number, values: readonly number[]): number =>
  least(values, (value) => Math.abs(Math.log(value / place)))!;

/** An activation's name in a picture. */
export const activationWords = (name: ActivationName): string =>
  (({ 'shifted-relu': 'shifted ReLU', gelu: 'GELU' }) as Partial<Record<ActivationName, string>>)[name] ??
  name;
