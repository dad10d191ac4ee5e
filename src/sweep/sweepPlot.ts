import { type Cell, isDescended, normsOf } from '../cells/cell.ts';
import { adversarialRisk, cleanError, type Measure, robustError, standardRisk } from '../cells/measure.ts';
import { expectedAmong } from '../checkOptions.ts';
import { InvalidArgumentError, UserError } from '../errors.ts';
import type { FigurePlan } from '../figures/figure.ts';
import { limitCurve, lookOf } from '../figures/shared.ts';
import { gridValues } from '../theory/index.ts';
import type { SweepFolder } from './sweepFolder.ts';
import { fields } from './sweepSpec.ts';

export interface SweepPlotOptions {
  /** The field along the x axis. */
  readonly x: string;
  /** 'SR' and 'AR' are the error and the robust error of a classification, which have these names besides. */
  readonly y: SweepMeasure;
  /** The field that tells curves apart, if any. */
  readonly by?: string;
  /** Fields that are held at one of their values, as `field=value`. */
  readonly where?: readonly string[];
}

/** What a sweep is drawn of. */
export type SweepMeasure = 'SR' | 'AR' | 'error' | 'robustError';
export const SWEEP_MEASURES: readonly SweepMeasure[] = ['SR', 'AR', 'error', 'robustError'];

type Field = keyof Cell;

/** Of fields that are not their own label. */
const TEX: Readonly<Record<string, string>> = {
  psi1: '$\\psi_1 = N/d$',
  psi2: '$\\psi_2 = n/d$',
  d: '$d$',
  eps: '$\\varepsilon$',
  lambda: '$\\lambda$',
  tau: '$\\tau$',
  attackSteps: 'attack steps',
  testAttack: 'test attack',
  testRows: 'test rows',
};
/** What stands before the symbol on an axis. */
const WORDS: Readonly<Record<string, string>> = {
  psi1: 'width',
  psi2: 'samples',
  d: 'dimension',
  eps: 'radius',
  lambda: 'ridge penalty',
  tau: 'label noise',
};

/**
 * A sweep as a figure: means over seeds along one field, a curve of theory for each value of another.
 * @throws InvalidArgumentError for a field or value that the sweep does not have; UserError when further fields vary
 */
export function sweepPlan({ cells: all }: SweepFolder, options: SweepPlotOptions): FigurePlan {
  const x = fieldNamed('x', options.x);
  const by = options.by === undefined ? undefined : fieldNamed('by', options.by);
  if (by === x) throw new InvalidArgumentError('by', by, 'another field than that along the x axis');
  const { cells, k } = chosen(all, options.where ?? []);
  const xs = valuesOf(cells, x);
  if (xs.length < 2 || xs.some((value) => typeof value !== 'number'))
    throw new InvalidArgumentError('x', x, 'a numeric field with at least two values in this sweep');
  const numbers = (xs as number[]).sort((a, b) => a - b);
  const underAttack = options.y === 'AR' || options.y === 'robustError';
  refuseOthers(cells, { x, by, underAttack, k });

  // A loss is one of a margin: a sweep is of classifiers throughout, or not at all.
  const classes = cells[0]!.loss !== undefined;
  if (!classes && (options.y === 'error' || options.y === 'robustError'))
    throw new InvalidArgumentError('y', options.y, 'SR or AR: this sweep is of no classification');
  const [standard, adversarial] = classes
    ? ([cleanError, robustError] as const)
    : ([standardRisk, adversarialRisk] as const);
  const measure = underAttack ? adversarial(k ?? 0) : standard;
  const [plain, attacked] = classes ? ['error', 'robust error'] : ['standard risk', 'adversarial risk'];
  const label = underAttack ? attacked! : plain!;
  const groups = by
    ? valuesOf(cells, by).map((value) => cells.filter((cell) => fieldOf(cell, by) === value))
    : [cells];
  const [low, high] = [numbers[0]!, numbers.at(-1)!];
  const scale = low > 0 && high / low > 8 ? 'log' : 'linear';
  const along = gridValues({ from: low, to: high, count: 160, scale });
  const curves = groups.map((group, i) =>
    limitCurve(by ? valueLabel(by, fieldOf(group[0]!, by)) : label, lookOf(i).colour, measure, along, (at) =>
      moved(group, x, at),
    ),
  );
  const drawn = curves.filter(({ points }) => points.length > 0);
  return {
    x: { label: [WORDS[x], TEX[x] ?? x].filter(Boolean).join(' '), scale },
    y: { label, scale: 'log' },
    guides: [],
    claims: [],
    note: note(cells, x, by),
    caption: caption(cells, { x, by, underAttack, measure, k, theory: drawn.length > 0 }),
    panels: [
      {
        title: '',
        curves: drawn,
        measured: groups.map((group, i) => ({
          label: curves[i]!.label,
          ...lookOf(i),
          emphasis: 'open',
          spots: numbers
            .map((at) => ({ x: at, y: measure, cells: group.filter((cell) => cell[x] === at) }))
            .filter((spot) => spot.cells.length > 0),
        })),
      },
    ],
  };
}

/** The part of a file's name that tells this picture from others of the sweep: `AR-psi1-eps-d=100`. */
export const plotName = ({ x, y, by, where = [] }: SweepPlotOptions): string =>
  [y, x, ...(by ? [by] : []), ...where].join('-');

function fieldNamed(option: string, name: string): Field {
  if (fields.includes(name) && name !== 'epsTest') return name as Field;
  const swept = fields.filter((field) => field !== 'epsTest');
  throw new InvalidArgumentError(option, name, expectedAmong(name, swept));
}

type Value = string | number | undefined;

/** What cells leave out of their fields where it is the default. */
const UNSAID: Partial<Record<Field, string>> = { norm: 'l2', signal: 'gaussian' };

/** The value of a field; lists in the way they are written after `--where`. */
function fieldOf(cell: Cell, name: Field): Value {
  const value = name === 'testNorm' ? normsOf(cell).test : (cell[name] ?? UNSAID[name]);
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'object' ? JSON.stringify(value) : (value as Value);
}

const valuesOf = (cells: readonly Cell[], name: Field): Value[] => [
  ...new Set(cells.map((cell) => fieldOf(cell, name))),
];

/**
 * The fields whose values x and by do not decide. The widths of a network decide psi1, and psi1 the widths where networks of
 * one depth have one for each.
 */
function otherFields(cells: readonly Cell[], x: Field, by: Field | undefined): Field[] {
  const depths = new Set(cells.map(({ widths }) => widths?.length));
  const decided = depths.size === 1 && valuesOf(cells, 'widths').length === valuesOf(cells, 'psi1').length;
  return (fields as Field[]).filter((name) => {
    if (name === 'epsTest' || name === x || name === by) return false;
    if (name === 'psi1') return cells[0]!.widths === undefined;
    // It goes with `norm` where no cell says otherwise.
    if (name === 'testNorm') return cells.some((cell) => cell.testNorm !== undefined);
    return name !== 'widths' || !(decided && (x === 'psi1' || by === 'psi1'));
  });
}

/** The cells that all of `where` holds for, and the place of the radius at test in their lists, if it names one. */
function chosen(
  all: readonly Cell[],
  where: readonly string[],
): { cells: readonly Cell[]; k: number | undefined } {
  let cells = all;
  let k: number | undefined;
  for (const text of where) {
    const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (name === undefined || value === undefined)
      throw new InvalidArgumentError('where', text, 'field=value, such as d=100');
    if (name === 'epsTest')
      k = cells[0]!.epsTest.indexOf(valueNamed(text, value, cells[0]!.epsTest) as number);
    else {
      const field = fieldNamed('where', name);
      const held = valueNamed(text, value, valuesOf(cells, field));
      cells = cells.filter((cell) => fieldOf(cell, field) === held);
    }
  }
  return { cells, k };
}

/** The value that a text is, or rounds to: 1.41 where the sweep has 1.41421356237. */
function valueNamed(where: string, text: string, values: readonly unknown[]): unknown {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  const exact = values.find((value) => String(value) === text || value === number);
  if (exact !== undefined) return exact;
  const digits = text.replace(/e.*$/i, '').replace(/\D/g, '').replace(/^0+/, '').length;
  const near = values.filter(
    (value) => typeof value === 'number' && digits > 0 && Number(value.toPrecision(digits)) === number,
  );
  if (near.length !== 1)
    throw new InvalidArgumentError('where', where, `one of the sweep's values: ${values.join(', ')}`);
  return near[0];
}

/** What is drawn: the fields along the axis and of the curves, and at which of the radii at test, where there is an attack. */
interface Drawn {
  readonly x: Field;
  readonly by: Field | undefined;
  readonly underAttack: boolean;
  readonly k: number | undefined;
}

/** Means are over seeds alone: whatever else varies must be named. */
function refuseOthers(cells: readonly Cell[], { x, by, underAttack, k }: Drawn): void {
  const varied = otherFields(cells, x, by)
    .map((name) => ({ name: name as string, values: valuesOf(cells, name) as unknown[] }))
    .filter(({ values }) => values.length > 1);
  const { epsTest } = cells[0]!;
  if (underAttack && k === undefined && epsTest.length > 1)
    varied.push({ name: 'epsTest', values: [...epsTest] });
  if (varied.length === 0) return;
  const list = varied.map(({ name, values }) => `${name} (${values.join(', ')})`).join(' and ');
  const hint = varied.map(({ name, values }) => `--where ${name}=${values.at(-1)}`).join(' ');
  const curves =
    by || varied[0]!.name === 'epsTest' ? '' : `, or draw a curve for each with --by ${varied[0]!.name}`;
  throw new UserError(`the sweep varies ${list} as well: choose one value, such as ${hint}${curves}`);
}

/** What stands at the foot: the settings that are neither along the axis nor in the legend, and what the bars are. */
function note(cells: readonly Cell[], x: Field, by: Field | undefined): string {
  const fixed = FOOT.filter((name) => name !== x && name !== by && cells[0]![name] !== undefined)
    .filter((name) => name !== 'psi1' || cells[0]!.features !== 'linear')
    .map((name) => valueLabel(name, fieldOf(cells[0]!, name)));
  const seeds = new Set(cells.map(({ seed }) => seed)).size;
  const means = seeds === 1 ? 'one seed' : `means over ${seeds} seeds, bars: one standard error`;
  return `${fixed.join(', ')}; ${means}`;
}

/** The settings that have room at the foot; the caption has all. */
const FOOT: readonly Field[] = ['psi1', 'psi2', 'eps', 'lambda', 'tau', 'loss', 'noise', 'norm'];

function caption(
  cells: readonly Cell[],
  { x, by, underAttack, measure, k, theory }: Drawn & { readonly measure: Measure; readonly theory: boolean },
): string {
  const seeds = new Set(cells.map(({ seed }) => seed)).size;
  const together = new Set(cells.map(({ epsTest, eps }) => epsTest.length === 1 && epsTest[0] === eps));
  const radius = together.has(true) && together.size === 1 ? 'its eps' : `${cells[0]!.epsTest[k ?? 0]}`;
  const fixed = otherFields(cells, x, by)
    .filter((name) => cells[0]![name] !== undefined)
    .filter((name) => name !== 'attackSteps' || cells[0]!.method === 'pgd')
    .filter((name) => name !== 'start' || isDescended(cells[0]!))
    .map((name) => `${name} = ${fieldOf(cells[0]!, name)}`);
  return [
    `${measure.name} against ${x}${by ? `, for each ${by}` : ''}.`,
    theory ? 'Curves: asymptotic theory.' : 'No theory is drawn.',
    seeds === 1
      ? 'Symbols: simulations with one seed, without error bars.'
      : `Symbols: simulated means over ${seeds} seeds; bars: one standard error over seeds.`,
    ...(underAttack ? [`Radius at test: ${radius}.`] : []),
    `Settings: ${fixed.join(', ')}.`,
  ].join(' ');
}

const valueLabel = (name: Field, value: unknown): string => {
  const tex = TEX[name]?.replace(/ = .*\$$/, '$');
  if (tex?.endsWith('$') && typeof value === 'number') return `${tex.slice(0, -1)} = ${value}$`;
  return typeof value === 'number' ? `${tex ?? name} ${value}` : String(value);
};

/**
 * The cell of a group with another value of a field. The radius at test goes with that of training where the two are the
 * same, and the widths of a network with psi1.
 */
function moved(group: readonly Cell[], field: Field, value: number): Cell {
  const cell = group[0]!;
  const widths = field === 'psi1' && cell.widths ? widthsAt(group, value) : cell.widths;
  const together = field === 'eps' && cell.epsTest.length === 1 && cell.epsTest[0] === cell.eps;
  return {
    ...cell,
    ...(widths && { widths }),
    [field]: value,
    ...(together && { epsTest: [value] }),
  } as Cell;
}

/** The widths where the last of them is psi1, in straight lines between those of the group. */
function widthsAt(group: readonly Cell[], psi1: number): number[] {
  const sorted = [...group].sort((a, b) => a.psi1 - b.psi1);
  const above = sorted.find((cell) => cell.psi1 >= psi1) ?? sorted.at(-1)!;
  const below = sorted.findLast((cell) => cell.psi1 < above.psi1) ?? above;
  const share = above === below ? 0 : (psi1 - below.psi1) / (above.psi1 - below.psi1);
  return below.widths!.map((width, l) =>
    l === below.widths!.length - 1 ? psi1 : width + share * (above.widths![l]! - width),
  );
}
