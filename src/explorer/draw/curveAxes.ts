import { type Letter, letters, spans } from '../page/symbols.ts';
import type { Axis } from '../theory/curve.ts';
import { axisTitles, frameRect, ticksOf, xAxis, yAxis } from './axes.ts';
import type { Plane } from './plane.ts';
import { svg } from './svg.ts';

/** From so many names on, they are slanted. */
const MANY = 6;
/** Below this width in pixels the axis has fewer numbers, and the names of the curves stand above the frame. */
export const NARROW = 560;

/** Whether the names below the frame are slanted, and so need more height. */
export const slanted = (axis: Axis): boolean => axis.kind === 'places' && axis.places.length > MANY;

/** What stands below a frame along each axis. */
export const titles: Readonly<Record<Axis['name'], readonly (string | Letter)[]>> = {
  psi1: ['width  ', letters.psi1, ' = ', { letter: 'N' }, '/', { letter: 'd' }],
  psi2: ['samples  ', letters.psi2, ' = ', { letter: 'n' }, '/', { letter: 'd' }],
  eps: ['attack in training  ', letters.eps],
  epsTest: ['attack at test  ', letters.epsTest],
  lambda: ['ridge penalty  ', letters.lambda],
  tau: ['label noise  ', letters.tau],
  depth: ['frozen layers  ', letters.depth],
  activation: ['activation  ', letters.activation],
};

/** Frame, ticks, numbers or names, and titles. */
export function curveAxes(
  { frame, x, y }: Plane,
  axis: Axis,
  width: number,
  height: number,
  title: string,
): SVGElement[] {
  return [
    frameRect(frame, 'frame'),
    ...yAxis(y, riskTicks(y), frame),
    ...(axis.kind === 'range'
      ? xAxis(x, ticksOf(x, width < NARROW ? 5 : 9), frame)
      : axis.places.map((name, at) => placeName(name, x.pixel(at), frame.bottom, slanted(axis)))),
    ...axisTitles(frame, height, spans(...titles[axis.name]), [title]),
  ];
}

export const riskTicks = (y: Plane['y']) => ticksOf(y, y.kind === 'log' ? 9 : 6);

const placeName = (name: string, x: number, bottom: number, slant: boolean): SVGElement =>
  slant
    ? svg(
        'text',
        {
          class: 'number small',
          transform: `translate(${x + 4} ${bottom + 14}) rotate(-32)`,
          'text-anchor': 'end',
        },
        name,
      )
    : svg('text', { class: 'number', x, y: bottom + 22, 'text-anchor': 'middle' }, name);
