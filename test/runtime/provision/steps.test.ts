import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runSteps, type Step, type StepReport } from '../../../src/runtime/provision/steps.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'rrf-steps-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const silent: StepReport = { start() {}, progress() {}, end() {}, note() {} };

/** Steps a, b and c that log their runs; `failing` throws. */
function threeSteps(failing?: string): { log: string[]; steps: Step[] } {
  const log: string[] = [];
  const steps = ['a', 'b', 'c'].map((name) => ({
    name,
    title: name,
    async run() {
      log.push(name);
      if (name === failing) throw new Error('interrupted');
    },
  }));
  return { log, steps };
}

describe('runSteps', () => {
  it('continues an interrupted run with the step that was cut short', async () => {
    const first = threeSteps('b');
    await expect(runSteps(folder, 'key', first.steps, silent)).rejects.toThrow('interrupted');
    expect(first.log).toEqual(['a', 'b']);
    const second = threeSteps();
    await runSteps(folder, 'key', second.steps, silent);
    expect(second.log).toEqual(['b', 'c']);
    const third = threeSteps();
    await runSteps(folder, 'key', third.steps, silent);
    expect(third.log).toEqual([]);
  });

  it('counts nothing as done under another key', async () => {
    await runSteps(folder, 'key', threeSteps().steps, silent);
    const other = threeSteps();
    await runSteps(folder, 'other key', other.steps, silent);
    expect(other.log).toEqual(['a', 'b', 'c']);
  });

  it('starts over when its record is damaged', async () => {
    await runSteps(folder, 'key', threeSteps().steps, silent);
    const record = path.join(folder, 'steps.json');
    writeFileSync(record, readFileSync(record, 'utf8').slice(0, 10));
    const again = threeSteps();
    await runSteps(folder, 'key', again.steps, silent);
    expect(again.log).toEqual(['a', 'b', 'c']);
  });

  it('reports every step with its position and whether it was done before', async () => {
    await runSteps(folder, 'key', threeSteps().steps.slice(0, 1), silent);
    const lines: string[] = [];
    const report: StepReport = {
      start: (position, total, title) => lines.push(`${position}/${total} ${title}`),
      progress: () => {},
      end: (alreadyDone) => lines.push(alreadyDone ? 'skipped' : 'done'),
      note: () => {},
    };
    await runSteps(folder, 'key', threeSteps().steps, report);
    expect(lines).toEqual(['1/3 a', 'skipped', '2/3 b', 'done', '3/3 c', 'done']);
  });
});
