import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { naming } from '../wholeFile.ts';

/** Before the work: the folder, or the nearest one above it that is there, must take files. */
export function checkWritable(folder: string): void {
  let there = resolve(folder);
  while (!existsSync(there)) there = dirname(there);
  if (!statSync(there).isDirectory())
    throw new UserError(`cannot create ${JSON.stringify(folder)}: ${JSON.stringify(there)} is no folder`);
  naming('write', folder, () => accessSync(there, constants.W_OK));
}

/** The same of the folder of a file, which is made when the file is written; the name must not be a folder's. */
export function checkFileWritable(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory())
    throw new UserError(`cannot write ${JSON.stringify(path)}: it is a folder`);
  checkWritable(dirname(path));
}
