import { shortText } from '../page/numbers.ts';
import type { Settings } from '../state/parameters.ts';
import type { SceneName } from '../state/scenes.ts';
import { criticalEpsAt, epsTestOf, nothingRisk, riskAt } from '../theory/ask.ts';
import { type Change, type Least, leastOverPenalty, leastOverWidth, reasons, WIDEST } from './claims.ts';
import type { Quantity } from './marked.ts';

/** What is said of the settings in a scene, its quantities marked as `marked` reads them. Every number is computed. */
export const sentences = (scene: SceneName, settings: Settings): string => says[scene](settings);

const says: Readonly<Record<SceneName, (settings: Settings) => string>> = {
  training(settings) {
    const { psi1, eps, lambda, psi2 } = settings;
    const least = leastOverWidth(settings, 'standardRisk');
    const peak =
      eps === 0 && lambda === 0
        ? ` It is infinite at ${width(psi2)}, where N = n: there the features just suffice to fit every example.`
        : '';
    const conclusion = least.where === 'upper end' ? ' Without an attack, wider is better.' : '';
    return `At ${width(psi1)} the {standard|standard risk} is ${standard(riskAt(settings).standardRisk)}.${peak} ${leastSentence(least, 'standard')}${conclusion}`;
  },

  attack(settings) {
    const of = (at: Settings): string => {
      const { standardRisk, adversarialRisk } = riskAt(at);
      return `from ${standard(standardRisk)} to ${adversarial(adversarialRisk)}`;
    };
    const e = `{radius|ε = ${shortText(epsTestOf(settings))}}`;
    return `At ${width(settings.psi1)} the attack of ${e} raises the mean squared error ${of(settings)}; at ${width(WIDEST)} it raises it ${of({ ...settings, psi1: WIDEST })}.`;
  },

  curse(settings) {
    const least = leastOverWidth(settings, 'adversarialRisk');
    const widest = riskAt({ ...settings, psi1: WIDEST }).adversarialRisk;
    const nothing = nothingRisk(settings);
    const wider =
      least.where === 'upper end'
        ? ''
        : ` At ${width(WIDEST)} it is ${adversarial(widest)}; predicting nothing has ${shortText(nothing)}.`;
    return `${leastSentence(least, 'adversarial')}${wider}${untrained({ ...settings, psi1: WIDEST })}`;
  },

  why(settings) {
    const { from, to, worst, attack, learnt, spread } = reasons(settings);
    return (
      `From ${width(from)} to ${to}, the worst error on the training examples ${moves(worst, 'worst')}, ` +
      `{radius|εq} ${moves(attack, 'radius')}, and the share of the rule that is learnt ${moves(learnt)}. ` +
      `The error on fresh examples, not attacked, ${moves(spread, 'standard')}. (Root mean squares.)`
    );
  },

  null(settings) {
    const { psi1, eps } = settings;
    const critical = criticalEpsAt(settings);
    const { standardRisk, adversarialRisk } = riskAt(settings);
    const start = `At ${width(psi1)} the critical radius is {radius|${shortText(critical)}}. `;
    return eps >= critical
      ? `${start}{radius|ε = ${shortText(eps)}} is beyond it: {standard|standard} and {adversarial|adversarial risk} are both ${shortText(nothingRisk(settings))}.`
      : `${start}{radius|ε = ${shortText(eps)}} is below it: the {standard|standard risk} is ${standard(standardRisk)}, the {adversarial|adversarial risk} ${adversarial(adversarialRisk)}.`;
  },

  remedy(settings) {
    const { psi1, lambda } = settings;
    const free = { ...settings, lambda: 0 };
    const best = leastOverPenalty(settings);
    const widest = leastOverPenalty({ ...settings, psi1: WIDEST });
    const unpenalised = leastOverWidth(free, 'adversarialRisk');
    const { adversarialRisk } = riskAt(settings);
    return (
      `At ${width(psi1)} the {adversarial|adversarial risk} is ${adversarial(riskAt(free).adversarialRisk)} without a penalty, ` +
      `${adversarial(adversarialRisk)} with λ = ${shortText(lambda)}, and ${adversarial(best.value)} with the best, λ = ${shortText(best.at)}. ` +
      `With the best penalty at ${width(WIDEST)} it is ${adversarial(widest.value)}, ${widest.value < unpenalised.value ? 'less' : 'no less'} than the ` +
      `${adversarial(unpenalised.value)} of the best width without one.${untrained({ ...settings, lambda: 0 })}`
    );
  },
};

const write = (quantity: Quantity, value: number): string => `{${quantity}|${shortText(value)}}`;
const standard = (value: number): string => write('standard', value);
const adversarial = (value: number): string => write('adversarial', value);
const width = (psi1: number): string => `{width|ψ1 = ${shortText(psi1)}}`;

function leastSentence({ at, value, where }: Least, quantity: 'standard' | 'adversarial'): string {
  const name = `{${quantity}|${quantity === 'standard' ? 'It' : 'Adversarial risk'}}`;
  const place =
    where === 'inside'
      ? `at ${width(at)}`
      : `at the ${where === 'upper end' ? 'greatest' : 'least'} width shown, ${width(at)}`;
  return `${quantity === 'standard' ? 'It' : name} is least ${place}: ${write(quantity, value)}.`;
}

/** What the same network would have that has been trained without the attack. */
function untrained(settings: Settings): string {
  const { adversarialRisk } = riskAt({ ...settings, eps: 0, epsTest: epsTestOf(settings) });
  return ` Trained without the attack, and attacked all the same (faint), the network of ${width(settings.psi1)} would have ${adversarial(adversarialRisk)}.`;
}

/** "falls from 3 to 2". */
function moves([before, after]: Change, quantity?: Quantity): string {
  const [from, to] = [before, after].map((value) => (quantity ? write(quantity, value) : shortText(value)));
  const verb = after < before ? 'falls' : after > before ? 'rises' : 'stays';
  return `${verb} from ${from} to ${to}`;
}
