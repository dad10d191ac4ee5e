/**
 * What a build has left, where it is younger than all that it is made of: tests then take it instead of making it anew.
 * After a change of the sources they do not look at it until the next build.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const MADE_OF = ['src', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];

/** When a file, or a folder or anything in it, changed last, in milliseconds. */
function lastChange(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => lastChange(`${path}/${name}`)));
}

let sources = 0;

/** Whether a built file, such as `dist/index.js`, by its path from the root of the repository, is there and younger than the sources. */
export function isFresh(file) {
  if (!existsSync(root + file)) return false;
  sources ||= Math.max(...MADE_OF.map((path) => lastChange(root + path)));
  return statSync(root + file).mtimeMs > sources;
}
