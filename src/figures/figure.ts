import type { Cell } from '../cells/cell.ts';
import type { Measure } from '../cells/measure.ts';
import type { Estimate } from '../numerics/estimate.ts';
import type { AxisScale } from '../plots/axes.ts';
import type { Guide, SymbolName } from '../plots/panels.ts';
import type { ActivationName } from '../theory/index.ts';

/** What people may change about a figure. Every figure has all of these and uses those that make sense for it. */
export interface FigureSettings {
  /** Input dimensions; two or more show the bias of finite d. */
  readonly d: readonly number[];
  /** Independent repetitions of each point. */
  readonly seeds: number;
  readonly psi1: readonly number[];
  readonly psi2: readonly number[];
  readonly epsilons: readonly number[];
  readonly lambda: readonly number[];
  readonly tau: number;
  readonly activations: readonly ActivationName[];
  readonly method: Cell['method'];
  /** Whether training by gradient starts at theta = 0 at every seed, not only at the first. */
  readonly cold: boolean;
  readonly attackSteps: number;
  readonly testRows: number;
}

/** The settings that are lists. */
export type FigureList = 'd' | 'psi1' | 'psi2' | 'epsilons' | 'lambda' | 'activations';

/** A figure as a plain description: what to compute and to simulate, how to draw it, and what it is about. */
export interface Figure {
  readonly name: string;
  /** One line: what the figure shows. */
  readonly summary: string;
  /** Our own choice of settings; those behind the papers' figures are not known to us. */
  readonly defaults: FigureSettings;
  /** What a quick version changes: it takes well under a minute, and its claims hold at this size or stay open. */
  readonly quick: Partial<FigureSettings>;
  /** The lists that it runs over; of every other it takes one value. */
  readonly varies: readonly FigureList[];
  /** The settings that it has no use for, or only one value of, each with what is expected in its place. */
  readonly fixed?: Readonly<Partial<Record<keyof FigureSettings, string>>>;
  readonly plan: (settings: FigureSettings) => FigurePlan;
}

export interface FigurePlan {
  readonly panels: readonly PlanPanel[];
  readonly x: AxisPlan;
  readonly y: AxisPlan;
  readonly guides: readonly Guide[];
  readonly claims: readonly Claim[];
  readonly surface?: SurfacePlan;
  /** What is particular to this figure, for its caption. */
  readonly caption: string;
  /** How its points came about, where that is not simulation of the linear teacher beside its theory. */
  readonly setting?: string;
  /** What stands at its foot in place of the settings; may hold `$TeX$`. */
  readonly note?: string;
}

/** Theory over two settings, coloured by value; each panel is then a row of simulated spots at one height. */
export interface SurfacePlan {
  /** values[j][i] at y_j, x_i, evenly spaced on the scales of the axes over these domains. */
  readonly values: readonly (readonly number[])[];
  readonly xDomain: readonly [number, number];
  readonly yDomain: readonly [number, number];
  /** What the colour means; it turns from blue to red at `pivot` and ends at `cut`. */
  readonly label: string;
  readonly pivot: number;
  readonly cut?: number;
  readonly lines: readonly Omit<Curve, 'colour'>[];
  /** The y of each panel's spots. */
  readonly heights: readonly number[];
}

export interface AxisPlan {
  /** May hold `$TeX$`. */
  readonly label: string;
  readonly scale: AxisScale;
}

export interface PlanPanel {
  readonly title: string;
  /** Panels of one name share a vertical axis, and so do those without. */
  readonly yAxis?: string;
  readonly curves: readonly Curve[];
  readonly measured: readonly Measured[];
}

/** A theory curve. */
export interface Curve {
  /** What its colour stands for. */
  readonly label: string;
  readonly colour: string;
  /** What the line stands for: 'theory' unless given; with `null` the label says it. */
  readonly kind?: string | null;
  readonly dashed?: boolean;
  /** Values that belong to no line: they are drawn as small dots. */
  readonly dots?: boolean;
  /** A slope without a height of its own: it is moved up or down to run through the middle of the panel's measured points. */
  readonly throughMeasured?: boolean;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** Simulated points of one kind. */
export interface Measured {
  /** What its colour stands for. */
  readonly label: string;
  /** What the symbols stand for: the simulation at its dimension unless given; with `null` the label says it. */
  readonly kind?: string | null;
  readonly colour: string;
  readonly symbol: SymbolName;
  /** The largest d is drawn open, smaller ones small. */
  readonly emphasis: 'open' | 'small';
  /** Straight lines from point to point, where no curve runs along them. */
  readonly joined?: boolean;
  readonly spots: readonly Spot[];
}

/** One simulated point: cells that differ in their seed, and in where training starts, and what is read off them. */
export interface Spot {
  /** A setting, or itself measured. */
  readonly x: number | Measure;
  readonly y: Measure;
  readonly cells: readonly Cell[];
  /** Words beside it. */
  readonly label?: string;
}

/** A statement that the figure is about, checked against numbers. */
export interface Claim {
  readonly statement: string;
  /** Lists of which it takes two values, for it compares them; with fewer it stays open. */
  readonly compares?: readonly FigureList[];
  readonly check: (mean: MeanOf) => Verdict;
}

/** The simulated mean over cells of a measure, with its standard error. */
export type MeanOf = (cells: readonly Cell[], measure: Measure) => Estimate;

export interface Verdict {
  /** Null where it stays open: with one seed and no standard error to tell by, or one value where it compares two. */
  readonly holds: boolean | null;
  /** The numbers that decide it. */
  readonly evidence: string;
}

/** An estimate as the evidence of a claim prints it: `0.849 +- 0.026`, or the value alone where one seed has no error. */
export const shown = ({ value, standardError }: Estimate): string =>
  value.toFixed(3) + (Number.isNaN(standardError) ? '' : ` +- ${standardError.toFixed(3)}`);

/** Whether a exceeds b by more than two standard errors of their difference. */
export const clearlyAbove = (a: Estimate, b: Estimate): boolean =>
  a.value - b.value > 2 * Math.hypot(a.standardError, b.standardError);

/** That `low` is clearly below `high`, in evidence such as `SR 0.849 +- 0.026 against 0.9 +- 0.02`. */
export const isBelow = (name: string, low: Estimate, high: Estimate, where = ''): Verdict => ({
  holds: clearlyAbove(high, low),
  evidence: `${name} ${shown(low)} against ${shown(high)}${where}`,
});

/** The opposite of `clearlyAbove`, but likewise false where too few seeds leave a standard error unknown. */
export const notClearlyAbove = (a: Estimate, b: Estimate): boolean =>
  a.value - b.value <= 2 * Math.hypot(a.standardError, b.standardError);
