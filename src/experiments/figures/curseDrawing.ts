import { palette } from '../../plots/palette.ts';
import { type PanelFigure, panelFigure, type Series } from '../../plots/panels.ts';
import { svgToPng } from '../../plots/png.ts';
import type { Runtime } from '../../runtime/index.ts';
import { type CursePoint, type CurseSettings, curseCurves, type RiskKind } from './curse.ts';

/** The figure as SVG, as PNG, and its settings in words for a caption. */
export interface CurseDrawing {
  readonly svg: string;
  readonly png: Uint8Array;
  readonly caption: string;
}

const look = {
  adversarial: { name: 'adversarial risk', symbol: 'square', colour: palette.vermillion },
  standard: { name: 'standard risk', symbol: 'circle', colour: palette.blue },
} as const;

const kinds = Object.keys(look) as RiskKind[];

/** Draws simulated points with standard errors on top of the asymptotic curves, a panel for each eps. */
export function drawCurse(
  settings: CurseSettings,
  points: readonly CursePoint[],
  runtime: Runtime,
): CurseDrawing {
  const curves = curseCurves(settings);
  const dimensions = [...settings.d].sort((a, b) => a - b);
  const largest = dimensions.at(-1)!;

  const curve = (eps: number, kind: RiskKind): Series => ({
    label: `${look[kind].name}, theory`,
    colour: look[kind].colour,
    draw: 'line',
    points: curves.filter((p) => p.eps === eps && p.kind === kind).map((p) => ({ x: p.psi1, y: p.value })),
  });
  const measured = (eps: number, d: number, kind: RiskKind): Series => ({
    label: `simulation, $d = ${d}$`,
    colour: look[kind].colour,
    symbol: look[kind].symbol,
    emphasis: d === largest ? 'open' : 'small',
    draw: 'symbols',
    points: points
      .filter((p) => p.eps === eps && p.d === d)
      .map((p) => ({
        x: p.psi1,
        y: p[kind].simulated.value,
        standardError: p[kind].simulated.standardError,
      })),
  });

  const caption = describe(settings, runtime);
  const figure: PanelFigure = {
    panels: settings.epsilons.map((eps) => ({
      title: `$\\varepsilon = ${eps}$`,
      // At eps = 0 the two risks are the same number, drawn once.
      series: (eps === 0 ? kinds.filter((kind) => kind === 'standard') : kinds).flatMap((kind) => [
        curve(eps, kind),
        ...dimensions.map((d) => measured(eps, d, kind)),
      ]),
    })),
    xLabel: 'width $\\psi_1 = N/d$',
    yLabel: 'risk',
    description: caption,
    yDomain: riskDomain(points),
    guides: [
      { axis: 'x', at: settings.psi2 },
      { axis: 'y', at: 1 + settings.tau ** 2 },
    ],
  };
  const svg = panelFigure(figure);
  return { svg, png: svgToPng(svg), caption };
}

/** From below the smallest to above the largest simulated value; the infinite peak of theory is cut off. */
function riskDomain(points: readonly CursePoint[]): [number, number] {
  const values = points.flatMap((p) => kinds.map((kind) => p[kind].simulated.value));
  return [Math.min(...values) / 1.25, Math.max(...values) * 1.25];
}

function describe(settings: CurseSettings, runtime: Runtime): string {
  const { psi2, tau, lambda, activation, seeds, testRows, attackSteps, d } = settings;
  return [
    'Standard and adversarial risk of adversarially trained random-features regressions against psi1 = N/d,',
    `one panel for each radius eps of the l2 attack (the same in training and at test). psi2 = n/d = ${psi2},`,
    `label noise tau = ${tau}, ridge lambda = ${lambda}, activation ${activation}, signal norm 1.`,
    `Curves: asymptotic theory. Symbols: means over ${seeds} seeds at d = ${d.join(' and ')}, bars of one standard error`,
    `over seeds, ${testRows} fresh test rows for each seed; trained against PGD of ${attackSteps} steps (eps = 0: exact least`,
    'squares), tested against PGD of 10 steps. Dashed: psi1 = psi2, where as many features as samples meet, and the risk',
    `1 + tau^2 of predicting nothing. Engine: ${runtime.engine}. Settings are this package's own choice.`,
  ].join(' ');
}
