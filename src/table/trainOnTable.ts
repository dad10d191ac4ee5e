import { pgd } from '../attacks/index.ts';
import { columnNotes } from '../data/columnNotes.ts';
import type { ClassNames } from '../data/csvClasses.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Preparation, PreparedTarget } from '../data/preparation/preparation.ts';
import type { RawTable } from '../data/rawTable.ts';
import { standardise, standardised, type TableStatistics, tableStatistics } from '../data/standardise.ts';
import type { Table } from '../data/table.ts';
import { asDataset, targetOf } from '../data/tableDataset.ts';
import { InvalidArgumentError, UserError } from '../errors.ts';
import { robustRisk } from '../evaluation/risk.ts';
import { type MarginLoss, marginLosses } from '../exact/marginLosses.ts';
import { bestConstant } from '../exact/marginRows.ts';
import { standardisedModel } from '../models/standardisedModel.ts';
import { type Estimate, meanOf } from '../numerics/estimate.ts';
import type { tf } from '../runtime/tf.ts';
import { type ClassMeasures, classMeasures, type Margins, marginsOf } from './measureClasses.ts';
import { type SeveralClassesTold, severalClassesTold } from './measureSeveralClasses.ts';
import { checkEachThere } from './oneAgainstRest.ts';
import { partsOf } from './splits.ts';
import { readoutBias, tableModel } from './tableModel.ts';
import {
  isMarginLoss,
  resolveTableTraining,
  type TableTrainingOptions,
  type TableTrainingSettings,
} from './tableTrainingOptions.ts';
import {
  isRawTable,
  preparationOptionsIn,
  rowsOfFile,
  rowsOfNumbers,
  type TrainingRows,
} from './trainingRows.ts';
import { trainTableByGradient } from './trainTableByGradient.ts';
import { trainClassesExactly, trainTableExactly } from './trainTableExactly.ts';

/** A trained model, and what it is worth on rows held out. */
export interface TableTraining {
  /** From inputs, as the preparation makes them, to the target, both in their own units. */
  readonly model: tf.Sequential;
  /** How the columns of a file become the inputs of the model; null where a table of numbers was given. */
  readonly preparation: Preparation | null;
  /** How many rows each part has. */
  readonly rows: {
    /** Trained on. */
    readonly train: number;
    /** Watched by early stopping; 0 without. */
    readonly validation: number;
    /** Held out. */
    readonly test: number;
  };
  /** Held-out rows as numbers in their own units, the target last. */
  readonly test: Table;
  /** Positions of the held-out rows in the table. */
  readonly testRows: readonly number[];
  /**
   * Mean loss on held-out rows: the squared error, in squared units of the target, or the loss of the margin; of several
   * classes the share that is answered wrongly.
   */
  readonly clean: Estimate;
  /** The same under an attack of radius epsTest. */
  readonly robust: Estimate;
  /** Of the constant that is best on the training rows, for squares their mean, of several classes the commonest; no attack moves it. */
  readonly trivial: Estimate;
  /** Where the target is two classes, how well they are told apart on held-out rows; otherwise null. */
  readonly classes: ClassesTold | null;
  /** Where the target is several classes, how well they are told apart on held-out rows; otherwise null. */
  readonly several: SeveralClassesTold | null;
  /** How the training ended. */
  readonly training: {
    /** Whether the solver or the gradient steps reached their tolerance. */
    readonly converged: boolean;
    /** Interior-point iterations, or gradient steps. */
    readonly iterations: number;
    /** As `adversarialTraining` and the exact solvers give it. */
    readonly residual: number;
    /** Of the standardised problem, with (1/2n) sum of squares or (1/n) sum of losses of the margin, summed over several classes. */
    readonly objective: number;
    /** Proved, by the exact method only. */
    readonly relativeGap?: number;
    /** Why training by gradient stopped. */
    readonly stopped?: string;
  };
  /** What the model adds to its read-out, in units of the target; null where none is fitted. */
  readonly intercept: number | null;
  /** What the reader should know of the data, a clause each. */
  readonly notes: readonly string[];
}

/** The classes of a target, and how a model tells them apart. */
export interface ClassesTold extends ClassNames {
  /** Without an attack. */
  readonly clean: ClassMeasures;
  /** Under PGD of radius epsTest on the margin. */
  readonly robust: ClassMeasures;
  /** Under the exact attack on the model linearised at each row. */
  readonly linearised: ClassMeasures;
  /** Of the constant that is best on the training rows. */
  readonly trivial: ClassMeasures;
}

/** Steps of the attack that measures. */
const TEST_STEPS = 20;

/**
 * Options and table before any work; needs no runtime.
 * @returns the options with their defaults, and the rows that can be trained and measured on
 * @throws InvalidArgumentError for an option that makes no sense, an unknown target, or classes other than +1 and -1;
 * UserError for a constant target or no inputs, and for cells of a file that cannot be used
 */
export function checkTableTraining(
  table: Table | RawTable,
  options: TableTrainingOptions,
): { settings: TableTrainingSettings; rows: TrainingRows } {
  const settings = resolveTableTraining(options, isRawTable(table));
  const { target, classes } = settings;
  const isClasses = isMarginLoss(settings.loss) || options.classes === true;
  const rows = isRawTable(table)
    ? rowsOfFile(table, { ...preparationOptionsIn(options), classes: isClasses })
    : rowsOfNumbers(table, target, classes);
  checkTrades(settings, rows.target);
  if (!isRawTable(table)) return { settings, rows };
  const names = rows.target.kind === 'two classes' ? namesIn(rows.target) : undefined;
  return { settings: { ...settings, classes: names }, rows };
}

/** TRADES measures how far outputs move by the square, or by the divergence of the softmax of several. */
function checkTrades({ method, loss }: TableTrainingSettings, { kind }: PreparedTarget): void {
  const needed = kind === 'several classes' ? 'logistic' : 'square';
  if (method === 'trades' && loss !== needed)
    throw new InvalidArgumentError(
      'method',
      method,
      `another for the loss ${loss}; trades takes ${needed} for a target of ${kind === 'number' ? 'numbers' : kind}`,
    );
}

const namesIn = ({ positive, negative }: ClassNames): ClassNames => ({ positive, negative });

/**
 * Trains a regression or a classifier on a table, adversarially, and measures it on rows held out. Several classes have an
 * output each, of which the largest names the class: by the exact method each is trained against the rest, by gradient all are
 * trained together, against one perturbation. How the columns of a file become numbers is learnt from the training rows. Inputs are
 * standardised by the training rows, inside the model, so that eps counts in standard deviations of the inputs, indicators of
 * text and of missing cells among them; so is the target, unless it is classes. The comparison is predicting the mean of the training targets, or the best constant. Needs a
 * loaded runtime. The caller disposes the model.
 * @param table as `readTable` reads it from a file, or of numbers
 * @throws InvalidArgumentError for an option that makes no sense, or an unknown target; UserError for a target that is
 * constant in the training rows, no inputs, too few rows, a problem that has no unique solution, and cells that cannot be used
 */
export async function trainOnTable(
  table: Table | RawTable,
  options: TableTrainingOptions,
): Promise<TableTraining> {
  const { settings, rows } = checkTableTraining(table, options);
  const { target, method, lambda, clip } = settings;
  const split = partsOf(rows.count, settings);
  const { tables, positions, preparation } = rows.split(split, split.at(-1)!);
  const [test, train] = [tables[0]!, tables.at(-1)!];
  const validation = tables.length === 3 ? tables[1]! : null;

  const ownUnits = tableStatistics(train, clip);
  if (ownUnits.target.deviation[0] === 0)
    throw new UserError(`the target ${JSON.stringify(target)} is constant in the training rows`);
  const several = rows.target.kind === 'several classes' ? rows.target.classes : null;
  const statistics = settings.classes || several ? { ...ownUnits, target: asTheyAre(1) } : ownUnits;
  const [mean, unit] = [statistics.target.mean[0]!, statistics.target.deviation[0]!];
  const notes = [...rows.notes, ...columnNotes(train)];
  const d = train.names.length - 1;
  if (train.rows < d && lambda === 0)
    notes.push(
      `${train.rows} training rows are fewer than ${d} columns: at lambda = 0 a model can fit them all`,
    );

  const inUnits = (part: Table): Table => standardised(part, statistics);
  const core = tableModel(settings, d, several?.length);
  // In place: there is no room for rows that nobody reads any more.
  standardise(train, statistics);
  const y = targetOf(train);
  if (several) checkEachThere(y, several);
  const training =
    method !== 'exact'
      ? await trainTableByGradient(core, train, validation && inUnits(validation), settings)
      : several
        ? await trainClassesExactly(core, train, several.length, settings, notes)
        : await trainTableExactly(core, train, settings, notes);

  const held = asDataset(inUnits(test));
  const measured = several
    ? await measuredOnSeveral(core, held, y, several, settings)
    : await measuredOn(core, held, y, settings);
  const back = ({ value, standardError, count }: Estimate): Estimate => ({
    value: value * unit ** 2,
    standardError: standardError * unit ** 2,
    count,
  });
  const bias = several ? null : await readoutBias(core);
  const units = several ? asTheyAre(several.length) : statistics.target;
  return {
    model: standardisedModel(core, statistics.inputs, units),
    preparation,
    rows: { train: train.rows, validation: validation?.rows ?? 0, test: test.rows },
    test,
    testRows: positions[0]!,
    clean: back(measured.clean),
    robust: back(measured.robust),
    trivial: back(measured.trivial),
    classes: measured.classes,
    several: measured.several,
    training,
    intercept: bias === null ? null : mean + unit * bias,
    notes,
  };
}

/** Of classes, which are not standardised. */
const asTheyAre = (outputs: number): TableStatistics['target'] => ({
  mean: new Array(outputs).fill(0),
  deviation: new Array(outputs).fill(1),
});

type Measured = Pick<TableTraining, 'clean' | 'robust' | 'trivial' | 'classes' | 'several'>;

/** @param y positions of the classes of the training rows, of which the commonest is taken */
async function measuredOnSeveral(
  core: tf.Sequential,
  held: Dataset,
  y: Float64Array,
  names: readonly string[],
  { epsTest, eps, norm }: TableTrainingSettings,
): Promise<Measured> {
  const attack = { eps: epsTest ?? eps, norm, steps: TEST_STEPS };
  const several = await severalClassesTold(core, held, { names, training: y, attack });
  const { clean, robust, trivial } = several;
  return { clean: clean.error, robust: robust.error, trivial: trivial.error, classes: null, several };
}

/** @param y targets of the training rows, of which the best constant is taken */
async function measuredOn(
  core: tf.Sequential,
  held: Dataset,
  y: Float64Array,
  { loss, classes, norm, ...settings }: TableTrainingSettings,
): Promise<Measured> {
  const eps = settings.epsTest ?? settings.eps;
  const attack = { eps, norm, steps: TEST_STEPS };
  const margins = classes ? await marginsOf(core, held, attack) : null;
  const marginLoss = isMarginLoss(loss) ? marginLosses[loss] : null;
  const constant = marginLoss ? bestConstant(marginLoss, y) : meanOf(y).value;
  const told = margins && classes ? toldApart(margins, held.y, classes, constant) : null;
  if (marginLoss && margins)
    return { ...ofMargins(margins, held.y, marginLoss, constant), classes: told, several: null };
  const { standard, curve } = await robustRisk(core, held, pgd({ norm, steps: TEST_STEPS }), {
    epsilons: [eps],
  });
  const trivial = meanOf(held.y.map((value) => (value - constant) ** 2));
  return { clean: standard, robust: curve[0]!.risk, trivial, classes: told, several: null };
}

/** The worst case of a loss that falls with the margin is at the least margin. */
function ofMargins(
  margins: Margins,
  y: Float32Array,
  { value }: MarginLoss,
  constant: number,
): Omit<Measured, 'classes' | 'several'> {
  return {
    clean: meanOf(margins.clean.map(value)),
    robust: meanOf(margins.robust.map(value)),
    trivial: meanOf(Float64Array.from(y, (label) => value(label * constant))),
  };
}

function toldApart(
  { clean, robust, linearised }: Margins,
  y: Float32Array,
  { positive, negative }: ClassNames,
  constant: number,
): ClassesTold {
  // Of two classes of equal size the constant 0 would name neither.
  const answer = constant || Number.EPSILON;
  return {
    positive,
    negative,
    clean: classMeasures(clean, y),
    robust: classMeasures(robust, y),
    linearised: classMeasures(linearised, y),
    trivial: classMeasures(
      Float64Array.from(y, (label) => label * answer),
      y,
    ),
  };
}
