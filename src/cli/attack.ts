import type { CommandModule, InferredOptionTypes } from 'yargs';
import {
  type Attack,
  type AttackName,
  attackNamed,
  attackNames,
  type Criterion,
  errorAbove,
  type LossName,
  lossNames,
  misclassified,
  type NormName,
  normNames,
  type SampleLoss,
  worstOf,
} from '../attacks/index.ts';
import { given } from '../checkOptions.ts';
import { decimal } from '../data/decimal.ts';
import type { Preparation, PreparedTarget } from '../data/preparation/preparation.ts';
import {
  checkChoice,
  checkInteger,
  checkNonNegative,
  checkPositive,
  InvalidArgumentError,
} from '../errors.ts';
import { type RobustRisk, robustRisk } from '../evaluation/risk.ts';
import type { SanityCheck } from '../evaluation/sanityChecks.ts';
import { loadModel } from '../models/modelFiles.ts';
import { writePicture } from '../plots/picture.ts';
import { DEVICE_CHOICES, loadRuntime } from '../runtime/index.ts';
import { attackedModel, attackSanityChecks } from '../table/attackedModel.ts';
import { attackOnEachClass } from '../table/eachClass.ts';
import { ATTACKED_LOSSES } from '../table/tableTrainingOptions.ts';
import { worstExamples } from '../table/worstExamples.ts';
import { announceRuntime } from './announceRuntime.ts';
import { targetInWords } from './classes.ts';
import { modelRows } from './modelRows.ts';
import { notice } from './notices.ts';
import { numberList } from './numberList.ts';
import { withOptionNames } from './optionNames.ts';
import { deviceOption, flag, jsonOption, neededText, number, text, textOr } from './options.ts';
import { columnsOption, pictureLook, plotOption } from './picture.ts';
import { type RememberedClasses, rememberedClasses } from './rememberedClasses.ts';
import { rememberedPreparation } from './rememberedPreparation.ts';
import { repeatable } from './repeatable.ts';
import { table } from './table.ts';
import { decimalOption, positiveOf, tableFile } from './tableOptions.ts';
import { parseRange } from './theory/grid.ts';

const options = {
  model: neededText('folder of a saved layers model'),
  csv: tableFile,
  decimal: decimalOption,
  target: text("column of the targets [that of the model's training, or the last]"),
  positive: positiveOf("the model's training"),
  scale: { ...number('scale', 'divide every input by this'), default: 1 },
  attack: textOr('pgd', `${attackNames.join(', ')}; several, separated by commas, for the worst of them`),
  norm: text(`${normNames.join(', ')} [l2; linf for bim and fgsm]`),
  loss: text(
    `${lossNames.join(', ')} [squared; that of its training for a classifier of rrf train; of several classes each other class in turn]`,
  ),
  epsilons: neededText('from:to:count, or 0,0.1,0.5'),
  steps: number('steps', "gradient steps [the attack's own]"),
  restarts: number(
    'restarts',
    'runs, of which the worst counts: one from the input, the others from random points [1]',
  ),
  raw: flag("eps in the inputs' own units, also where the model standardises them itself"),
  bounds: text('low,high of every input'),
  success: text(
    "when an attack succeeds: 'misclassified', or an error that it must exceed [misclassified for classes]",
  ),
  seed: textOr('0', 'of the random starts'),
  'batch-size': { ...number('batch-size', 'rows at a time'), default: 2048 },
  checks: flag('sanity checks at the largest eps too'),
  plot: plotOption('the robustness curve'),
  images: plotOption('the worst examples at the largest eps, for inputs that are images'),
  columns: columnsOption,
  json: jsonOption,
  device: deviceOption,
} as const;

type AttackArguments = InferredOptionTypes<typeof options>;

/** Of which the attack runs anew for each: more would take days. */
const MOST_BUDGETS = 1000;

export const attackCommand: CommandModule<object, AttackArguments> = {
  command: 'attack',
  describe: 'Attack a saved TensorFlow.js model and measure its robust risk',
  builder: (yargs) =>
    repeatable(yargs, 'positive')
      .options(options)
      .example(
        '$0 attack --model out/model --csv out/model/held-out.csv --epsilons 0:0.5:6 --steps 40 --restarts 5',
        'what rrf train saved, on the rows it held out',
      ),
  async handler(args) {
    const epsilons = parseRange('epsilons', args.epsilons).values;
    for (const eps of epsilons) checkNonNegative('epsilons', eps);
    if (epsilons.length > MOST_BUDGETS)
      throw new InvalidArgumentError('epsilons', args.epsilons, `at most ${MOST_BUDGETS} budgets`);
    checkInteger('batch-size', args['batch-size']);
    const device = checkChoice('device', args.device, DEVICE_CHOICES);
    const remembered = rememberedClasses(args.model);
    const preparation = rememberedPreparation(args.model, args.decimal);
    const attack = attackFor(args, remembered, preparation);
    const asked = criterionOf(args.success);
    const look = pictureLook(args.columns, { plot: args.plot, images: args.images });
    if (args.plot !== undefined && epsilons.length < 2)
      throw new InvalidArgumentError('epsilons', args.epsilons, 'at least two with --plot');
    checkPositive('scale', args.scale);
    const { data, target: read, notes } = await modelRows(args, remembered?.classes, preparation);
    const rows = { ...data, x: data.x.map((value) => value / args.scale) };
    const criterion = asked ?? (read.kind === 'number' ? undefined : misclassified);
    const runtime = await loadRuntime(device);
    announceRuntime(runtime);
    for (const note of notes) notice(note);
    const model = await loadModel(args.model);
    const target = await withOptionNames({ data: 'csv' }, () => attackedModel(model, rows, args.raw));
    const size = args.images === undefined ? null : imageSize(model.inputs[0]!.shape.slice(1));
    const largest = Math.max(...epsilons);
    const before = performance.now();
    const result = await robustRisk(target.f, target.data, attack, {
      epsilons,
      batchSize: args['batch-size'],
      ...(criterion ? { criterion } : {}),
    });
    const seconds = (performance.now() - before) / 1000;
    const checks = args.checks ? await attackSanityChecks(target, attack, largest) : null;
    // The plots are loaded only when there is one to draw.
    if (args.plot !== undefined) {
      const { robustnessFigure } = await import('./robustnessFigure.ts');
      await writePicture(
        args.plot,
        robustnessFigure(result, { units: target.units, accuracy: criterion === misclassified, ...look }),
      );
    }
    if (args.images !== undefined && size) {
      const { worstExamplesFigure } = await import('./worstExamplesFigure.ts');
      const examples = await worstExamples(target, attack, largest);
      await writePicture(args.images, worstExamplesFigure(examples, attack, { eps: largest, size, ...look }));
    }
    model.dispose();
    const { units } = target;
    const told = classesOf(read);
    const accuracy = criterion === misclassified;
    const output = { model: args.model, csv: args.csv, ...told, units, ...result, checks, runtime, seconds };
    process.stdout.write(
      args.json
        ? `${JSON.stringify(output)}\n`
        : `${report({ result, checks, rows: rows.n, seconds, units, accuracy, target: read })}\n`,
    );
  },
};

/** The classes of a target as results have them; none of numbers. */
function classesOf(target: PreparedTarget): object {
  switch (target.kind) {
    case 'number':
      return {};
    case 'two classes':
      return { classes: { target: target.name, positive: target.positive, negative: target.negative } };
    case 'several classes':
      return { classes: { target: target.name, names: target.classes } };
  }
}

/** By the loss that is asked for or that the model was trained by; of several classes on each other class in turn. */
function attackFor(
  args: AttackArguments,
  remembered: RememberedClasses | null,
  preparation: Preparation | null,
): Attack {
  if (args.loss !== undefined) return attackOf({ ...args, loss: args.loss as LossName });
  const target = preparation?.target;
  if (target?.kind === 'several classes')
    return attackOnEachClass(target.classes.length, (loss) => attackOf({ ...args, loss }));
  return attackOf({ ...args, loss: remembered ? ATTACKED_LOSSES[remembered.loss] : 'squared' });
}

function attackOf({
  attack: names,
  norm,
  loss,
  steps,
  restarts,
  bounds,
  seed,
}: Omit<AttackArguments, 'loss'> & { readonly loss: LossName | SampleLoss }): Attack {
  const options = {
    loss,
    seed,
    ...given({
      norm: norm as NormName | undefined,
      steps,
      restarts,
      bounds: bounds === undefined ? undefined : boundsOf(bounds),
    }),
  };
  const attacks = names.split(',').map((name) => attackNamed(name as AttackName, options));
  return attacks.length === 1 ? attacks[0]! : worstOf(attacks);
}

function boundsOf(text: string): [number, number] {
  const [low, high, ...more] = numberList('bounds', text);
  if (low === undefined || high === undefined || more.length > 0)
    throw new InvalidArgumentError('bounds', text, 'low,high');
  return [low, high];
}

function criterionOf(words: string | undefined): Criterion | undefined {
  if (words === undefined) return undefined;
  if (words === misclassified.name) return misclassified;
  const limit = decimal(words);
  if (!(limit >= 0))
    throw new InvalidArgumentError('success', words, `${misclassified.name}, or a number >= 0`);
  return errorAbove(limit);
}

function report({
  result: { attack, norm, loss, standard, curve },
  checks,
  rows,
  seconds,
  units,
  accuracy,
  target,
}: {
  readonly result: RobustRisk;
  readonly checks: SanityCheck[] | null;
  readonly rows: number;
  readonly seconds: number;
  readonly units: string;
  /** Whether success is misclassification. */
  readonly accuracy: boolean;
  readonly target: PreparedTarget;
}): string {
  const classes = target.kind !== 'number';
  type Point = RobustRisk['curve'][number];
  const points = table(curve, [
    { title: 'eps', value: (p: Point) => String(Number(p.eps.toPrecision(6))) },
    { title: `${loss} loss`, value: (p: Point) => p.risk.value.toPrecision(5) },
    { title: 'std.err.', value: (p: Point) => p.risk.standardError.toPrecision(2) },
    // A margin has a sign, and no ratio.
    ...(standard.value > 0
      ? [{ title: 'over clean', value: (p: Point) => (p.risk.value / standard.value).toFixed(3) }]
      : []),
    ...(classes && accuracy
      ? [
          { title: 'accuracy', value: (p: Point) => (1 - p.success!.value).toFixed(4) },
          { title: 'std.err.', value: (p: Point) => p.success!.standardError.toPrecision(2) },
        ]
      : []),
    ...(!(classes && accuracy) && curve.some((p) => p.success)
      ? [{ title: 'success', value: (p: Point) => `${(100 * p.success!.value).toFixed(1)} %` }]
      : []),
  ]);
  const verdicts = (checks ?? []).map(
    ({ passed, name, finding }) =>
      `${passed === null ? '-   ' : passed ? 'ok  ' : 'FAIL'}  ${name}: ${finding}`,
  );
  return [
    `${attack} in ${norm} on ${rows} rows, ${seconds.toFixed(1)} s; clean loss ${standard.value.toPrecision(5)}; eps in ${units}`,
    ...targetInWords(target),
    '',
    points,
    ...(checks ? ['', ...verdicts] : []),
  ].join('\n');
}

/** Height and width of inputs that are images of one channel. @throws InvalidArgumentError for any other shape */
function imageSize(shape: readonly (number | null)[]): [number, number] {
  const [height, width, channels = 1, ...more] = shape;
  if (!height || !width || channels !== 1 || more.length > 0)
    throw new InvalidArgumentError(
      'images',
      `inputs of shape [${shape}]`,
      'a model of images, [height, width] or [height, width, 1]',
    );
  return [height, width];
}
