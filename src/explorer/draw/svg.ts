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
