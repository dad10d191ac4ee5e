import type { CellResult } from '../../cells/cellResult.ts';
import { runCell } from '../../cells/runCell.ts';
import { cellFor, workOf } from './cellFor.ts';
import { startEngine } from './engine.ts';
import { measurementOf } from './measurements.ts';
import type { CheckReport, CheckRequest } from './protocol.ts';

const report = (message: CheckReport): void => self.postMessage(message);

// One request a worker; the page stops it by ending the worker.
self.onmessage = async ({ data: { points, d, seeds } }: MessageEvent<CheckRequest>) => {
  try {
    const work = points.map((settings) => Math.max(...workOf(settings, d)));
    report({ kind: 'engine', engine: await startEngine(Math.max(...work)) });
    const total = work.reduce((sum, part) => sum + part, 0);
    let before = 0;
    for (const [point, settings] of points.entries()) {
      const doing = points.length === 1 ? 'training' : `training, point ${point + 1} of ${points.length}`;
      const results: CellResult[] = [];
      for (let seed = 0; seed < seeds; seed++) {
        const result = await runCell(cellFor(settings, d, seed), {
          streams: `explorer/${seed}`,
          onProgress({ step, maxSteps }) {
            // Most trainings converge in the first few cycles, so early steps count for more.
            const share = (seed + 0.95 * Math.sqrt(step / maxSteps)) / seeds;
            report({ kind: 'progress', share: (before + share * work[point]!) / total, doing });
          },
        });
        results.push(result);
        report({ kind: 'measured', point, measurement: measurementOf(settings, d, results) });
      }
      before += work[point]!;
    }
    report({ kind: 'done' });
  } catch (error) {
    report({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
};
