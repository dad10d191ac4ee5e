import fs from 'node:fs/promises';
import path from 'node:path';
import { writeWholeFile } from '../../wholeFile.ts';

/** One resumable piece of work. `run` may be repeated after an interruption, so it must not rely on a clean start. */
export interface Step {
  name: string;
  /** What it does, for people: `downloading tensorflow-cpu 2.21.0`. */
  title: string;
  run(progress: (fraction: number) => void): Promise<void>;
}

/** How the work is shown while it runs. */
export interface StepReport {
  start(position: number, total: number, title: string): void;
  progress(fraction: number): void;
  end(alreadyDone: boolean, seconds: number): void;
  note(line: string): void;
}

/**
 * Runs the steps in order and records each finished one in `folder`/steps.json; a later run skips what is recorded
 * there. The record belongs to `key`: under another key nothing counts as done.
 */
export async function runSteps(
  folder: string,
  key: string,
  steps: readonly Step[],
  report: StepReport,
): Promise<void> {
  await fs.mkdir(folder, { recursive: true });
  const file = path.join(folder, 'steps.json');
  const record = await readRecord(file);
  const done = record.key === key ? record.done : [];
  for (const [index, step] of steps.entries()) {
    report.start(index + 1, steps.length, step.title);
    const before = performance.now();
    const skip = done.includes(step.name);
    if (!skip) {
      await step.run((fraction) => report.progress(fraction));
      done.push(step.name);
      writeWholeFile(file, `${JSON.stringify({ key, done })}\n`);
    }
    report.end(skip, (performance.now() - before) / 1000);
  }
}

async function readRecord(file: string): Promise<{ key?: string; done: string[] }> {
  try {
    const { key, done } = JSON.parse(await fs.readFile(file, 'utf8')) as { key?: string; done?: string[] };
    return key !== undefined && Array.isArray(done) ? { key, done } : { done: [] };
  } catch {
    // No record, or one cut short: every step can be repeated.
    return { done: [] };
  }
}

/** Takes a step and all after it out of the record in `folder`, so that they are done again. */
export async function forgetFrom(folder: string, name: string): Promise<void> {
  const file = path.join(folder, 'steps.json');
  const { key, done } = await readRecord(file);
  const first = done.indexOf(name);
  if (key === undefined || first === -1) return;
  writeWholeFile(file, `${JSON.stringify({ key, done: done.slice(0, first) })}\n`);
}
