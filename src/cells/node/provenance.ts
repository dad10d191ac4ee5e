import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The commit that this package runs from, or null where it is not a checkout of its own. */
export function commitOfPackage(): string | null {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  if (!existsSync(`${root}/.git`)) return null;
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return null; // git is not installed: the version still says what ran
  }
}
