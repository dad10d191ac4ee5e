import { bestWidth, criticalEps, gridValues, interpolationPeak, riskSurface } from '../../theory/index.ts';
import { parameters, type Settings } from '../state/parameters.ts';
import type { Measure } from '../state/state.ts';
import { mapOf, optionsBut, optionsOf } from './ask.ts';
import { libraryName } from './curve.ts';

/** Risk over width and radius of training, in units of the risk of predicting nothing. */
export interface RiskGrid {
  readonly nx: number;
  readonly ny: number;
  readonly psi1: readonly number[];
  readonly eps: readonly number[];
  /** log (risk / E y^2) at row i (eps upwards), column j (log psi1); row after row */
  readonly logRatio: Float32Array;
}

/** A point of the psi1 x eps plane. */
export interface PlanePoint {
  readonly psi1: number;
  readonly eps: number;
}

export interface MapLines {
  /** the critical radius, left to right: beyond it nothing is learnt */
  readonly critical: readonly PlanePoint[];
  /** the interpolation peak, by radius, as far as it goes */
  readonly peak: readonly PlanePoint[];
  /** width of least risk within the map, by radius */
  readonly best: readonly PlanePoint[];
}

const { psi1: width, eps: radius } = parameters;
const SMALL = 1e-3;

/** What the map depends on: neither the width nor the training radius that happen to be set. */
export const mapKey = ({ psi1: _, eps: __, ...rest }: Settings, measure: Measure): string =>
  JSON.stringify({ ...rest, measure });

export function riskGrid(settings: Settings, measure: Measure, nx: number, ny: number): RiskGrid {
  const { x, y, risks } = riskSurface(mapOf(settings), optionsBut(settings, 'eps'), {
    x: {
      parameter: libraryName('psi1', settings),
      values: { from: width.from, to: width.to, count: nx, scale: 'log' },
    },
    // The limit of eps to 0 at lambda = 0 is not the risk at eps = 0; the lowest row shows the limit.
    y: { parameter: 'eps', values: { from: SMALL, to: radius.to, count: ny } },
  });
  const nothing = Math.log(1 + settings.tau ** 2);
  const logRatio = new Float32Array(nx * ny);
  risks.forEach((row, i) => {
    row.forEach((risk, j) => {
      // An infinite risk, or none at all, is off the colour scale like any that is very large or small.
      logRatio[i * nx + j] = Math.max(-9, Math.min(9, Math.log(risk[measure]) - nothing));
    });
  });
  return { nx, ny, psi1: x, eps: y, logRatio };
}

export function mapLines(settings: Settings, measure: Measure, count = 49): MapLines {
  const map = mapOf(settings);
  const options = optionsOf(settings);
  const name = libraryName('psi1', settings);
  const critical = gridValues({ from: width.from, to: width.to, count: 121, scale: 'log' }).map((psi1) => ({
    psi1,
    eps: criticalEps(map.with({ [name]: psi1 }), options),
  }));
  const radii = gridValues({ from: SMALL, to: radius.to, count });
  const rest = optionsBut(settings, 'eps');
  const search = { measure, parameter: name, from: width.from, to: width.to };
  const peak: PlanePoint[] = [];
  const best: PlanePoint[] = [];
  for (const eps of radii) {
    const top = interpolationPeak(map, { ...rest, eps }, { measure, parameter: name });
    if (top) peak.push({ psi1: top.at, eps });
    const bottom = bestWidth(map, { ...rest, eps }, search);
    if (bottom.where === 'inside' && bottom.risk.phase !== 'null') best.push({ psi1: bottom.at, eps });
  }
  return { critical, peak, best };
}
