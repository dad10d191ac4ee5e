import { ATTACK_OPTIONS } from '../attacks/attackOptions.ts';
import { checkAttack } from '../attacks/boundedAttack.ts';
import {
  type Attack,
  type AttackOptions,
  apgd,
  fgm,
  type GradientAttackOptions,
  inputSlope,
  linearised,
  linearisedLoss,
  type ModelFunction,
  marginLoss,
  modelFunction,
  pgd,
  randomDirection,
  randomNoise,
} from '../attacks/index.ts';
import { fitting, targetColumns } from '../attacks/losses.ts';
import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkInteger, checkPositive } from '../errors.ts';
import { stream } from '../random/stream.ts';
import { computed } from '../runtime/computed.ts';
import { tf } from '../runtime/tf.ts';

/** The attack options and the budget that {@link sanityChecks} tries. */
export interface SanityOptions extends Omit<AttackOptions, 'targeted'> {
  /** The budget about which to check; also a half, a quarter and an eighth of it are tried. */
  readonly eps: number;
  /** Steps of the attacks. Default 20. */
  readonly steps?: number;
  /** Attacks of one's own, which must keep within the budget as the others do. Default none. */
  readonly attacks?: readonly Attack[];
}

const { targeted: _, ...OF_ATTACKS } = ATTACK_OPTIONS;
const OPTIONS: OptionNames<SanityOptions> = { ...OF_ATTACKS, eps: true, steps: true, attacks: true };

/** What a check measured, and what it makes of that. */
export interface SanityCheck {
  /** What ought to be so. */
  readonly name: string;
  /** null: there was nothing to check. */
  readonly passed: boolean | null;
  /** One sentence, with the numbers. */
  readonly finding: string;
  /** The numbers behind the finding, by name. */
  readonly measured: Readonly<Record<string, number | readonly number[]>>;
}

/** Losses may differ by this fraction through float32 alone. */
const ROUNDING = 1e-4;
/** Differences of the outputs may depart from the gradient by this fraction: kinks, curvature and float32. */
const DIFFERENCE = 0.1;
/** Directions and lengths, in units of eps, of those differences. The shortest are rounded most and curved least. */
const DIRECTIONS = 8;
const LENGTHS = [0.1, 0.01, 0.001];
/** Other samples whose inputs an unbounded attack must at least match, and the share of samples that must. */
const OTHERS = 32;
const REACHED = 0.95;
/** Gradients this much smaller than the median count as vanishing. */
const VANISHING = 1e-6;
/** A model is linear enough for an exact answer when the loss departs from its linearisation by less than this. */
const LINEAR = 1e-3;

/**
 * Whether attacks on a model behave as attacks must, on a batch of data: a model that hides its gradients, or an
 * attack with a mistake, fails here (Carlini et al. 2019, "On evaluating adversarial robustness"; Athalye, Carlini & Wagner
 * 2018, section 3.1). Where the outputs are random, that is what is found, and the other checks say nothing.
 * @param x [n, ...]
 * @param y [n] or [n, k]
 * @param settings the budget, and norm, loss and bounds of the attacks
 * @throws InvalidArgumentError for unknown options, and as `attack.run` does
 */
export async function sanityChecks(
  model: tf.LayersModel | ModelFunction,
  x: tf.Tensor,
  y: tf.Tensor,
  settings: SanityOptions,
): Promise<SanityCheck[]> {
  checkOptions('sanityChecks', settings, OPTIONS);
  const { eps, steps = 20, attacks: own = [], ...options } = settings ?? {};
  checkPositive('eps', eps);
  checkInteger('steps', steps);
  const f = modelFunction(model);

  const at = async (attack: Attack, epsilons: readonly number[] = [eps]): Promise<Float32Array[]> => {
    const run = await attack.run(f, x, y, { epsilons });
    const losses = (await run.loss.data()) as Float32Array;
    run.dispose();
    return epsilons.map((_, k) => losses.slice(k * x.shape[0]!, (k + 1) * x.shape[0]!));
  };
  const one = async (attack: Attack): Promise<Float32Array> => (await at(attack))[0]!;
  const pgdWith = (more: GradientAttackOptions): Attack => pgd({ ...options, ...more });
  const strong = { steps, relStepSize: 0.25 };

  const budgets = [0, eps / 8, eps / 4, eps / 2, eps];
  const stepCounts = [1, 2, 5, steps].filter((count, k, all) => k === 0 || count > all[k - 1]!);
  const restartCounts = [1, 2, 4];
  const attacks = [
    fgm(options),
    pgdWith(strong),
    apgd({ ...options, steps }),
    linearised(options),
    randomNoise(options),
    randomDirection(options),
    ...own.map(checkAttack),
  ];
  const best = await one(pgdWith(strong));
  const inSeries = async (series: readonly Attack[]): Promise<Float32Array[]> => {
    const found: Float32Array[] = [];
    for (const attack of series) found.push(await one(attack));
    return found;
  };

  const same = await repeatable(f, x);
  const checks = [
    await budgetRespected(f, x, y, eps, attacks),
    neverFalls('loss rises with eps', budgets, await at(pgdWith(strong), budgets), 'mean'),
    neverFalls(
      'loss rises with steps of one length',
      stepCounts,
      await inSeries(stepCounts.map((count) => pgdWith({ steps: count, stepSize: eps / 4 }))),
      'sample',
    ),
    neverFalls(
      'loss rises with restarts',
      restartCounts,
      await inSeries(restartCounts.map((restarts) => pgdWith({ ...strong, randomStart: true, restarts }))),
      'sample',
    ),
    notBelow('PGD is not below FGM', best, await one(fgm(options))),
    notBelow('random noise is not above PGD', best, await one(randomNoise({ ...options, samples: 10 }))),
    notBelow(
      'random directions are not above PGD',
      best,
      await one(randomDirection({ ...options, samples: 10 })),
    ),
    await gradients(f, x, y, attacks[0]!),
    await againstDifferences(f, x, eps, attacks[0]!),
    await againstExact(f, x, y, eps, linearised(options), best),
    await unbounded(f, x, y, eps, pgdWith(strong)),
  ];
  if (same.passed) return [same, ...checks];
  const random = 'the outputs are random, so nothing follows';
  return [
    same,
    ...checks.map((check) => ({ ...check, passed: null, finding: `${check.finding}; ${random}` })),
  ];
}

/** Noise in the model: each attack then climbs another function at each step. */
async function repeatable(f: ModelFunction, x: tf.Tensor): Promise<SanityCheck> {
  const [difference, largest] = (await computed(() => {
    const first = f(x);
    return tf.stack([tf.max(tf.abs(f(x).sub(first))), tf.max(tf.abs(first))]);
  })) as unknown as [number, number];
  const passed = !(difference > ROUNDING * largest);
  const remark = passed ? '' : '; attack the mean of several passes instead (Athalye et al. 2018)';
  return {
    name: 'the same input gives the same output',
    passed,
    finding: `two passes differ by at most ${short(difference)}, the largest output is ${short(largest)}${remark}`,
    measured: { difference, largest },
  };
}

/**
 * A gradient that is blocked in part, or replaced by another: it is not what the outputs change by. Compared in random
 * directions, with all outputs added under random signs; each sample at the length that fits best.
 */
async function againstDifferences(
  f: ModelFunction,
  x: tf.Tensor,
  eps: number,
  { settings: { norm, bounds } }: Attack,
): Promise<SanityCheck> {
  const n = x.shape[0]!;
  const random = stream('sanity checks', 'directions');
  const errors = await computed(() => {
    const outputs = f(x).reshape([n, -1]);
    const count = outputs.shape[1]!;
    const signs = tf.tensor1d(Array.from({ length: count }, () => (random.uniform() < 0.5 ? -1 : 1)));
    const added = (at: tf.Tensor): tf.Tensor => tf.sum(f(at).reshape([n, count]).mul(signs), 1);
    const gradient = tf.grad((at: tf.Tensor) => tf.sum(added(at)))(x);
    const within = (at: tf.Tensor): tf.Tensor => (bounds ? at.clipByValue(...bounds) : at);
    const errors = LENGTHS.map((length) => {
      const squares = Array.from({ length: DIRECTIONS }, () => {
        const direction = tf.tensor(random.fillGaussian(new Float32Array(x.size)), x.shape);
        const size = norm.measure(direction).reshape([n, ...x.shape.slice(1).map(() => 1)]);
        const step = direction.div(size).mul(eps * length);
        const [up, down] = [within(x.add(step)), within(x.sub(step))];
        const change = added(up).sub(added(down));
        const expected = tf.sum(gradient.mul(up.sub(down)).reshape([n, -1]), 1);
        return [tf.squaredDifference(change, expected), tf.square(change)] as const;
      });
      const rounding = tf.sum(tf.abs(outputs), 1).mul(8 * 2 ** -24 * Math.sqrt(DIRECTIONS));
      const departure = tf.sqrt(tf.addN(squares.map(([departs]) => departs)));
      const whole = tf.sqrt(tf.addN(squares.map(([, change]) => change)));
      return tf.maximum(departure.sub(rounding), 0).div(tf.maximum(whole, 1e-30));
    });
    return tf.min(tf.stack(errors), 0);
  });
  const wrong = errors.filter((error) => !(error <= DIFFERENCE)).length;
  const median = errors.toSorted((a, b) => a - b)[Math.floor(n / 2)]!;
  return {
    name: 'gradients are those of finite differences',
    passed: wrong === 0,
    finding: `for ${wrong} of ${n} samples the outputs change otherwise than the gradient says; the median departure is ${short(100 * median)} per cent`,
    measured: { wrong, median, count: n },
  };
}

/**
 * Without a bound every attack must succeed. Within the reach taken here lies the input of every other sample, so the loss
 * that a sample has with the output of another is no more than the least that the attack must find; of classes, that the
 * sample is misclassified there.
 */
async function unbounded(
  f: ModelFunction,
  x: tf.Tensor,
  y: tf.Tensor,
  eps: number,
  attack: Attack,
): Promise<SanityCheck> {
  const n = x.shape[0]!;
  const { norm, loss: climbed } = attack.settings;
  const loss = climbed.targets === 'classes' ? marginLoss : climbed;
  const [farthest] = await computed(() => tf.max(norm.measure(x.sub(tf.mean(x, 0, true)))).mul(2));
  const reach = Math.max(eps, farthest!);
  const run = await attack.run(f, x, y, { epsilons: [reach] });
  const values = await computed(() => {
    const targets = targetColumns(x, y);
    const lossOf = (prediction: tf.Tensor): tf.Tensor =>
      loss.value(fitting(prediction, targets, loss), targets);
    const outputs = f(x);
    const others = Array.from({ length: Math.min(n, OTHERS + 1) }, (_, shift) => {
      const order = Array.from({ length: n }, (_, i) => (i + shift) % n);
      return lossOf(tf.gather(outputs, tf.tensor1d(order, 'int32')));
    });
    return tf.stack([lossOf(f(run.x[0]!)), tf.max(tf.stack(others), 0)]);
  });
  run.dispose();
  const [found, least] = [values.subarray(0, n), values.subarray(n)];
  const reached = Array.from(found, (value, i) =>
    loss === marginLoss ? value > 0 || least[i]! <= 0 : value >= least[i]! - LINEAR * Math.abs(least[i]!),
  ).filter(Boolean).length;
  return {
    name: 'an unbounded attack fails every sample',
    passed: reached >= REACHED * n,
    finding: `at eps ${short(reach)}, which reaches every other sample, PGD does at least what their inputs would do for ${reached} of ${n}`,
    measured: { eps: reach, reached, count: n },
  };
}

async function budgetRespected(
  f: ModelFunction,
  x: tf.Tensor,
  y: tf.Tensor,
  eps: number,
  attacks: readonly Attack[],
): Promise<SanityCheck> {
  const ratios: number[] = [];
  for (const attack of attacks) {
    const run = await attack.run(f, x, y, { epsilons: [eps] });
    const [farthest] = await computed(() => tf.max(attack.settings.norm.measure(run.x[0]!.sub(x))).div(eps));
    ratios.push(farthest!);
    run.dispose();
  }
  const most = Math.max(...ratios);
  return {
    name: 'budget respected',
    passed: most <= 1 + ROUNDING,
    finding: `the largest perturbation of ${attacks.length} attacks is ${most.toFixed(6)} eps`,
    measured: { largestOverEps: ratios },
  };
}

/** Losses in order of growing means must not fall: on average, or for every sample. */
function neverFalls(
  name: string,
  settings: readonly number[],
  losses: readonly Float32Array[],
  per: 'mean' | 'sample',
): SanityCheck {
  const means = losses.map(mean);
  const scale = Math.max(...means.map(Math.abs)) || 1;
  const falls = losses.slice(1).map((later, k) => {
    const earlier = losses[k]!;
    if (per === 'mean') return (means[k]! - means[k + 1]!) / scale;
    return (
      later.reduce((most, loss, i) => Math.max(most, earlier[i]! - loss), Number.NEGATIVE_INFINITY) / scale
    );
  });
  const largestFall = Math.max(...falls);
  return {
    name,
    passed: largestFall <= ROUNDING,
    finding: `mean losses ${means.map(short).join(', ')} at ${settings.map(short).join(', ')}`,
    measured: { settings, means, largestFallOverMean: largestFall },
  };
}

/** The attack's losses must not be below another's, on average. */
function notBelow(name: string, attack: Float32Array, other: Float32Array): SanityCheck {
  const ours = mean(attack);
  const theirs = mean(other);
  const below = attack.filter((loss, i) => loss < other[i]! - ROUNDING * Math.abs(other[i]!)).length;
  return {
    name,
    passed: ours >= theirs - ROUNDING * Math.abs(theirs),
    finding: `mean loss ${short(ours)} against ${short(theirs)}; below it on ${below} of ${attack.length} samples`,
    measured: { pgd: ours, other: theirs, samplesBelow: below },
  };
}

/** Masked gradients: a model whose gradient is zero, NaN or vanishing leads every gradient attack astray. */
async function gradients(f: ModelFunction, x: tf.Tensor, y: tf.Tensor, attack: Attack): Promise<SanityCheck> {
  const values = await computed(() =>
    attack.settings.norm.dual(inputSlope(f, x, y, attack.settings).gradient).reshape([-1]),
  );
  const finite = values.filter(Number.isFinite);
  const median = finite.toSorted((a, b) => a - b)[Math.floor(finite.length / 2)] ?? 0;
  const zero = values.filter((value) => value === 0).length;
  const notANumber = values.length - finite.length;
  const vanishing = finite.filter((value) => value > 0 && value < VANISHING * median).length;
  return {
    name: 'gradients are not masked',
    passed: zero + notANumber + vanishing === 0,
    finding: `of ${values.length} input gradients ${zero} are zero, ${notANumber} NaN or infinite, ${vanishing} vanishing; their median is ${short(median)}`,
    measured: { zero, notANumber, vanishing, median, count: values.length },
  };
}

/** Where the model is linear as far as eps reaches, the exact answer is known, and PGD must find it. */
async function againstExact(
  f: ModelFunction,
  x: tf.Tensor,
  y: tf.Tensor,
  eps: number,
  attack: Attack,
  found: Float32Array,
): Promise<SanityCheck> {
  const name = 'PGD finds the exact maximum of a linear model';
  const { loss, bounds } = attack.settings;
  let outputs: number | undefined;
  tf.tidy(() => {
    outputs = f(x).shape[1];
  });
  if (!loss.twoSided || bounds || outputs !== 1) {
    const finding = 'no exact answer is known: it needs one output, a loss of its residual, and no bounds';
    return { name, passed: null, finding, measured: {} };
  }
  const exact = await computed(() => linearisedLoss(f, x, y, attack.settings, eps));
  const run = await attack.run(f, x, y, { epsilons: [eps] });
  const real = await run.loss.data();
  run.dispose();
  const departure = mean(exact.map((value, i) => Math.abs(value - real[i]!))) / mean(exact);
  const ratio = mean(found) / mean(exact);
  const linear = departure <= LINEAR;
  const remark = linear
    ? ''
    : `; the model departs from it by ${short(100 * departure)} per cent, so nothing follows`;
  return {
    name,
    passed: linear ? ratio >= 1 - LINEAR : null,
    finding: `mean loss ${short(mean(found))} against ${short(mean(exact))} of the linearised model${remark}`,
    measured: { pgd: mean(found), linearised: mean(exact), departure },
  };
}

const mean = (values: Float32Array): number => values.reduce((sum, v) => sum + v / values.length, 0);

const short = (value: number): string => String(Number(value.toPrecision(4)));
