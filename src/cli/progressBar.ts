import { Presets, SingleBar } from 'cli-progress';
import { watched } from './notices.ts';

export interface ProgressBar {
  /** `done` and `total` in the units of work given at the start; `note` is shown beside the bar. */
  update(done: number, note: string): void;
  stop(): void;
}

/** What stands beside a bar, in characters at most. */
const BESIDE = 70;

/** A bar with the time left on standard error; silent where that is not a terminal, or quiet. */
export function progressBar(total: number, title: string): ProgressBar {
  if (!watched() || total <= 0) return { update() {}, stop() {} };
  const start = performance.now();
  const bar = new SingleBar(
    {
      format: `${title} [{bar}] {percentage}% {note}, {left} left`,
      stream: process.stderr,
      barsize: Math.max(5, Math.min(40, (process.stderr.columns || 80) - BESIDE)),
      // A terminal that was told otherwise would stay so where Ctrl-C ends the process.
      hideCursor: false,
      linewrap: true,
    },
    Presets.rect,
  );
  bar.start(1000, 0, { note: 'starting', left: '...' });
  return {
    update(done, note) {
      const elapsed = (performance.now() - start) / 1000;
      const left = done > 0 ? duration((elapsed * (total - done)) / done) : '...';
      bar.update((1000 * done) / total, { note, left });
    },
    stop: () => bar.stop(),
  };
}

/** 75 -> '1 min 15 s'. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
