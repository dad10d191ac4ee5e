import { spawnSync } from 'node:child_process';

const FIND = `
import sys
from importlib.util import find_spec
print(*[name for name in sys.argv[1:] if find_spec(name) is None], sep=', ')
`;

/** Why a Python cannot run a peer, in one line; null where it can. */
export function pythonFault(python: string, packages: readonly string[]): string | null {
  const { status, stdout, error } = spawnSync(python, ['-c', FIND, ...packages], { encoding: 'utf8' });
  if (error)
    return `${python} cannot be run (${(error as NodeJS.ErrnoException).code}): name another with --python PATH`;
  if (status !== 0) return `${python} is no Python 3: name another with --python PATH`;
  const missing = stdout.trim();
  return missing === '' ? null : `${python} lacks ${missing}: name another with --python PATH`;
}

/** Ends the script with that line and exit code 2. */
export function checkPython(python: string, packages: readonly string[]): void {
  const fault = pythonFault(python, packages);
  if (fault === null) return;
  process.stderr.write(`${fault}\n`);
  process.exit(2);
}
