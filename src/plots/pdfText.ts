import { type Matrix, matrixOf, times } from './matrix.ts';
import { type Glyph, isOutline, trueTypeFont } from './trueType.ts';

/** A glyph of a label, and where its outline lies. */
interface PlacedGlyph {
  readonly id: number;
  readonly matrix: Matrix;
  readonly fill: string;
}

/** The words of a picture as text: labels of placed glyphs, and the font that has these. */
export interface PictureWords {
  readonly labels: readonly (readonly PlacedGlyph[])[];
  readonly font: Uint8Array;
  /** Of each glyph from 1 on: how far it reaches, and which characters it stands for. */
  readonly glyphs: readonly (Glyph & { readonly characters: string })[];
}

/** Advance of a glyph without an outline, in 1/1000 em. */
const SPACE = 250;

/** The outlines of the letters of an SVG whose labels were typeset by MathJax, which names the character of each. */
export function wordsOf(root: Element): PictureWords {
  const numbers = new Map<string, number>();
  const glyphs: (Glyph & { characters: string })[] = [];
  const ink = /(?:^|;)\s*color:\s*([^;]+)/.exec(root.getAttribute('style') ?? '')?.[1];
  const labels: PlacedGlyph[][] = [];
  for (const label of root.querySelectorAll('g[role="img"]')) {
    const placed: PlacedGlyph[] = [];
    for (const path of label.querySelectorAll('path[data-c]')) {
      const outline = path.getAttribute('d') ?? '';
      if (!isOutline(outline)) continue;
      const code = Number.parseInt(path.getAttribute('data-c')!, 16);
      const key = `${code} ${outline}`;
      let id = numbers.get(key);
      if (id === undefined) {
        // Letters of mathematics are found and copied as the plain ones.
        const characters = String.fromCodePoint(code).normalize('NFKC');
        id = glyphs.push({ outline, characters, advance: advanceOf(outline) });
        numbers.set(key, id);
      }
      placed.push({ id, matrix: wholeMatrix(path, root), fill: fillOf(path, ink) });
    }
    if (placed.length > 0) labels.push(placed);
  }
  return { labels, glyphs, font: trueTypeFont(glyphs) };
}

/** The SVG without the outlines that {@link wordsOf} finds. */
export const withoutWords = (svg: string): string =>
  svg.replace(/<path(?=[^>]* data-c=")[^>]*? d="([^"]*)"[^>]*>(?:<\/path>)?/g, (path, outline: string) =>
    isOutline(outline) ? '' : path,
  );

/** As far as the outline reaches to the right: each glyph is placed by itself, and this only says where it ends. */
function advanceOf(outline: string): number {
  let [reach, wide] = [0, false];
  for (const [, command, rest] of outline.matchAll(/([MLHVQTZ])([^MLHVQTZ]*)/g)) {
    const numbers = (rest!.match(/-?\d*\.?\d+/g) ?? []).map(Number);
    if (command === 'V') continue;
    numbers.forEach((value, k) => {
      if (command === 'H' || k % 2 === 0) [reach, wide] = [Math.max(reach, value), true];
    });
  }
  return wide ? Math.round(reach) : SPACE;
}

/** From the coordinates of an element's outline to those of the picture. */
function wholeMatrix(element: Element, root: Element): Matrix {
  let matrix = matrixOf(element.getAttribute('transform'));
  for (let above = element.parentElement; above && above !== root; above = above.parentElement)
    matrix = times(matrixOf(above.getAttribute('transform')), matrix);
  return matrix;
}

/** @param ink what `currentColor` stands for */
function fillOf(element: Element, ink = '#000000'): string {
  for (let at: Element | null = element; at; at = at.parentElement) {
    const fill = at.getAttribute('fill');
    if (fill !== null) return /^#[\da-f]{6}$/i.test(fill) ? fill : ink;
  }
  return ink;
}
