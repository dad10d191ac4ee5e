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
  const shared = new Set<number>();
  const tests: Record<string, Set<number>> = {};
  let current = shared;
  (globalThis as { reached?: (mark: number) => void }).reached = (mark) => {
    current.add(mark);
  };
  beforeEach(({ task }) => {
    current = tests[fullName(task)] ??= new Set();
  });
  afterEach(() => {
    current = shared;
  });
  afterAll(() => {
    const file = expect.getState().testPath!;
    const name = createHash('sha256').update(file).digest('hex');
    const content = {
      file,
      shared: [...shared],
      tests: Object.fromEntries(Object.entries(tests).map(([test, marks]) => [test, [...marks]])),
    };
    writeFileSync(path.join(folder, `${name}.json`), JSON.stringify(content));
  });
}
