import { startEngine } from './engine.ts';
import { measure } from './measure.ts';
import type { CheckReport, CheckRequest } from './protocol.ts';
import { sizesOf } from './sizes.ts';

const report = (message: CheckReport): void => self.postMessage(message);

// One request a worker; the page stops it by ending the worker.
self.onmessage = async ({ data: { points, d, seeds } }: MessageEvent<CheckRequest>) => {
  try {
    const work = points.map((settings) => {
      const { widths, n } = sizesOf(settings, d);
      return n * Math.max(...widths.map((width, l) => width * (widths[l - 1] ?? d)));
    });
    report({ kind: 'engine', engine: await startEngine(Math.max(...work)) });
    const total = work.reduce((sum, part) => sum + part, 0);
    let before = 0;
    for (const [point, settings] of points.entries()) {
      const doing = points.length === 1 ? 'training' : `training, point ${point + 1} of ${points.length}`;
      await measure(
        settings,
        { d, seeds },
        (share) => report({ kind: 'progress', share: (before + share * work[point]!) / total, doing }),
        (measurement) => report({ kind: 'measured', point, measurement }),
      );
      before += work[point]!;
    }
    report({ kind: 'done' });
  } catch (error) {
    report({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
};
