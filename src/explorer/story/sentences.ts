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
    const least = leastOverWidth.standardRisk(settings);
    const peak =
      eps === 0 && lambda === 0
        ? ` It is infinite at ${width(psi2)}, where N = n: the features then just suffice to fit every example, its noise included, by weights that grow without bound.`
        : '';
    const conclusion = least.where === 'upper end' ? ' The widest network is the best.' : '';
    return `At ${width(psi1)} the {standard|standard risk} is ${standard(riskAt(settings).standardRisk)}.${peak} It is least ${placeOf(least)}: ${standard(least.value)}.${conclusion}`;
  },

  attack(settings) {
    const raises = (at: Settings): string => {
      const { standardRisk, adversarialRisk } = riskAt(at);
      return `from ${standard(standardRisk)} to ${adversarial(adversarialRisk)}`;
    };
    return (
      `At ${width(settings.psi1)} the attack of ${radius(epsTestOf(settings))} raises the mean squared error ${raises(settings)}; ` +
      `at ${width(WIDEST)}, ${raises({ ...settings, psi1: WIDEST })}.`
    );
  },

  curse(settings) {
    if (settings.eps === 0) return NO_ATTACK;
    const least = leastOverWidth.adversarialRisk(settings);
    const nothing = nothingRisk(settings);
    const widest = { ...settings, psi1: WIDEST };
    const beyond =
      least.where === 'inside'
        ? ` Beyond, it grows to ${adversarial(riskAt(widest).adversarialRisk)} at ${width(WIDEST)}: trained against the same attack on the same examples, the wider network withstands it less. That is the curse.`
        : '';
    // Where nothing is learnt the risk is that of predicting nothing, to rounding.
    const some = least.value < nothing * (1 - ROUNDING);
    return (
      (some
        ? `The {adversarial|adversarial risk} is least ${placeOf(least)}: ${adversarial(least.value)}.${beyond} Predicting nothing has ${number(nothing)}. `
        : `No width shown has less {adversarial|adversarial risk} than predicting nothing, ${number(nothing)}. `) +
      `Trained without the attack but attacked all the same (dashed line), the network has ${adversarial(ordinary(widest))} at ${width(WIDEST)}` +
      (ordinary(widest) < riskAt(widest).adversarialRisk
        ? ': it is the training against the attack that does the harm there.'
        : '.')
    );
  },

  why(settings) {
    if (settings.eps === 0) return NO_ATTACK;
    const { from, to, fitted, worst, attack, learnt, spread } = reasons(settings);
    return (
      `From ${width(from)}, where ${percent(fitted[0])} of the examples are fitted exactly, to ${width(to)}, {radius|εq} ${moves(attack, 'radius')}, ` +
      `and the {worst|error on the attacked training examples} ${moves(worst, 'worst')}. ` +
      `The share of the rule that is learnt ${movesBy(learnt, percent)}, and the {standard|error on fresh examples} ${moves(spread, 'standard')}.`
    );
  },

  null(settings) {
    const { psi1, eps } = settings;
    const critical = criticalEpsAt(settings);
    const { standardRisk, adversarialRisk } = riskAt(settings);
    const start = `At ${width(psi1)} the critical radius is {radius|${number(critical)}}.`;
    return eps >= critical
      ? `${start} ${radius(eps)} is beyond it: the {standard|standard} and the {adversarial|adversarial risk} are both ${number(nothingRisk(settings))}.`
      : `${start} ${radius(eps)} is below it: the {standard|standard risk} is ${standard(standardRisk)}, the {adversarial|adversarial risk} ${adversarial(adversarialRisk)}.`;
  },

  remedy(settings) {
    const { psi1, lambda } = settings;
    const free = { ...settings, lambda: 0 };
    const best = leastOverPenalty(settings);
    const widest = leastOverPenalty({ ...settings, psi1: WIDEST });
    const nothing = nothingRisk(settings);
    const helped =
      best.where === 'upper end'
        ? `; no penalty brings it below predicting nothing, ${number(nothing)}`
        : `, and ${adversarial(best.value)} with the best one, ${penalty(best.at)}`;
    const unpenalised = leastOverWidth.adversarialRisk(free);
    return (
      `At ${width(psi1)} the {adversarial|adversarial risk} is ${adversarial(riskAt(free).adversarialRisk)} without a penalty (dashed line), ` +
      `${adversarial(riskAt(settings).adversarialRisk)} with ${penalty(lambda)}${helped}. ` +
      `At ${width(WIDEST)} the best penalty gives ${adversarial(widest.value)}, ${widest.value < unpenalised.value ? 'less' : 'not less'} than any width shown has without one. ` +
      `Training without attack or penalty gives ${adversarial(ordinary(free))} at ${width(psi1)}, ` +
      (ordinary(free) < best.value
        ? 'less than the best penalty does: at this width it is better not to train against the attack at all.'
        : 'not less than the best penalty does: at this width it pays to train against the attack.')
    );
  },
};

const NO_ATTACK = 'With {radius|ε = 0} there is no attack to train against.';
const ROUNDING = 1e-9;

const number = shortText;
const percent = (share: number): string => `${Number((100 * share).toPrecision(2))}\u00a0%`;
/** Always three digits, so that the lines do not change while a slider moves. */
const digits = (value: number): string =>
  value >= 1e-3 && value < 1000 ? value.toPrecision(3) : number(value);
const write = (quantity: Quantity, value: number): string => `{${quantity}|${digits(value)}}`;
const standard = (value: number): string => write('standard', value);
const adversarial = (value: number): string => write('adversarial', value);
const width = (psi1: number): string => `{width|ψ1 = ${number(psi1)}}`;
const penalty = (lambda: number): string => `λ\u00a0=\u00a0${number(lambda)}`;
const radius = (eps: number): string => `{radius|ε = ${number(eps)}}`;

function placeOf({ at, where }: Least): string {
  if (where === 'inside') return `near {width|ψ1 = ${Number(at.toPrecision(2))}}`;
  return `at the ${where === 'upper end' ? 'greatest' : 'least'} width shown, ${width(at)}`;
}

/** The adversarial risk of the same network, trained without the attack. */
const ordinary = (settings: Settings): number =>
  riskAt({ ...settings, eps: 0, epsTest: epsTestOf(settings) }).adversarialRisk;

/** "falls from 3 to 2". */
const moves = (change: Change, quantity: Quantity): string =>
  movesBy(change, (value) => write(quantity, value));

function movesBy([before, after]: Change, text: (value: number) => string): string {
  const verb = after < before ? 'falls' : after > before ? 'rises' : 'stays';
  return `${verb} from ${text(before)} to ${text(after)}`;
}
