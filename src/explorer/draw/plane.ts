import type { Frame } from '../../plots/panelGrid.ts';
import type { Scale } from './scale.ts';

/** Where a plot is drawn: its frame, and the scales across and up it. */
export interface Plane {
  readonly frame: Frame;
  readonly x: Scale;
  readonly y: Scale;
}

/** Both risks, in the order in which they are drawn. */
export const RISKS = ['standard', 'adversarial'] as const;
export type RiskName = (typeof RISKS)[number];
