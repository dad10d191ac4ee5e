import type { Settings } from '../state/parameters.ts';
import type { Measure } from '../state/state.ts';
import { type MapLines, mapLines, type RiskGrid, riskGrid } from './phaseMap.ts';

/** What the page asks for; a newer request makes an older one pointless. */
export interface MapRequest {
  readonly id: number;
  readonly settings: Settings;
  readonly measure: Measure;
}

export interface MapAnswer {
  readonly id: number;
  readonly grid: RiskGrid;
  readonly lines: MapLines;
  /** The last answer to the request. */
  readonly fine: boolean;
}

let newest = -1;
const post = (answer: MapAnswer): void => self.postMessage(answer);
/** Lets a newer request in. */
const pause = (): Promise<void> => new Promise((resume) => setTimeout(resume));

self.onmessage = async ({ data }: MessageEvent<MapRequest>) => {
  const { id, settings, measure } = data;
  newest = id;
  await pause();
  if (id !== newest) return;
  post({
    id,
    grid: riskGrid(settings, measure, 49, 33),
    lines: mapLines(settings, measure, 17),
    fine: false,
  });
  await pause();
  if (id !== newest) return;
  const grid = riskGrid(settings, measure, 145, 97);
  await pause();
  if (id !== newest) return;
  post({ id, grid, lines: mapLines(settings, measure, 65), fine: true });
};
