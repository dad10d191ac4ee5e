import { InvalidArgumentError } from '../errors.ts';
import { type Attack, boundedAttack } from './attack.ts';
import { type Perturbed, worse } from './perSample.ts';

/**
 * Several attacks as one: each sample keeps the worst that any of them finds.
 * @throws InvalidArgumentError for no attack, or attacks that differ in norm, loss or bounds
 */
export function worstOf(attacks: readonly Attack[]): Attack {
  const first = attacks[0];
  if (!first) throw new InvalidArgumentError('attacks', attacks, 'at least one');
  for (const { settings } of attacks) {
    const of = ({ norm, loss, bounds }: Attack['settings']): string =>
      `${loss.name} loss in ${norm.name} within ${bounds ? `[${bounds}]` : 'no bounds'}`;
    if (of(settings) !== of(first.settings))
      throw new InvalidArgumentError('attacks', of(settings), `all alike: ${of(first.settings)}`);
  }
  const name = attacks.map((attack) => attack.name).join(' | ');
  return boundedAttack(name, first.settings, (problem) => {
    const searches = attacks.map((attack) => attack.prepare(problem));
    return (eps, key) => searches.map((search) => search(eps, key)).reduce<Perturbed | null>(worse, null)!;
  });
}
