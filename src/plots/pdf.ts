import { deflateSync } from 'node:zlib';
import { Resvg } from '@resvg/resvg-js';
import { parseHTML } from 'linkedom';
import { IDENTITY, type Matrix, matrixOf } from './matrix.ts';
import { decimals, type Opacity, pdfFile } from './pdfFile.ts';
import { type PictureWords, withoutWords, wordsOf } from './pdfText.ts';
import { pictureTextOf } from './pictureText.ts';

/** Points of PDF in a pixel of SVG. */
const POINTS = 0.75;

/**
 * An SVG without text elements as a PDF of one page of its size. Nothing is rasterised; labels that MathJax typeset are text
 * in an embedded font of their own outlines, so that they can be selected and searched. The same picture gives the same
 * bytes. resvg first reduces the rest to groups and paths with all styles resolved.
 */
export function svgToPdf(svg: string): Uint8Array {
  const words = wordsOf(elements(svg));
  const plain = new Resvg(withoutWords(svg), { font: { loadSystemFonts: false } }).toString();
  const root = elements(plain);
  const [width, height] = [sizeOf(root, 'width'), sizeOf(root, 'height')];
  // A picture for print is drawn in units of its own.
  const units = Number(root.getAttribute('viewBox')?.split(/[\s,]+/)[2]) || width / POINTS;
  const scale = width / units;
  const { content, states } = drawing(root, { scale, height });
  return pdfFile({
    width,
    height,
    text: pictureTextOf(svg),
    content: deflateSync([content, ...words.labels.map(textOperators), 'Q'].join('\n')),
    states,
    words,
  });
}

const elements = (svg: string): Element =>
  parseHTML(`<!doctype html><html><body>${svg}</body></html>`).document.querySelector('svg')!;

const sizeOf = (element: Element, name: string): number => Number(element.getAttribute(name)) * POINTS;

/** The operators of a label: each glyph by itself at the place that the typesetter gave it. */
function textOperators(glyphs: PictureWords['labels'][number]): string {
  const shown = glyphs.map(({ id, matrix: [a, b, c, d, e, f] }) => {
    // Outlines are in 1/1000 em, type is in em.
    const place = [...[a, b, c, d].map((value) => 1000 * value), e, f].map(decimals).join(' ');
    return `${place} Tm <${id.toString(16).padStart(4, '0')}> Tj`;
  });
  return [`${colour(glyphs[0]!.fill)} rg`, 'BT /F 1 Tf', ...shown, 'ET'].join('\n');
}

/** The operators that draw an SVG, and the opacities that they refer to by their place in the list. */
function drawing(
  root: Element,
  { scale, height }: { readonly scale: number; readonly height: number },
): { content: string; states: readonly Opacity[] } {
  const operators: string[] = ['q', `${decimals(scale)} 0 0 ${decimals(-scale)} 0 ${decimals(height)} cm`];
  const states: Opacity[] = [];
  const stateOf = (fill: number, stroke: number): string => {
    const found = states.findIndex((state) => state.fill === fill && state.stroke === stroke);
    return `/G${found >= 0 ? found : states.push({ fill, stroke }) - 1} gs`;
  };

  /** @param opacity of the groups around the element, all multiplied */
  function draw(element: Element, opacity: number): void {
    const kind = element.localName;
    if (kind !== 'g' && kind !== 'path') return;
    const value = (name: string): string | null => element.getAttribute(name);
    const number = (name: string): number => Number(value(name) ?? 1);
    const inner = opacity * number('opacity');
    operators.push('q', `${matrixOf(value('transform')).map(decimals).join(' ')} cm`);
    const clip = /^url\(#(.+)\)$/.exec(value('clip-path') ?? '')?.[1];
    if (clip !== undefined) {
      const paths = [...root.querySelectorAll(`clipPath[id="${clip}"] path`)];
      for (const path of paths)
        operators.push(outline(path.getAttribute('d') ?? '', matrixOf(path.getAttribute('transform'))));
      operators.push('W n');
    }
    if (kind === 'g') for (const child of element.children) draw(child, inner);
    else {
      const [fill, stroke] = [value('fill') ?? '#000000', value('stroke') ?? 'none'];
      operators.push(stateOf(inner * number('fill-opacity'), inner * number('stroke-opacity')));
      if (fill !== 'none') operators.push(`${colour(fill)} rg`);
      if (stroke !== 'none') {
        const caps = ['butt', 'round', 'square'].indexOf(value('stroke-linecap') ?? 'butt');
        const joins = ['miter', 'round', 'bevel'].indexOf(value('stroke-linejoin') ?? 'miter');
        const limit = value('stroke-miterlimit') ?? '4';
        const dashes = value('stroke-dasharray')?.replace(/,/g, ' ') ?? '';
        const offset = value('stroke-dashoffset') ?? '0';
        operators.push(
          `${colour(stroke)} RG ${number('stroke-width')} w ${caps} J ${joins} j ${limit} M [${dashes}] ${offset} d`,
        );
      }
      const rule = value('fill-rule') === 'evenodd' ? '*' : '';
      const paint =
        fill === 'none' ? (stroke === 'none' ? 'n' : 'S') : `${stroke === 'none' ? 'f' : 'B'}${rule}`;
      operators.push(outline(value('d') ?? '', IDENTITY), paint);
    }
    operators.push('Q');
  }

  for (const child of root.children) draw(child, 1);
  return { content: operators.join('\n'), states };
}

/** resvg writes colours as #rrggbb. */
const colour = (hex: string): string =>
  [1, 3, 5].map((at) => decimals(Number.parseInt(hex.slice(at, at + 2), 16) / 255)).join(' ');

/** Path data in absolute M, L, Q, C and Z, which is what resvg leaves, as operators. A quadratic curve is a cubic one. */
function outline(data: string, [a, b, c, d, e, f]: Matrix): string {
  const operators: string[] = [];
  let last: readonly number[] = [0, 0];
  for (const [, command, rest] of data.matchAll(/([MLQCZ])([^MLQCZ]*)/g)) {
    const numbers = rest!
      .trim()
      .split(/[\s,]+/)
      .map(Number);
    const points: number[][] = [];
    for (let k = 0; command !== 'Z' && k < numbers.length; k += 2) {
      const [x, y] = [numbers[k]!, numbers[k + 1]!];
      points.push([a * x + c * y + e, b * x + d * y + f]);
    }
    const end = points.at(-1) ?? last;
    if (command === 'Q') {
      const bend = points[0]!;
      const towards = (from: readonly number[]): number[] => from.map((v, i) => v + (2 / 3) * (bend[i]! - v));
      points.splice(0, 1, towards(last), towards(end));
    }
    const name = { M: 'm', L: 'l', Q: 'c', C: 'c', Z: 'h' }[command as 'M'];
    operators.push([...points.flat().map(decimals), name].join(' '));
    last = end;
  }
  return operators.join('\n');
}
