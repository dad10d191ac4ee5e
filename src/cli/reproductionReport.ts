import type { FigurePoint } from '../figures/figurePoints.ts';
import type { Reproduction } from '../figures/reproduce.ts';
import { duration } from './progressBar.ts';
import { table } from './table.ts';

/** A figure in the terminal: every point beside theory, how many agree, the claims, and where the picture is. */
export function reproductionReport({ panels, claims, files, seconds }: Reproduction): string {
  const points = panels.flatMap(({ title, points: kinds }) =>
    kinds.flat().map((point) => ({ ...point, title })),
  );
  const number = (value: number, digits: number): string =>
    Number.isNaN(value) ? '-' : value.toFixed(digits);
  return [
    table(points, [
      { title: 'panel', value: (p) => plain(p.title), align: 'left' },
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
    ...claims.flatMap(({ holds, statement, evidence }) => [
      '',
      `${holds === null ? 'open' : holds ? 'holds' : 'FAILS'}: ${statement}`,
      `  ${evidence}`,
    ]),
    '',
    `simulated in ${duration(seconds)}`,
    `picture: ${files.png}`,
  ].join('\n');
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
