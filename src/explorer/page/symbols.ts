import { svg } from '../draw/svg.ts';
import type { AxisName, NumberName } from '../state/parameters.ts';

/** A letter as mathematics writes it: italic, with an upright index. */
export interface Letter {
  readonly letter: string;
  readonly index?: string;
}

export const letters: Readonly<Record<NumberName | 'depth' | 'activation' | 'd', Letter>> = {
  psi1: { letter: 'ψ', index: '1' },
  psi2: { letter: 'ψ', index: '2' },
  eps: { letter: 'ε' },
  epsTest: { letter: 'ε', index: 'test' },
  lambda: { letter: 'λ' },
  tau: { letter: 'τ' },
  depth: { letter: 'L' },
  activation: { letter: 'σ' },
  below: { letter: 'ψ', index: 'b' },
  flip: { letter: 'p' },
  share: { letter: 'p', index: 's' },
  exponent: { letter: 'α' },
  spikes: { letter: 'p', index: 'k' },
  ratio: { letter: 'r' },
  d: { letter: 'd' },
};

/** What curves run along, as it stands in choices and tables. */
export const axisNames: Readonly<Record<AxisName, string>> = {
  psi1: 'width ψ₁',
  psi2: 'samples ψ₂',
  eps: 'attack in training ε',
  epsTest: 'attack at test ε',
  lambda: 'ridge penalty λ',
  tau: 'label noise τ',
  depth: 'frozen layers L',
  activation: 'activation σ',
};

/** For HTML. */
export function symbol({ letter, index }: Letter): HTMLElement {
  const span = document.createElement('span');
  span.className = 'symbol';
  const italic = document.createElement('i');
  italic.textContent = letter;
  span.append(italic);
  if (index !== undefined) {
    const sub = document.createElement('sub');
    sub.textContent = index;
    span.append(sub);
  }
  return span;
}

/** For the inside of an SVG text: words and letters in a row. */
export function spans(...parts: readonly (string | Letter)[]): SVGElement[] {
  return parts.flatMap((part) => {
    if (typeof part === 'string') return [svg('tspan', {}, part)];
    const letter = svg('tspan', { class: 'letter' }, part.letter);
    if (part.index === undefined) return [letter];
    const index = svg('tspan', { class: 'index', dy: '0.25em' }, part.index);
    // An empty span with a shift comes back to the line.
    return [letter, index, svg('tspan', { dy: '-0.18em' }, '\u200b')];
  });
}

/** A tick's number, `10^5` as a power. */
export function numberSpans(label: string): (SVGElement | string)[] {
  const [base, power] = label.split('^');
  return power === undefined
    ? [label]
    : [svg('tspan', {}, base!), svg('tspan', { class: 'index', dy: '-0.45em' }, power)];
}
