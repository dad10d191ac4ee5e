import { deflateSync } from 'node:zlib';
import { Resvg } from '@resvg/resvg-js';
import { parseHTML } from 'linkedom';

/** Points of PDF in a pixel of SVG. */
const POINTS = 0.75;

type Matrix = readonly [number, number, number, number, number, number];
const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

/**
 * An SVG that holds no text elements as a PDF of one page of its size: the same outlines, nothing rasterised, no font.
 * The same picture gives the same bytes. resvg first reduces the SVG to groups and paths with all styles resolved.
 */
export function svgToPdf(svg: string): Uint8Array {
  const source = parseHTML(`<!doctype html><html><body>${svg}</body></html>`).document;
  const title = source.querySelector('svg')?.getAttribute('aria-label') ?? '';
  const plain = new Resvg(svg, { font: { loadSystemFonts: false } }).toString();
  const { document } = parseHTML(`<!doctype html><html><body>${plain}</body></html>`);
  const root = document.querySelector('svg') as Element;
  const [width, height] = [sizeOf(root, 'width'), sizeOf(root, 'height')];
  const { content, states } = drawing(root, height);
  return pdfFile({ width, height, title, content, states });
}

const sizeOf = (element: Element, name: string): number => Number(element.getAttribute(name)) * POINTS;

/** The operators that draw an SVG, and the opacities that they refer to by their place in the list. */
function drawing(root: Element, height: number): { content: string; states: readonly Opacity[] } {
  const operators: string[] = [`${POINTS} 0 0 ${-POINTS} 0 ${decimals(height)} cm`];
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

/** Opacities of what is filled and of what is stroked. */
interface Opacity {
  readonly fill: number;
  readonly stroke: number;
}

function matrixOf(transform: string | null): Matrix {
  const numbers = /^matrix\(([^)]*)\)$/
    .exec(transform ?? '')?.[1]
    ?.split(/[\s,]+/)
    .map(Number);
  return numbers?.length === 6 ? (numbers as unknown as Matrix) : IDENTITY;
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

/** PDF has no exponents. */
const decimals = (value: number): string => String(Number(value.toFixed(4)));

interface Page {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly content: string;
  readonly states: readonly Opacity[];
}

/** A file of one page (ISO 32000-1, sections 7.5 and 8): objects, the table of where each begins, and the trailer. */
function pdfFile({ width, height, title, content, states }: Page): Uint8Array {
  const stream = deflateSync(content);
  const opacities = states.map(({ fill, stroke }, i) => `/G${i} << /ca ${fill} /CA ${stroke} >>`).join(' ');
  const box = `[0 0 ${decimals(width)} ${decimals(height)}]`;
  const utf16 = Buffer.from(`\uFEFF${title}`, 'utf16le').swap16().toString('hex');
  const objects: (string | Uint8Array)[][] = [
    ['<< /Type /Catalog /Pages 2 0 R >>'],
    ['<< /Type /Pages /Kids [3 0 R] /Count 1 >>'],
    [
      `<< /Type /Page /Parent 2 0 R /MediaBox ${box} /Contents 4 0 R /Resources << /ExtGState << ${opacities} >> >> >>`,
    ],
    [`<< /Length ${stream.length} /Filter /FlateDecode >>\nstream\n`, stream, '\nendstream'],
    [`<< /Title <${utf16}> /Producer (robust-random-features) >>`],
  ];
  const pieces: Buffer[] = [];
  let length = 0;
  const add = (piece: string | Uint8Array): void => {
    const bytes = Buffer.from(piece as string);
    pieces.push(bytes);
    length += bytes.length;
  };
  add('%PDF-1.4\n');
  const begins = objects.map((object, i) => {
    const at = length;
    for (const piece of [`${i + 1} 0 obj\n`, ...object, '\nendobj\n']) add(piece);
    return at;
  });
  const table = begins.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  add(
    `xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R /Info 5 0 R >>\nstartxref\n${length}\n%%EOF\n`,
  );
  return Buffer.concat(pieces);
}
