import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Flags under which Chromium runs anywhere, draws in software and speaks to nobody but the page. */
export const chromiumFlags: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The Chromium of this machine, or undefined. RRF_CHROMIUM=/path names one. */
export function findChromium(): string | undefined {
  const wanted = process.env.RRF_CHROMIUM;
  if (wanted) return existsSync(wanted) ? wanted : undefined;
  return (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

/**
 * The Chromium for the tests of the explorer. With `install`, which is meant for continuous integration, it is installed
 * by apt-get where it is absent. Where there is none in the end, `shout` is told: the tests that need it are skipped.
 */
export function provideChromium({
  install,
  shout,
}: {
  install: boolean;
  shout: (...lines: string[]) => void;
}): string | undefined {
  const found = findChromium();
  if (found) return found;
  if (install) {
    const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
    const apt = (...args: string[]): boolean => {
      const [command, ...rest] = [...asRoot, 'apt-get', ...args] as [string, ...string[]];
      return spawnSync(command, rest, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
    };
    if (apt('update', '-q')) apt('install', '-y', '-q', '--no-install-recommends', 'chromium');
    const installed = findChromium();
    if (installed) return installed;
  }
  shout(
    'NO CHROMIUM: THE TESTS OF THE EXPLORER IN A BROWSER ARE SKIPPED.',
    'To run them: apt-get install -y --no-install-recommends chromium, or RRF_CHROMIUM=/path/to/chromium',
  );
  return undefined;
}

/** Empty, `0` and `false` are the ways in which CI is not set. */
export const underCi = !['', '0', 'false'].includes((process.env.CI ?? '').toLowerCase());
