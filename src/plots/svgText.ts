import { parseHTML } from 'linkedom';
import { type PictureOptions, sizeAttributes } from './paper.ts';
import { svgMetadata, wholeText } from './pictureText.ts';
import { escaped, labelWidth, outlineTexts } from './texLabels.ts';

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
  /** That of all words unless given. */
  readonly colour?: string;
}

/** Plots of one size as one, the first of which has the style of all. */
export function merged([first, ...further]: readonly Element[]): Element {
  for (const svg of further)
    for (const child of [...svg.children]) if (child.localName !== 'style') first!.append(child);
  return first!;
}

/** Words as SVG source. */
export function textMarkup(
  words: string,
  { x = 0, y = 0, transform = '', anchor = 'start', size, colour }: TextPlace,
): string {
  const at = `x="${x}" y="${y}" transform="${transform}"`;
  const fill = colour === undefined ? '' : ` fill="${colour}"`;
  return `<text ${at} text-anchor="${anchor}" font-size="${size}"${fill}>${escaped(words)}</text>`;
}

/** The font size at which words are no wider than `width`, and `size` where there is room for that. */
export const fittingSize = (words: string, size: number, width: number): number =>
  words === '' ? size : Math.min(size, (size * width) / labelWidth(words, size));

/** The title of a vertical axis, turned to its left about the middle of it, as large as `room` and `size` let it be. */
export const sideTitle = (words: string, middle: number, size: number, room: number): string =>
  textMarkup(words, {
    transform: `translate(20,${middle}) rotate(-90)`,
    anchor: 'middle',
    size: fittingSize(words, size, room),
  });

/** Words in lines no wider than `width`, broken at spaces outside of formulas. */
export function lines(words: string, size: number, width: number): string[] {
  const found: string[] = [];
  for (const word of words.match(/(?:\$[^$]*\$|[^\s$])+/g) ?? []) {
    const longer = found.length === 0 ? word : `${found.at(-1)} ${word}`;
    if (found.length > 0 && labelWidth(longer, size) <= width) found[found.length - 1] = longer;
    else found.push(word);
  }
  return found;
}

/** The same in as few lines, as even as can be. */
export function evenLines(words: string, size: number, width: number): string[] {
  let found = lines(words, size, width);
  if (found.length < 2) return found;
  for (let least = width; ; least *= 0.95) {
    const narrower = lines(words, size, least);
    const isNarrower = narrower.every((line) => labelWidth(line, size) <= least);
    if (narrower.length > found.length || !isNarrower) return found;
    found = narrower;
  }
}

/**
 * A finished figure as SVG source: all its words as outlines, so that it needs no font, and the same bytes each time.
 * @param figure what the picture says about itself, and whether it is for print
 * @param captions SVG source of what is drawn over the rest
 */
export function svgText(
  svg: Element,
  figure: PictureOptions,
  captions: readonly string[],
  { width, height }: { readonly width: number; readonly height: number },
): string {
  svg.removeAttribute('font-family');
  const all = {
    xmlns: 'http://www.w3.org/2000/svg',
    'font-size': '15',
    role: 'img',
    'aria-label': escaped(figure.description),
    ...sizeAttributes(width, height, figure.width !== undefined),
  };
  for (const [name, value] of Object.entries(all)) svg.setAttribute(name, value);
  svg.insertAdjacentHTML('beforeend', `<g>${captions.join('')}</g>`);
  outlineTexts(svg);
  return renumbered(svg.outerHTML).replace(
    /^<svg(?:"[^"]*"|[^">])*>/,
    (root) => root + svgMetadata(wholeText(figure)),
  );
}

/** Plot numbers its clip paths by a count that runs on from figure to figure; here each figure begins at 1. */
function renumbered(svg: string): string {
  const ids = [...new Set(svg.match(/plot-clip-\d+/g))];
  return svg.replace(/plot-clip-\d+/g, (id) => `clip-${ids.indexOf(id) + 1}`);
}
