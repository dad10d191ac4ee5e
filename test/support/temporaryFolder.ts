import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder, removed by the given hook: vitest's `afterAll`, or `onTestFinished` within a test. */
export function temporaryFolder(hook: (remove: () => void) => void): string {
  const folder = mkdtempSync(join(tmpdir(), 'rrf-test-'));
  hook(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
