import type { CellResult } from '../../cells/cellResult.ts';
import { runCell } from '../../cells/runCell.ts';
import { messageOf } from '../../errors.ts';
import { cellFor, workOf } from './cellFor.ts';
import { startEngine } from './engine.ts';
import { measurementOf } from './measurements.ts';
import type { CheckReport, CheckRequest, TrainRequest } from './protocol.ts';
import { roundsOf } from './rounds.ts';

/** The training that is wanted; none other goes on. */
let wanted = -1;
let running: Promise<void> = Promise.resolve();

/** Ends a training that is not wanted any more. */
class Overtaken extends Error {}

self.onmessage = ({ data }: MessageEvent<CheckRequest>) => {
  if (data.kind === 'train') wanted = data.id;
  else if (data.kind === 'stop') wanted = -1;
  running = running.then(() => (data.kind === 'train' ? train(data) : prepare(data.kind)));
};

/** Compiles the engine of small models before one is asked for. */
async function prepare(kind: 'prepare' | 'stop'): Promise<void> {
  if (kind === 'prepare') await startEngine(0);
}

async function train({ id, points, d, seeds }: TrainRequest): Promise<void> {
  const report = (message: CheckReport): void => self.postMessage(message);
  const giveWay = (): void => {
    if (id !== wanted) throw new Overtaken();
  };
  try {
    giveWay();
    const work = points.map((settings) => Math.max(...workOf(settings, d)));
    report({ id, kind: 'engine', engine: await startEngine(Math.max(...work)) });
    const total = seeds * work.reduce((sum, part) => sum + part, 0);
    const results = points.map((): CellResult[] => []);
    let before = 0;
    for (const { point, seeds: group } of roundsOf(points.length, seeds)) {
      const settings = points[point]!;
      const doing = points.length === 1 ? 'training' : `training, point ${point + 1} of ${points.length}`;
      for (const seed of group) {
        // Requests are heard between two models, and in training whenever it gives way.
        await new Promise((goOn) => setTimeout(goOn));
        giveWay();
        const result = await runCell(cellFor(settings, d, seed), {
          streams: `explorer/${seed}`,
          onProgress({ step, maxSteps }) {
            giveWay();
            // Most trainings converge in the first few cycles, so early steps count for more.
            const share = (before + 0.95 * Math.sqrt(step / maxSteps) * work[point]!) / total;
            report({ id, kind: 'progress', share, doing });
          },
        });
        results[point]!.push(result);
        before += work[point]!;
      }
      report({ id, kind: 'measured', measurement: measurementOf(settings, d, results[point]!) });
    }
    report({ id, kind: 'done' });
  } catch (error) {
    if (error instanceof Overtaken) return;
    report({ id, kind: 'failed', message: messageOf(error) });
  }
}
