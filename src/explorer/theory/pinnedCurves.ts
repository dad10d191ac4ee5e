import { facesLinf, linfIsKnown } from '../state/norms.ts';
import type { AxisName, Settings } from '../state/parameters.ts';
import { type PinName, type Pins, pinNames } from '../state/pins.ts';
import { isClassifier } from './ask.ts';
import { curveOf, type RiskAt } from './curve.ts';

/** The curve of pinned settings along the present axis. */
export interface PinnedCurve {
  readonly name: PinName;
  readonly settings: Settings;
  readonly curve: readonly RiskAt[];
}

/** Why a pinned curve cannot be drawn beside that of a classifier, or of none, or undefined. */
export function notBeside(pinned: Settings, classes: boolean, axis: AxisName): string | undefined {
  if (isClassifier(pinned) !== classes) return 'not drawn: one is a risk, the other an error';
  if (facesLinf(pinned) && !linfIsKnown(pinned, axis)) return 'not drawn along this axis';
  return undefined;
}

/** Those that can be drawn beside the curve of a classifier, or of none. */
export const pinnedCurves = (pins: Pins, classes: boolean, axis: AxisName): PinnedCurve[] =>
  pinNames.flatMap((name) => {
    const pinned = pins[name];
    if (!pinned || notBeside(pinned, classes, axis) !== undefined) return [];
    return [{ name, settings: pinned, curve: curveOf({ settings: pinned, axis }) }];
  });
