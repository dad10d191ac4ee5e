import { InvalidArgumentError, UserError } from '../../errors.ts';
import { surfaceFigure as draw } from '../../plots/surface.ts';
import type { RiskSurface } from '../../theory/index.ts';
import type { PictureLook } from '../picture.ts';
import { parameterSymbol } from './curveFigure.ts';
import type { GridAxis } from './grid.ts';
import type { Row } from './output.ts';

const RISKS: readonly string[] = ['adversarialRisk', 'standardRisk', 'robustError', 'error'];

const WORDS: Readonly<Record<string, string>> = {
  adversarialRisk: 'adversarial risk',
  standardRisk: 'standard risk',
  robustError: 'robust error',
  gradientNorm: 'gradient norm',
  trainingLoss: 'training loss',
  interpolatedFraction: 'share fitted',
  kinkFraction: 'share on the kink',
};

/** Times the risk of predicting nothing at which the colours end: an infinite peak would leave none for the rest. */
const REACH = 2.2;

/**
 * A measure over two grids as filled contours, as an SVG string. Risks turn from blue to red at that of predicting
 * nothing, other measures at their median.
 * @param measure of which each point has a number
 * @param look with the risk of predicting nothing, or the error of guessing, and the settings at the foot
 * @throws InvalidArgumentError for a grid whose values are not evenly spaced; UserError when no value is finite
 */
export function surfaceFigure(
  { risks }: RiskSurface<object>,
  [x, y]: readonly [GridAxis, GridAxis],
  measure: string,
  { nothing, ...look }: PictureLook & { readonly nothing: number; readonly note?: string },
): string {
  for (const { parameter, values, even } of [x, y])
    if (!even || values[0] === values.at(-1))
      throw new InvalidArgumentError('grid', `${parameter}=${values.join(',')}`, 'from:to:count for --plot');
  const values = risks.map((row) => row.map((risk) => Number((risk as unknown as Row)[measure])));
  const finite = values.flat().filter(Number.isFinite);
  if (finite.length === 0) throw new UserError('--plot needs a finite value');
  const sorted = finite.sort((a, b) => a - b);
  const isRisk = RISKS.includes(measure);
  const pivot = isRisk ? nothing : sorted[sorted.length >> 1]!;
  const highest = isRisk ? Math.max(sorted[0]!, REACH * nothing) : sorted.at(-1)!;
  // Contours are drawn from the least value of each axis to the greatest.
  const [across, upwards] = [x, y].map((axis) => axis.values[0]! < axis.values.at(-1)!) as [boolean, boolean];
  const rows = values.map((row) => {
    // What is infinite is cut as all that is above the highest.
    const shown = row.map((value) => (Number.isFinite(value) ? value : 2 * highest));
    return across ? shown : shown.reverse();
  });
  const axisOf = ({ parameter, scale, values: at }: GridAxis) => ({
    label: parameterSymbol(parameter),
    scale,
    domain: [Math.min(at[0]!, at.at(-1)!), Math.max(at[0]!, at.at(-1)!)] as const,
  });
  return draw({
    ...look,
    values: upwards ? rows : rows.reverse(),
    x: axisOf(x),
    y: axisOf(y),
    label: WORDS[measure] ?? measure,
    pivot,
    ...(isRisk && { cut: highest }),
    description: `${measure} over ${x.parameter} (across) and ${y.parameter} (upwards)`,
  });
}
