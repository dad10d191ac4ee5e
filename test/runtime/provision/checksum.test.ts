import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  checkDownload,
  damageAtAGlance,
  findDamage,
  manifestOf,
  sha256,
} from '../../../src/runtime/provision/checksum.ts';

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
  it('finds files that are missing, or have another size or other bytes', async () => {
    for (const name of ['same', 'longer', 'changed', 'missing'])
      writeFileSync(path.join(folder, name), 'abc');
    const manifest = await manifestOf(folder, ['same', 'longer', 'changed', 'missing']);
    expect(damageAtAGlance(folder, manifest)).toEqual([]);
    writeFileSync(path.join(folder, 'longer'), 'abcd');
    writeFileSync(path.join(folder, 'changed'), 'abd');
    rmSync(path.join(folder, 'missing'));
    expect(damageAtAGlance(folder, manifest)).toEqual(['longer', 'changed', 'missing']);
    expect(await findDamage(folder, manifest, Date.now())).toEqual(['longer', 'changed', 'missing']);
  });

  it('reads large files only when they changed since a moment, and never at a glance', async () => {
    const large = path.join(folder, 'large');
    const bytes = Buffer.alloc((1 << 20) + 1);
    writeFileSync(large, bytes);
    const manifest = await manifestOf(folder, ['large']);
    bytes[77] = 1;
    writeFileSync(large, bytes);
    utimesSync(large, 1000, 1000);
    expect(damageAtAGlance(folder, manifest)).toEqual([]);
    expect(await findDamage(folder, manifest, 1_000_000)).toEqual([]);
    expect(await findDamage(folder, manifest, 999_000)).toEqual(['large']);
    expect(await findDamage(folder, manifest, Number.NEGATIVE_INFINITY)).toEqual(['large']);
  });
});
