import { liteAdaptor } from 'mathjax-full/js/adaptors/liteAdaptor.js';
import { RegisterHTMLHandler } from 'mathjax-full/js/handlers/html.js';
import { TeX } from 'mathjax-full/js/input/tex.js';
import { mathjax } from 'mathjax-full/js/mathjax.js';
import { SVG } from 'mathjax-full/js/output/svg.js';

const adaptor = liteAdaptor();
RegisterHTMLHandler(adaptor);
const typesetter = mathjax.document('', {
  InputJax: new TeX({ packages: ['base'] }),
  OutputJax: new SVG({ fontCache: 'none' }),
});

/** Outlines of a label, in units of 1/1000 em, with its baseline at y = 0. */
interface Outlines {
  readonly markup: string;
  readonly width: number;
}

/** Labels as they were typeset: a picture measures its labels before it draws them, and most of them are in the next one too. */
const known = new Map<string, Outlines>();
const MOST_KNOWN = 1000;

/** Typesets a label in which `$...$` is TeX and everything else plain text. */
function typeset(label: string): Outlines {
  let outlines = known.get(label);
  if (outlines === undefined) {
    outlines = newlyTypeset(label);
    if (known.size === MOST_KNOWN) known.clear();
    known.set(label, outlines);
  }
  return outlines;
}

function newlyTypeset(label: string): Outlines {
  const tex = label
    .split('$')
    .map((part, i) => (i % 2 === 1 || part === '' ? part : `\\text{${part.replace(/[\\{}]/g, '\\$&')}}`))
    .join('');
  const container = typesetter.convert(tex, { display: false });
  const svg = adaptor.firstChild(container as never) as never;
  const [left, , width] = adaptor.getAttribute(svg, 'viewBox').split(' ').map(Number);
  return { markup: `<g transform="translate(${-left!})">${adaptor.innerHTML(svg)}</g>`, width: width! };
}

/** Text for the inside of markup. linkedom itself escapes nothing but the quotes of attributes. */
export const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** The width of a label at a font size, both in pixels. */
export const labelWidth = (label: string, fontSize: number): number =>
  (typeset(label).width * fontSize) / 1000;

/**
 * Replaces every text of an SVG by outlines in TeX's own font, so that the picture needs no font and looks the same
 * everywhere. The words stay in the file as each outline's accessible label.
 */
export function outlineTexts(svg: Element): void {
  for (const text of svg.querySelectorAll('text')) {
    const label = text.textContent ?? '';
    const inherited = (name: string): string | null => text.closest(`[${name}]`)?.getAttribute(name) ?? null;
    const size = Number.parseFloat(inherited('font-size') ?? '10');
    const length = (name: string): number => {
      const value = text.getAttribute(name) ?? '0';
      return Number.parseFloat(value) * (value.endsWith('em') ? size : 1);
    };
    const { markup, width } = typeset(label);
    const anchor = inherited('text-anchor') ?? 'start';
    const shift = { start: 0, middle: 0.5, end: 1 }[anchor] ?? 0;
    const scale = size / 1000;
    const x = length('x') + length('dx') - shift * width * scale;
    const y = length('y') + length('dy');
    const group = text.ownerDocument.createElementNS('http://www.w3.org/2000/svg', 'g');
    const placed = `translate(${x.toFixed(2)},${y.toFixed(2)}) scale(${scale.toFixed(5)})`;
    group.setAttribute('transform', [text.getAttribute('transform') ?? '', placed].join(' ').trim());
    group.setAttribute('role', 'img');
    group.setAttribute('aria-label', escaped(label.replaceAll('$', '')));
    const fill = text.getAttribute('fill') ?? 'currentColor';
    group.setAttribute('fill', fill);
    group.setAttribute('stroke', 'none');
    group.innerHTML = markup.replaceAll('currentColor', fill);
    text.replaceWith(group);
  }
}
