import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The folder of the built explorer that is packed, which `npm ci` has made; built here where it is absent. */
export function packagedExplorer(): string {
  const folder = `${root}/dist-explorer`;
  if (!existsSync(`${folder}/explorer.html`))
    execFileSync('npm', ['run', '--silent', 'explorer:build'], { cwd: root, stdio: 'ignore' });
  return folder;
}
