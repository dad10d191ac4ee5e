import { circle, square, svg } from './svg.ts';

/** The mark of a quantity at a point: a circle for the standard risk, a square for the adversarial one, and so on. */
export function markOf(quantity: string, x: number, y: number): SVGElement {
  const name = `dot ${quantity}`;
  if (quantity === 'adversarial') return square(name, x, y, 6);
  const corners = {
    radius: [
      [0, -7],
      [7, 0],
      [0, 7],
      [-7, 0],
    ],
    worst: [
      [0, -6.5],
      [6.5, 5],
      [-6.5, 5],
    ],
  }[quantity];
  if (corners === undefined) return circle(name, x, y, 5);
  return svg('path', { class: name, d: `M${corners.map(([dx, dy]) => `${x + dx!},${y + dy!}`).join('L')}Z` });
}
