import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { pythonFault } from '../../scripts/peers/checkPython.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

it('says in one line what a script lacks that needs a Python', () => {
  const folder = temporaryFolder(onTestFinished);
  /** A program in place of Python. */
  const python = (name: string, lines: string): string => {
    const file = path.join(folder, name);
    writeFileSync(file, `#!/bin/sh\n${lines}\n`);
    chmodSync(file, 0o755);
    return file;
  };
  const whole = python('whole', 'echo');
  const bare = python('bare', 'echo "torch, art"');
  const other = python('other', 'exit 3');
  expect(pythonFault(whole, ['torch'])).toBeNull();
  expect(pythonFault(bare, ['torch', 'art'])).toBe(
    `${bare} lacks torch, art: name another with --python PATH`,
  );
  expect(pythonFault(other, [])).toBe(`${other} is no Python 3: name another with --python PATH`);
  expect(pythonFault(`${folder}/nowhere`, [])).toBe(
    `${folder}/nowhere cannot be run (ENOENT): name another with --python PATH`,
  );
});
