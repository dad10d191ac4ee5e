import { kept } from '../theory/keptAnswers.ts';
import { svg } from './svg.ts';

/** A group of a picture, which is drawn anew only when something that its content depends on is another one. */
export interface Layer<Of extends readonly unknown[]> {
  readonly element: SVGGElement;
  draw(...of: Of): void;
}

/** A layer of what `content` makes; what that depends on are its arguments and nothing else. */
export function layer<Of extends readonly unknown[]>(
  content: (...of: Of) => readonly Node[],
  name?: string,
): Layer<Of> {
  const element = svg('g', { class: name });
  return { element, draw: kept((...of: Of) => element.replaceChildren(...content(...of))) };
}
