import { InvalidArgumentError } from '../errors.ts';
import type { Attack } from './attack.ts';
import { boundedAttack, checkAttack } from './boundedAttack.ts';
import { type Perturbed, worse } from './perSample.ts';

/**
 * Several attacks as one: each sample keeps the worst that any of them finds.
 * @throws InvalidArgumentError for no attack, or attacks that differ in norm, loss or bounds
 */
export function worstOf(attacks: readonly Attack[]): Attack {
  if (!Array.isArray(attacks)) throw new InvalidArgumentError('attacks', attacks, 'a list of attacks');
  const first = attacks[0];
  if (!first) throw new InvalidArgumentError('attacks', attacks, 'at least one');
  for (const attack of attacks) {
    const { settings } = checkAttack(attack);
    const of = ({ norm, loss, bounds }: Attack['settings']): string =>
      `${loss.name} loss in ${norm.name} within ${bounds ? `[${bounds}]` : 'no bounds'}`;
    if (of(settings) !== of(first.settings))
      throw new InvalidArgumentError('attacks', of(settings), `all alike: ${of(first.settings)}`);
  }
  const name = attacks.map((attack) => attack.name).join(' | ');
  return boundedAttack(name, first.settings, (problem) => {
    const searches = attacks.map((attack) => attack.prepare(problem));
    return (eps, draw) => searches.map((search) => search(eps, draw)).reduce<Perturbed | null>(worse, null)!;
  });
}
