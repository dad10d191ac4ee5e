/** What `npm ci` builds, the package and the explorer, side by side. */
import { spawn } from 'node:child_process';

const run = (script: string): Promise<number> =>
  new Promise((resolve) => {
    const npm = spawn('npm', ['run', '--silent', script], {
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    npm.on('close', (code) => resolve(code ?? 1));
  });

const codes = await Promise.all(['build', 'explorer:build'].map(run));
process.exitCode = Math.max(...codes);
