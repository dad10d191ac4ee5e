import textFont from 'mathjax-full/es5/output/chtml/fonts/woff-v2/MathJax_Main-Regular.woff?url';
import letterFont from 'mathjax-full/es5/output/chtml/fonts/woff-v2/MathJax_Math-Italic.woff?url';
import { set, setSize, svg } from '../draw/svg.ts';
import { type ExportNotes, MADE_BY } from './exportNotes.ts';

/** Properties that the style sheet gives to a plot's elements, written into a picture that leaves the page. */
const INLINED = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'stroke-opacity',
  'opacity',
  'paint-order',
  'font-family',
  'font-size',
  'visibility',
] as const;

export interface Underlay {
  readonly canvas: HTMLCanvasElement;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const [SIZE, ROW, GAP] = [12, 20, 24];

/**
 * A plot as an SVG file that needs nothing else: styles, fonts and any canvas under it are inside, and below it stand its key,
 * its settings and the commands that compute the same.
 */
export async function svgFile(
  plot: SVGSVGElement,
  paper: string,
  notes: ExportNotes,
  under?: Underlay,
): Promise<string> {
  const { foot, height } = footOf(plot, notes);
  const copy = styledCopy(plot);
  foot.remove();
  const { width } = sizeOf(plot);
  setSize(copy, width, height);
  const { title, settings, commands } = notes;
  const picture = under
    ? [
        svg('image', {
          href: under.canvas.toDataURL('image/png'),
          x: under.left,
          y: under.top,
          width: under.width,
          height: under.height,
          preserveAspectRatio: 'none',
        }),
      ]
    : [];
  copy.prepend(
    svg('title', {}, title),
    svg('desc', {}, `${settings}. Computed by: ${commands.join('; ')}. Made by ${MADE_BY}.`),
    svg('style', {}, await fontFaces()),
    svg('rect', { width: '100%', height: '100%', fill: paper }),
    ...picture,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(copy)}\n`;
}

const sizeOf = (plot: SVGSVGElement): { readonly width: number; readonly height: number } =>
  plot.viewBox.baseVal?.width > 0 ? plot.viewBox.baseVal : plot.getBoundingClientRect();

/** The plot with what the style sheet says of each element written into it. */
function styledCopy(plot: SVGSVGElement): SVGSVGElement {
  const copy = plot.cloneNode(true) as SVGSVGElement;
  const [from, to] = [plot, copy].map((root) => [...root.querySelectorAll<SVGElement>('*')]);
  from!.forEach((element, i) => {
    const style = getComputedStyle(element);
    for (const name of INLINED) set(to![i]!, { [name]: style.getPropertyValue(name) });
    to![i]!.removeAttribute('class');
  });
  copy.removeAttribute('class');
  return copy;
}

/** The key, the settings and the commands, below a plot. */
function footOf(plot: SVGSVGElement, { key, settings, commands }: ExportNotes) {
  const { width, height } = sizeOf(plot);
  const foot = svg('g', {
    class: 'export-foot',
    'font-size': SIZE,
    fill: 'currentColor',
    style: `font-size: ${SIZE}px`,
  });
  plot.append(foot);
  let [x, y] = [GAP / 2, height + ROW / 2];
  for (const { drawn, words } of key) {
    const text = svg('text', { x: 36, y: 4 }, words);
    const entry = svg('g', {}, ...drawn, text);
    foot.append(entry);
    const wide = 36 + text.getComputedTextLength();
    if (x > GAP && x + wide > width) [x, y] = [GAP / 2, y + ROW];
    set(entry, { transform: `translate(${x},${y})` });
    x += wide + GAP;
  }
  for (const words of [settings, ...commands, `made by ${MADE_BY}`]) {
    let line = svg('text', { x: GAP / 2 });
    const begin = (): void => {
      y += ROW - 2;
      line = svg('text', { x: GAP / 2, y: y + 6 });
      foot.append(line);
    };
    begin();
    for (const word of words.split(' ')) {
      const before = line.textContent ?? '';
      line.textContent = before === '' ? word : `${before} ${word}`;
      if (before !== '' && line.getComputedTextLength() > width - GAP) {
        line.textContent = before;
        begin();
        line.textContent = word;
      }
    }
  }
  return { foot, height: y + ROW };
}

let faces: Promise<string> | undefined;

function fontFaces(): Promise<string> {
  faces ??= Promise.all(
    [
      ['Main', textFont],
      ['Letters', letterFont],
    ].map(async ([family, address]) => {
      const bytes = new Uint8Array(await (await fetch(address!)).arrayBuffer());
      let binary = '';
      for (const byte of bytes) binary += String.fromCharCode(byte);
      return `@font-face{font-family:"${family}";src:url("data:font/woff;base64,${btoa(binary)}")}`;
    }),
  ).then((rules) => rules.join(''));
  return faces;
}

/** An SVG file as a PNG, `density` pixels for each of its own. */
export async function pngFile(file: string, density: number): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(file)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.width * density;
  canvas.height = image.height * density;
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the picture is too large')))),
  );
}

/** Offers a file for download. */
export function download(name: string, content: Blob | string, type = 'text/plain'): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads the address after the click.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
