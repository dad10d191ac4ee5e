import fs from 'node:fs/promises';
import path from 'node:path';

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
  const done = await readDone(file, key);
  for (const [index, step] of steps.entries()) {
    report.start(index + 1, steps.length, step.title);
    const before = performance.now();
    const skip = done.includes(step.name);
    if (!skip) {
      await step.run((fraction) => report.progress(fraction));
      done.push(step.name);
      await writeWhole(file, `${JSON.stringify({ key, done })}\n`);
    }
    report.end(skip, (performance.now() - before) / 1000);
  }
}

async function readDone(file: string, key: string): Promise<string[]> {
  try {
    const record = JSON.parse(await fs.readFile(file, 'utf8')) as { key?: string; done?: string[] };
    return record.key === key && Array.isArray(record.done) ? record.done : [];
  } catch {
    // No record, or one cut short: every step can be repeated.
    return [];
  }
}

/** Writes a file so that readers see the old one or the new one, never a part. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const partial = `${file}.${process.pid}.tmp`;
  await fs.writeFile(partial, text);
  await fs.rename(partial, file);
}
