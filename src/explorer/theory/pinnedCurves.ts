import { facesLinf, linfIsKnown } from '../state/norms.ts';
import type { AxisName, Settings } from '../state/parameters.ts';
import { type PinName, type Pins, pinNames } from '../state/pins.ts';
import { isClassifier } from './ask.ts';
import { axisNamed, curveAlong, type RiskAt } from './curve.ts';

/** The curve of pinned settings along the present axis. */
export interface PinnedCurve {
  readonly name: PinName;
  readonly settings: Settings;
  readonly curve: readonly RiskAt[];
}

// Pinned settings stay the same objects while a slider moves, so that their curves are computed once.
const known = new WeakMap<Settings, Map<AxisName, readonly RiskAt[]>>();

function curveOf(settings: Settings, axis: AxisName): readonly RiskAt[] {
  const ofAxes = known.get(settings) ?? new Map<AxisName, readonly RiskAt[]>();
  known.set(settings, ofAxes);
  const found = ofAxes.get(axis) ?? curveAlong(settings, axisNamed(axis));
  ofAxes.set(axis, found);
  return found;
}

/** Why a pinned curve cannot be drawn beside that of `settings`, or undefined. */
export function notBeside(pinned: Settings, settings: Settings, axis: AxisName): string | undefined {
  if (isClassifier(pinned) !== isClassifier(settings)) return 'not drawn: one is a risk, the other an error';
  if (facesLinf(pinned) && !linfIsKnown(pinned, axis)) return 'not drawn along this axis';
  return undefined;
}

/** Those that can be drawn beside the curve of `settings`. */
export const pinnedCurves = (pins: Pins, settings: Settings, axis: AxisName): PinnedCurve[] =>
  pinNames.flatMap((name) => {
    const pinned = pins[name];
    if (!pinned || notBeside(pinned, settings, axis) !== undefined) return [];
    return [{ name, settings: pinned, curve: curveOf(pinned, axis) }];
  });
