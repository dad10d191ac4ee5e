const NAMESPACE = 'http://www.w3.org/2000/svg';

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An SVG element with attributes and children. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(NAMESPACE, tag);
  set(element, attributes);
  element.append(...children);
  return element;
}

export function set(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes))
    if (value === undefined) element.removeAttribute(name);
    else element.setAttribute(name, String(value));
}

/** Pixels of a picture. */
export const setSize = (element: SVGSVGElement, width: number, height: number): void =>
  set(element, { viewBox: `0 0 ${width} ${height}`, width, height });

export const vertical = (name: string, x: number, y1: number, y2: number): SVGLineElement =>
  svg('line', { class: name, x1: x, x2: x, y1, y2 });

export const horizontal = (name: string, y: number, x1: number, x2: number): SVGLineElement =>
  svg('line', { class: name, x1, x2, y1: y, y2: y });

export const circle = (name: string, cx: number, cy: number, r: number): SVGCircleElement =>
  svg('circle', { class: name, cx, cy, r });

/** A square about a point, of twice the side `half`. */
export const square = (name: string, x: number, y: number, half: number): SVGRectElement =>
  svg('rect', { class: name, x: x - half, y: y - half, width: 2 * half, height: 2 * half });

/** Above the frame by this many pixels: where an infinite value is drawn. */
export const FAR = -2000;

/** Points in pixels along a line, which is broken where one is not finite. */
export type Outline = readonly (readonly [x: number, y: number])[];

/** A path along an outline. A point by itself is a dot, with round caps. */
export function pathThrough(points: Outline): string {
  let path = '';
  let pen = 'M';
  for (const [x, y] of points) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) pen = 'M';
    else {
      path += `${pen}${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}${pen === 'M' ? 'h0' : ''}`;
      pen = 'L';
    }
  }
  return path;
}
