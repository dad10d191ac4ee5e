import { InvalidArgumentError } from '../../errors.ts';
import { type Signal, SPARSE_SHARE, signalParts } from './signal.ts';

/** A law of the signal in one word, as on the command line; see {@link signalNamed}. */
export type SignalWord = 'gaussian' | 'rademacher' | 'sparse' | `sparse:${string}` | `discrete:${string}`;

/** How a law is written. */
export const SIGNAL_FORMS = 'gaussian, rademacher, sparse[:share[:gaussian]], discrete:value,value,...';

/**
 * The law of that name: 'gaussian', 'rademacher', 'sparse', 'sparse:0.05' with the share of the coordinates that are not 0,
 * 'sparse:0.05:gaussian' where those are Gaussian, or 'discrete:0,1,3' of equal weights.
 * @throws InvalidArgumentError for another word, or numbers out of range
 */
export function signalNamed(name: SignalWord): Signal {
  const signal = typeof name === 'string' ? readSignal(name) : undefined;
  if (signal === undefined) throw new InvalidArgumentError('signal', name, `one of ${SIGNAL_FORMS}`);
  try {
    signalParts(signal);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new InvalidArgumentError('signal', name, `${error.argument}: ${error.expected}`);
  }
  return signal;
}

function readSignal(name: string): Signal | undefined {
  const [law, rest, entries, ...more] = name.split(':');
  if (more.length > 0) return undefined;
  if (law === 'gaussian' || law === 'rademacher' || law === 'sparse') {
    if (rest === undefined) return law === 'sparse' ? { law, share: SPARSE_SHARE } : law;
    if (law !== 'sparse' || (entries !== undefined && entries !== 'gaussian')) return undefined;
    return { law, share: numberOf(rest), ...(entries && { entries }) };
  }
  if (law !== 'discrete' || rest === undefined || entries !== undefined) return undefined;
  return { law, values: rest.split(',').map(numberOf) };
}

const numberOf = (word: string): number => (/^[-+.\de]+$/i.test(word) ? Number(word) : Number.NaN);
