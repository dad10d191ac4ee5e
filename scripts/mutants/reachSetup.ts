/** In every test file of a run that records: which marked expressions each test evaluates (reach.ts marks them). */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, expect, type RunnerTask } from 'vitest';

const folder = process.env.MUTANTS_REACH;

/** Names of describe and it, as vitest matches them. */
const fullName = (task: RunnerTask): string =>
  task.suite ? `${fullName(task.suite)} ${task.name}`.trim() : task.name;

if (folder) {
  // What runs at import and in beforeAll is there for every test of the file.
  const shared: number[] = [];
  const tests: Record<string, number[]> = {};
  const marks = new Uint8Array(Number(process.env.MUTANTS_MARKS));
  (globalThis as { reached?: Uint8Array }).reached = marks;
  const take = (): number[] => {
    const found = [...marks.keys()].filter((mark) => marks[mark]);
    marks.fill(0);
    return found;
  };
  beforeEach(() => {
    shared.push(...take());
  });
  afterEach(({ task }) => {
    const name = fullName(task);
    tests[name] = [...(tests[name] ?? []), ...take()];
  });
  afterAll(() => {
    const file = expect.getState().testPath!;
    const name = createHash('sha256').update(file).digest('hex');
    writeFileSync(path.join(folder, `${name}.json`), JSON.stringify({ file, shared, tests }));
  });
}
