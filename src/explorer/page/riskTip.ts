import type { PageRisk } from '../theory/pageRisk.ts';
import { html } from './elements.ts';
import { riskText } from './numbers.ts';
import type { Words } from './words.ts';

/** Fills a tip with a place and the risks there, and shows it at a point of a plot: to its right where there is room. */
export function showRiskTip(
  tip: HTMLElement,
  box: HTMLElement,
  { place, risk, words, x, y }: TipContent,
): void {
  tip.replaceChildren(
    html('div', {}, ...place),
    html('div', { className: 'adversarial' }, `${words.adversarial} ${riskText(risk.adversarialRisk)}`),
    html('div', { className: 'standard' }, `${words.standard} ${riskText(risk.standardRisk)}`),
    ...(risk.phase === 'learning' ? [] : [html('div', {}, risk.phase)]),
  );
  tip.hidden = false;
  placeTip(tip, box, x, y(tip.offsetHeight));
}

/** Places a tip that is shown beside a point of a plot, in pixels from the plot's corner: to its right where there is room. */
export function placeTip(tip: HTMLElement, box: HTMLElement, x: number, y: number): void {
  const beyond = x + tip.offsetWidth + 24 > box.clientWidth;
  tip.style.left = `${box.offsetLeft + (beyond ? Math.max(0, x - tip.offsetWidth - 14) : x + 14)}px`;
  tip.style.top = `${box.offsetTop + y}px`;
}

interface TipContent {
  readonly place: readonly (Node | string)[];
  readonly risk: PageRisk;
  readonly words: Words;
  /** The point, in pixels from the left of the plot. */
  readonly x: number;
  /** The top of the tip, in pixels from that of the plot, by the height of the tip. */
  readonly y: (height: number) => number;
}
