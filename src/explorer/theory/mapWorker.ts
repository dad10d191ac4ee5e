import type { Settings } from '../state/parameters.ts';
import type { Measure } from '../state/state.ts';
import { costOf } from './ask.ts';
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

interface Resolution {
  /** points across and up */
  readonly grid: readonly [number, number];
  /** points of a line */
  readonly lines: number;
}
/** A first map and a finer one, by how long a point takes. */
const RESOLUTIONS: Readonly<Record<ReturnType<typeof costOf>, readonly [Resolution, Resolution]>> = {
  low: [
    { grid: [49, 33], lines: 17 },
    { grid: [145, 97], lines: 65 },
  ],
  middle: [
    { grid: [25, 17], lines: 3 },
    { grid: [73, 49], lines: 25 },
  ],
  high: [
    { grid: [17, 13], lines: 3 },
    { grid: [37, 25], lines: 9 },
  ],
};

let newest = -1;
const post = (answer: MapAnswer): void => self.postMessage(answer);
/** Lets a newer request in. */
const pause = (): Promise<void> => new Promise((resume) => setTimeout(resume));

self.onmessage = async ({ data }: MessageEvent<MapRequest>) => {
  const { id, settings, measure } = data;
  newest = id;
  await pause();
  if (id !== newest) return;
  const [coarse, fine] = RESOLUTIONS[costOf(settings)];
  post({
    id,
    grid: riskGrid(settings, measure, ...coarse.grid),
    lines: mapLines(settings, measure, coarse.lines),
    fine: false,
  });
  await pause();
  if (id !== newest) return;
  const grid = riskGrid(settings, measure, ...fine.grid);
  await pause();
  if (id !== newest) return;
  post({ id, grid, lines: mapLines(settings, measure, fine.lines), fine: true });
};
