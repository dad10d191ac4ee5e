import { parseHTML } from 'linkedom';

/** A figure's source as elements. */
export function parsed(svg: string): Element {
  return parseHTML(`<!doctype html><html><body>${svg}</body></html>`).document.querySelector('svg')! as never;
}

export const numberOf = (element: Element, name: string): number => Number(element.getAttribute(name));

/** What an outlined label says, and where its `transform` moves it first. */
export const labels = (root: Element): { words: string; x: number; y: number }[] =>
  [...root.querySelectorAll('g[aria-label][role="img"]')].map((group) => {
    const moves = [...group.getAttribute('transform')!.matchAll(/translate\(([-\d.]+),([-\d.]+)\)/g)];
    const sum = (k: 1 | 2): number => moves.reduce((total, move) => total + Number(move[k]), 0);
    return { words: group.getAttribute('aria-label')!, x: sum(1), y: sum(2) };
  });

/** The corners of a path of straight lines, in order. */
export const corners = (path: Element): [number, number][] =>
  [...path.getAttribute('d')!.matchAll(/(-?[\d.]+(?:e-?\d+)?),(-?[\d.]+(?:e-?\d+)?)/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ]);
