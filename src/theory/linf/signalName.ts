import { InvalidArgumentError } from '../../errors.ts';
import type { Signal } from './signal.ts';

/** A law of the signal in one word, as on the command line; see {@link signalNamed}. */
export type SignalWord = 'gaussian' | 'rademacher' | 'sparse' | `sparse:${string}`;

/**
 * The law of that name: 'gaussian', 'rademacher', 'sparse', or 'sparse:0.05' with the share of the coordinates that are not 0.
 * @throws InvalidArgumentError for another word, or a share out of range
 */
export function signalNamed(name: SignalWord): Signal {
  if (name === 'gaussian' || name === 'rademacher' || name === 'sparse') return name;
  const share = /^sparse:([\d.e+-]+)$/i.exec(String(name))?.[1];
  if (share === undefined || !(Number(share) > 0 && Number(share) <= 1))
    throw new InvalidArgumentError(
      'signal',
      name,
      "'gaussian', 'rademacher', 'sparse', or 'sparse:SHARE' with a share in (0, 1]",
    );
  return { law: 'sparse', share: Number(share) };
}
