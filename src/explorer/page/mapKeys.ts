import { parameters, positionOf, SLIDER_STEPS, valueAt } from '../state/parameters.ts';
import type { PlanePoint } from '../theory/phaseMap.ts';

/** Slider positions of one press, across and up the map. */
const ACROSS = 12;
const UP = 15;

const steps: Readonly<Record<string, readonly [across: number, up: number]>> = {
  ArrowRight: [ACROSS, 0],
  ArrowLeft: [-ACROSS, 0],
  ArrowUp: [0, UP],
  ArrowDown: [0, -UP],
  PageUp: [0, 5 * UP],
  PageDown: [0, -5 * UP],
  Home: [-SLIDER_STEPS, 0],
  End: [SLIDER_STEPS, 0],
};

/** Where a key takes a cursor on the map; undefined for other keys. */
export function movedBy(key: string, { psi1, eps }: PlanePoint): PlanePoint | undefined {
  const step = steps[key];
  if (!step) return undefined;
  const move = (name: 'psi1' | 'eps', value: number, by: number): number => {
    if (by === 0) return value;
    const position = positionOf(parameters[name], value) + by;
    return valueAt(parameters[name], Math.min(SLIDER_STEPS, Math.max(0, position)));
  };
  return { psi1: move('psi1', psi1, step[0]), eps: move('eps', eps, step[1]) };
}
