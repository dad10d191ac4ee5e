import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDownload, findDamage, manifestOf, sha256 } from '../../../src/runtime/provision/checksum.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'rrf-checksum-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** SHA-256 of the three bytes `abc`, from FIPS 180-2, appendix B.1. */
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

describe('checksums', () => {
  it('are SHA-256', async () => {
    const file = path.join(folder, 'abc');
    writeFileSync(file, 'abc');
    expect(await sha256(file)).toBe(ABC);
  });

  it('let a right download pass', async () => {
    const file = path.join(folder, 'small.whl');
    writeFileSync(file, 'abc');
    await checkDownload(file, ABC);
    expect(existsSync(file)).toBe(true);
  });

  it('stop a wrong download, naming the file and both checksums, and delete it', async () => {
    const file = path.join(folder, 'small.whl');
    writeFileSync(file, 'abc');
    const expected = '0'.repeat(64);
    await expect(checkDownload(file, expected)).rejects.toThrow(
      `checksum of small.whl is wrong: expected sha256 ${expected}, got ${ABC}`,
    );
    expect(existsSync(file)).toBe(false);
  });
});

describe('the manifest of an engine', () => {
  it('finds files that are missing or have another size, and when thorough other contents', async () => {
    for (const name of ['same', 'longer', 'changed', 'missing'])
      writeFileSync(path.join(folder, name), 'abc');
    const manifest = await manifestOf(folder, ['same', 'longer', 'changed', 'missing']);
    expect(await findDamage(folder, manifest, true)).toEqual([]);
    writeFileSync(path.join(folder, 'longer'), 'abcd');
    writeFileSync(path.join(folder, 'changed'), 'abd');
    rmSync(path.join(folder, 'missing'));
    expect(await findDamage(folder, manifest)).toEqual(['longer', 'missing']);
    expect(await findDamage(folder, manifest, true)).toEqual(['longer', 'changed', 'missing']);
  });
});
