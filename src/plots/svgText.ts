import { parseHTML } from 'linkedom';
import { escaped, outlineTexts } from './texLabels.ts';

/** Colour of words and of lines that stand for no series. */
export const INK = '#1a1a1a';

/** A document to draw in, where there is no browser. */
export const emptyDocument = (): Document =>
  parseHTML('<!doctype html><html><body></body></html>').document as unknown as Document;

/** Where words stand, in pixels: `anchor` is the part of them that lies there. */
export interface TextPlace {
  readonly x?: number;
  readonly y?: number;
  readonly transform?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly size: number;
}

/** Words as SVG source. */
export function textMarkup(
  words: string,
  { x = 0, y = 0, transform = '', anchor = 'start', size }: TextPlace,
): string {
  const at = `x="${x}" y="${y}" transform="${transform}"`;
  return `<text ${at} text-anchor="${anchor}" font-size="${size}">${escaped(words)}</text>`;
}

/**
 * A finished figure as SVG source: all its words as outlines, so that it needs no font, and the same bytes each time.
 * @param description what is drawn, in words, for those who cannot see it
 * @param captions SVG source of what is drawn over the rest
 */
export function svgText(svg: Element, description: string, captions: readonly string[]): string {
  svg.removeAttribute('font-family');
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    'font-size': '15',
    role: 'img',
    'aria-label': escaped(description),
  };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  svg.insertAdjacentHTML('beforeend', `<g>${captions.join('')}</g>`);
  outlineTexts(svg);
  return renumbered(svg.outerHTML);
}

/** Plot numbers its clip paths by a count that runs on from figure to figure; here each figure begins at 1. */
function renumbered(svg: string): string {
  const ids = [...new Set(svg.match(/plot-clip-\d+/g))];
  return svg.replace(/plot-clip-\d+/g, (id) => `clip-${ids.indexOf(id) + 1}`);
}
