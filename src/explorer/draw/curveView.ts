import type { Measurement } from '../check/protocol.ts';
import type { OwnPoint } from '../state/ownData.ts';
import type { Settings } from '../state/parameters.ts';
import type { Axis, RiskAt } from '../theory/curve.ts';
import type { PinnedCurve } from '../theory/pinnedCurves.ts';

/** A measured point and its place on the axis. */
export interface PlacedMeasurement {
  readonly at: number;
  readonly measurement: Measurement;
}

/** What the curve panel shows. */
export interface CurveView {
  readonly settings: Settings;
  readonly axis: Axis;
  readonly yScale: 'linear' | 'log';
  readonly curve: readonly RiskAt[];
  /** the settings' own place, and the risk there */
  readonly here: RiskAt;
  readonly measurements: readonly PlacedMeasurement[];
  /** curves of other settings */
  readonly pinned: readonly PinnedCurve[];
  /** points of the reader's own */
  readonly own: readonly OwnPoint[];
}
