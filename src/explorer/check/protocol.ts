import type { Settings } from '../state/parameters.ts';

export interface MeasuredRisk {
  readonly value: number;
  /** over seeds; with one seed that of the finite test set */
  readonly standardError: number;
}

/** What trained models of finite size measured at one point. */
export interface Measurement {
  readonly settings: Settings;
  readonly d: number;
  readonly seeds: number;
  readonly standardRisk: MeasuredRisk;
  readonly adversarialRisk: MeasuredRisk;
  /** trainings that converged, of `seeds` */
  readonly converged: number;
}

/** What the page asks the worker for: `seeds` trainings at every point. */
export interface CheckRequest {
  readonly points: readonly Settings[];
  readonly d: number;
  readonly seeds: number;
}

export type CheckReport =
  | { readonly kind: 'engine'; readonly engine: string }
  | { readonly kind: 'progress'; readonly share: number; readonly doing: string }
  /** replaces the report of the same point before */
  | { readonly kind: 'measured'; readonly point: number; readonly measurement: Measurement }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string };
