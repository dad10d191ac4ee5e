import { given } from '../../checkOptions.ts';
import { checkChoice, InvalidArgumentError } from '../../errors.ts';
import { type AttackOptions, type SignalWord, signalNamed } from '../../theory/index.ts';
import { NORMS } from '../../theory/linf/norms.ts';
import { SIGNAL_FORMS } from '../../theory/linf/signalName.ts';
import { notice } from '../notices.ts';
import { text } from '../options.ts';

/** The options that say what bounds the attacks, and what signal they meet. */
export const attackOptions = {
  norm: text(
    'of the training attack: l2, linf [l2]; in linf eps is sqrt(d) times the radius of a coordinate',
  ),
  'test-norm': text('of the attack at test [--norm]'),
  signal: text(`law of the coordinates of beta, which linf knows: ${SIGNAL_FORMS} [gaussian]`),
} as const;

interface AttackArguments {
  readonly norm?: string | undefined;
  readonly 'test-norm'?: string | undefined;
  readonly signal?: string | undefined;
}

/** What is given of them, as the theory takes it. @throws InvalidArgumentError naming the option that cannot be read */
export function readAttack({ norm, 'test-norm': testNorm, signal }: AttackArguments): AttackOptions {
  if (norm !== undefined) checkChoice('norm', norm, NORMS);
  if (testNorm !== undefined) checkChoice('test-norm', testNorm, NORMS);
  if (signal !== undefined && norm !== 'linf' && testNorm !== 'linf')
    throw new InvalidArgumentError('signal', signal, 'none but with --norm linf or --test-norm linf');
  return given({
    norm,
    testNorm,
    signal: signal === undefined ? undefined : signalNamed(signal as SignalWord),
  }) as AttackOptions;
}

/** The same as it was typed, with the unit of radii: for records of names and values. */
export const attackWords = ({ norm, 'test-norm': testNorm, signal }: AttackArguments): object => ({
  ...given({ norm, testNorm, signal }),
  ...((norm === 'linf' || testNorm === 'linf') && { radiusUnit: UNIT }),
});

const UNIT = 'in linf eps/sqrt(d) per coordinate';

/** Says on standard error what radii mean, where a table has no room for it. */
export function announceUnit({ norm, 'test-norm': testNorm }: AttackArguments): void {
  if (norm === 'linf' || testNorm === 'linf') notice(`radii: ${UNIT}`);
}
