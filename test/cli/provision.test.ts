import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { provision } from '../../src/runtime/provision/provision.ts';
import { runsSources } from '../support/sources.ts';

let folder: string;
let bin: string;
let cache: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'rrf-provision-'));
  bin = path.join(folder, 'bin');
  cache = path.join(folder, 'cache');
  mkdirSync(bin);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function addTool(name: string, script = 'exit 0'): void {
  writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(path.join(bin, name), 0o755);
}

/** Provisions into an empty cache with the tools of `bin` alone; returns the message it fails with. */
async function failureOfProvision(): Promise<string> {
  vi.stubEnv('PATH', bin);
  const silent = { start() {}, progress() {}, end() {}, note() {} };
  const error = await provision({ cache, force: true }, silent).catch((failure: unknown) => failure);
  expect(error).toMatchObject({ name: 'UserError' });
  return (error as Error).message;
}

describe('rrf provision', () => {
  it('without tools names each of them in a line, exits with code 2 and writes nothing', async () => {
    const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
    const args = [...runsSources, main, 'provision', '--force'];
    const env = { PATH: bin, HOME: folder, RRF_CACHE: cache };
    const failed = await promisify(execFile)(process.execPath, args, { env }).catch((error) => error);
    expect(failed.code).toBe(2);
    expect(failed.stdout).toBe('');
    const lines = failed.stderr.trim().split('\n') as string[];
    expect(lines[0]).toBe('rrf: the native engine cannot be built');
    for (const tool of ['python3', 'C++ compiler', 'make']) {
      expect(lines.filter((line) => line.startsWith(`missing ${tool}: install it with `))).toHaveLength(1);
    }
    expect(existsSync(cache)).toBe(false);
  });

  it('stops at a wheel whose checksum is wrong, keeps nothing of it, and downloads anew the next time', async () => {
    for (const tool of ['g++', 'make', 'npm']) addTool(tool);
    const downloads = path.join(folder, 'downloads');
    // A pip that notes each call and delivers something else in place of the wheel.
    addTool(
      'python3',
      `[ "$1" = -c ] && exit 0
echo called >> ${downloads}
while [ "$1" != --dest ]; do shift; done
printf 'not the wheel' > "$2/tensorflow_cpu-2.21.0-fake.whl"`,
    );
    for (const attempts of [1, 2]) {
      expect(await failureOfProvision()).toMatch(
        /^checksum of tensorflow_cpu-2\.21\.0-fake\.whl is wrong: expected sha256 [0-9a-f]{64}, got [0-9a-f]{64}; /,
      );
      expect(readFileSync(downloads, 'utf8')).toBe('called\n'.repeat(attempts));
    }
    const left = readdirSync(cache, { recursive: true }).map(String);
    expect(left.filter((name) => name.endsWith('.whl') || name.endsWith('engine.json'))).toEqual([]);
  });

  it('passes on what pip says when the download fails', async () => {
    for (const tool of ['g++', 'make', 'npm']) addTool(tool);
    addTool('python3', '[ "$1" = -c ] && exit 0\necho "ERROR: No matching distribution found" >&2\nexit 1');
    expect(await failureOfProvision()).toMatch(
      /^downloading tensorflow\S* 2\.21\.0 with pip failed \(exit 1\): ERROR: No matching distribution found$/,
    );
  });

  it('refuses a cache folder that cannot be written, or whose path make cannot read', async () => {
    for (const tool of ['g++', 'make', 'npm', 'python3']) addTool(tool);
    writeFileSync(cache, 'a file, not a folder');
    expect(await failureOfProvision()).toMatch(
      /^the cache folder ".*cache" cannot be written \(\w+\); set RRF_CACHE$/,
    );
    cache = path.join(folder, 'my cache');
    expect(await failureOfProvision()).toMatch(/^the cache folder ".*my cache" holds a space/);
  });
});
