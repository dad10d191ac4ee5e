import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../../errors.ts';

/** Size in bytes and lower-case hexadecimal SHA-256 of every file, by path relative to a folder. */
export type Manifest = Record<string, { size: number; sha256: string }>;

export async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

/** Deletes a file whose checksum is wrong, so that the next run fetches it again. @throws UserError */
export async function checkDownload(file: string, expected: string): Promise<void> {
  const found = await sha256(file);
  if (found === expected) return;
  await fs.rm(file, { force: true });
  throw new UserError(
    `checksum of ${path.basename(file)} is wrong: expected sha256 ${expected}, got ${found}; ` +
      'the file was deleted, run the command again',
  );
}

export async function manifestOf(folder: string, files: readonly string[]): Promise<Manifest> {
  const manifest: Manifest = {};
  for (const file of files) {
    const full = path.join(folder, file);
    manifest[file] = { size: (await fs.stat(full)).size, sha256: await sha256(full) };
  }
  return manifest;
}

/** Files up to this many bytes are always read; the addon has 86 kB, TensorFlow's libraries hundreds of megabytes. */
const SMALL = 1 << 20;

/** The files of the manifest that are missing, have another size, or are small and have another checksum. */
export function damageAtAGlance(folder: string, manifest: Manifest): string[] {
  return Object.entries(manifest).flatMap(([file, { size, sha256: expected }]) => {
    const full = path.join(folder, file);
    if (statSync(full, { throwIfNoEntry: false })?.size !== size) return [file];
    if (size > SMALL) return [];
    return createHash('sha256').update(readFileSync(full)).digest('hex') === expected ? [] : [file];
  });
}

/**
 * The files of the manifest that are missing or differ.
 * @param since large files of the right size are read only when they changed after this moment, in milliseconds
 */
export async function findDamage(folder: string, manifest: Manifest, since: number): Promise<string[]> {
  const damaged = damageAtAGlance(folder, manifest);
  for (const [file, { size, sha256: expected }] of Object.entries(manifest)) {
    const full = path.join(folder, file);
    if (size <= SMALL || damaged.includes(file) || (await fs.stat(full)).mtimeMs <= since) continue;
    if ((await sha256(full)) !== expected) damaged.push(file);
  }
  return damaged;
}
