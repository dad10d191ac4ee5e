import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { recipeFor } from '../../../src/runtime/provision/recipe.ts';
import { findTools } from '../../../src/runtime/provision/tools.ts';

let bin: string;
beforeEach(() => {
  bin = mkdtempSync(path.join(os.tmpdir(), 'rrf-tools-'));
});
afterEach(() => rmSync(bin, { recursive: true, force: true }));

function addTool(name: string, exitCode = 0): void {
  const file = path.join(bin, name);
  writeFileSync(file, `#!/bin/sh\nexit ${exitCode}\n`);
  chmodSync(file, 0o755);
}

const linesOf = async (env: NodeJS.ProcessEnv) => {
  const error = await findTools(env).catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(UserError);
  return (error as Error).message.split('\n').filter((line) => line.startsWith('missing'));
};

describe('findTools', () => {
  it('names every missing tool in a line of its own that says how to install it', async () => {
    const lines = await linesOf({ PATH: '', npm_execpath: '/somewhere/npm-cli.js' });
    expect(lines[0]).toMatch(/^missing python3: install it with "apt-get install python3 python3-pip" /);
    expect(lines[1]).toMatch(/^missing C\+\+ compiler: install it with "apt-get install g\+\+" /);
    expect(lines[2]).toMatch(/^missing make: install it with "apt-get install make" /);
  });

  it('says that pip is missing where Python has none', async () => {
    for (const tool of ['g++', 'make', 'npm']) addTool(tool);
    addTool('python3', 1);
    const lines = await linesOf({ PATH: bin });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toBe(
      `missing pip for ${path.join(bin, 'python3')}: install it with "apt-get install python3-pip" ` +
        '(Debian, Ubuntu) or "dnf install python3-pip" (Fedora, RHEL)',
    );
  });

  it('takes clang++ for want of g++, and the programs that CXX, MAKE and PYTHON name', async () => {
    for (const tool of ['clang++', 'make', 'npm', 'python3', 'my-c++', 'my-make', 'my-python']) addTool(tool);
    expect(await findTools({ PATH: bin })).toMatchObject({
      compiler: path.join(bin, 'clang++'),
      make: path.join(bin, 'make'),
      python: path.join(bin, 'python3'),
    });
    const named = { CXX: 'my-c++', MAKE: 'my-make', PYTHON: path.join(bin, 'my-python') };
    expect(await findTools({ PATH: bin, ...named })).toMatchObject({
      compiler: path.join(bin, 'my-c++'),
      make: path.join(bin, 'my-make'),
      python: path.join(bin, 'my-python'),
    });
  });
});

describe('recipeFor', () => {
  it('says where a native engine cannot be provisioned', () => {
    expect(() => recipeFor('cpu', 'darwin', 'arm64')).toThrow(
      'the native cpu engine cannot be provisioned on darwin arm64 (only on Linux x64 and arm64)',
    );
    expect(() => recipeFor('cuda', 'linux', 'arm64')).toThrow(
      'the native cuda engine cannot be provisioned on linux arm64 (only on Linux x64)',
    );
  });

  it('gives every combination of device and machine a folder of its own', () => {
    const keys = [
      recipeFor('cpu', 'linux', 'x64'),
      recipeFor('cuda', 'linux', 'x64'),
      recipeFor('cpu', 'linux', 'arm64'),
    ];
    expect(new Set(keys.map(({ key }) => key)).size).toBe(3);
  });
});
