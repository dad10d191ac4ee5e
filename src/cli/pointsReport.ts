import type { FigurePoint, PointsPanel } from '../figures/figurePoints.ts';
import { type Column, table } from './table.ts';

type ToldPoint = FigurePoint & { readonly panel: string; readonly curve: string };

/** Every point beside theory, with the number of standard errors between them, and how many agree. */
export function pointsReport(panels: readonly PointsPanel[]): string[] {
  const points = panels.flatMap(({ title, kinds, points: of }) =>
    of.flatMap((kind, i) =>
      kind.map((point): ToldPoint => ({ ...point, panel: plain(title), curve: plain(kinds[i]!) })),
    ),
  );
  const number = (value: number, digits: number): string =>
    Number.isNaN(value) ? '-' : value.toFixed(digits);
  const words = (title: 'panel' | 'curve'): Column<ToldPoint>[] =>
    points.some((p) => p[title] !== '') ? [{ title, value: (p) => p[title], align: 'left' }] : [];
  return [
    table(points, [
      ...words('panel'),
      ...words('curve'),
      { title: 'd', value: (p) => String(p.d) },
      { title: 'x', value: (p) => String(Number(p.x.toPrecision(4))) },
      { title: 'what', value: (p) => p.measure, align: 'left' },
      { title: 'simulated', value: (p) => number(p.y.simulated.value, 3) },
      { title: 'std.err.', value: (p) => number(p.y.simulated.standardError, 3) },
      { title: 'theory', value: (p) => number(p.y.theory, 3) },
      { title: 'z', value: (p) => number(p.y.z, 1) },
      { title: 'agrees', value: (p) => (p.y.agrees === null ? '-' : p.y.agrees ? 'yes' : 'NO') },
      { title: 'converged', value: (p) => `${p.converged}/${p.trainings}` },
    ]),
    '',
    ...verdict(points.filter((p) => !Number.isNaN(p.y.theory))),
  ];
}

/** How many points agree with theory, and how far from it they are at each d. */
function verdict(points: readonly FigurePoint[]): string[] {
  if (points.length === 0) return [];
  const agreeing = points.filter((p) => p.y.agrees).length;
  const share = ((100 * agreeing) / points.length).toFixed(0);
  const dimensions = [...new Set(points.map((p) => p.d))].sort((a, b) => a - b);
  const single = points.every((p) => Number.isNaN(p.y.simulated.standardError));
  const within = single
    ? '2 % of theory; one seed gives no standard error'
    : '3 standard errors or 2 % of theory';
  return [
    `${agreeing} of ${points.length} points (${share} %) lie within ${within}`,
    ...dimensions.map((d) => {
      // Of a theory that says zero there is no share.
      const errors = points
        .filter((p) => p.d === d && p.y.theory !== 0)
        .map((p) => Math.abs(p.y.relativeError));
      const mean = errors.reduce((a, b) => a + b, 0) / errors.length;
      return `mean distance from theory at d = ${d}: ${(100 * mean).toFixed(1)} %`;
    }),
  ];
}

/** A TeX title as plain text: `$\varepsilon = 0.3$` -> `eps = 0.3`. */
const plain = (title: string): string =>
  title
    .replaceAll('$', '')
    .replaceAll('_{\\mathrm{test}}', '-test')
    .replaceAll('\\varepsilon', 'eps')
    .replaceAll('\\ell_\\infty', 'linf')
    .replaceAll('\\ell', 'l')
    .replace(/\\([a-z]+)/g, '$1')
    .replace(/[_{}]/g, '');
