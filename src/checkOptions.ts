import { InvalidArgumentError } from './errors.ts';

/** The names of the options of `T`, each once: an option that the type has and the list lacks does not compile. */
export type OptionNames<T> = { readonly [K in keyof T]-?: true };

/** What people write who come from other libraries, and what it is called here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  alpha: 'lambda',
  attacks: 'attack',
  batch_size: 'batchSize',
  budget: 'eps',
  clip_max: 'bounds',
  clip_min: 'bounds',
  clipValues: 'bounds',
  dimension: 'd',
  epochs: 'maxCycles',
  epsilon: 'eps',
  eps_step: 'stepSize',
  iterations: 'steps',
  iters: 'steps',
  l2: 'lambda',
  lr: 'learningRate',
  maxIter: 'steps',
  max_iter: 'steps',
  nRestarts: 'restarts',
  nSteps: 'steps',
  noise: 'tau',
  num_random_init: 'restarts',
  ord: 'norm',
  penalty: 'lambda',
  randomInit: 'randomStart',
  random_start: 'randomStart',
  regularization: 'lambda',
  sigma: 'tau',
  width: 'units',
};

/**
 * Refuses options that `of` does not have, so that a misspelt one is never ignored.
 * @param of what takes the options, as messages name it
 * @param options what was given; undefined passes
 * @param names every option there is
 * @throws InvalidArgumentError naming the first option that is not among them, with the nearest that is
 */
export function checkOptions(of: string, options: unknown, names: object): void {
  if (options === undefined) return;
  if (options === null || typeof options !== 'object' || Array.isArray(options))
    throw new InvalidArgumentError('options', options, `an object of options of ${of}`);
  const known = Object.keys(names);
  for (const [name, value] of Object.entries(options)) {
    if (Object.hasOwn(names, name)) continue;
    const near = nearestName(name, known);
    const meant =
      near === undefined ? `an option of ${of}: ${known.join(', ')}` : `an option of ${of}: ${near}?`;
    throw new InvalidArgumentError(name, value, meant);
  }
}

/** The options that are given: one that is undefined is left to its default. */
export const given = <T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };

/** The name among `known` that `name` may have been meant for; undefined where none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const translated = ELSEWHERE[name];
  if (translated !== undefined && known.includes(translated)) return translated;
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const distances = known.map((other) => editDistance(plain(name), plain(other)));
  const least = Math.min(...distances);
  // A name of one letter is not near another for having one letter, too.
  const near = least <= Math.max(1, Math.floor(name.length / 3)) && least < plain(name).length;
  return near ? known[distances.indexOf(least)] : undefined;
}

/** What to expect in the place of an unknown name, for a message: the name that it may have been meant for, or all. */
export function expectedAmong(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  return near === undefined ? `one of ${known.join(', ')}` : `${near}?`;
}

/** The least number of letters put in, taken out or changed that turns `a` into `b`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
