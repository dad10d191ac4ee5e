import type { Settings } from '../state/parameters.ts';

export interface MeasuredRisk {
  readonly value: number;
  /** over models; with one model that of the finite test set */
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
  /** read from a link: no model was trained in this browser */
  readonly elsewhere: boolean;
}

/** What is to be trained: `seeds` models of dimension d at every point. */
export interface Wanted {
  readonly points: readonly Settings[];
  readonly d: number;
  readonly seeds: number;
}

/** A training that is asked for. */
export interface TrainRequest extends Wanted {
  readonly kind: 'train';
  readonly id: number;
}

/** What the page asks the worker for. A newer training or `stop` ends the one before. */
export type CheckRequest = { readonly kind: 'prepare' } | { readonly kind: 'stop' } | TrainRequest;

/** What the worker says of the training of that id. */
export type CheckReport = { readonly id: number } & (
  | { readonly kind: 'engine'; readonly engine: Engine }
  | { readonly kind: 'progress'; readonly share: number; readonly doing: string }
  /** replaces the report of the same point before */
  | { readonly kind: 'measured'; readonly measurement: Measurement }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string }
);

/** What trains, and why that. */
export interface Engine {
  readonly name: 'WebGPU' | 'WebGL' | 'WebAssembly' | 'plain JavaScript';
  readonly why: string;
}
