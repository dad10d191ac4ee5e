/**
 * Lets a child process of the tests load the sources: `node --import typescript.mjs main.ts`. It takes the types out of
 * the modules that Node asks for and has no part in any other, so that a process starts in half the time that it takes
 * with tsx, which looks at every module of every package.
 */
import { readFileSync } from 'node:fs';
import * as module from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

// The compiler that vite, and so vitest, brings with it.
const vite = module.createRequire(import.meta.url).resolve('vite/package.json');
const { transformSync } = module.createRequire(vite)('rolldown/utils');

export function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context);
  const path = fileURLToPath(url);
  const { code, errors } = transformSync(path, readFileSync(path, 'utf8'), {
    typescript: { onlyRemoveTypeImports: true },
  });
  if (errors.length > 0) throw errors[0];
  return { format: 'module', source: code, shortCircuit: true };
}

// Node 20 runs hooks in a thread, which loads this module once more.
if (module.registerHooks) module.registerHooks({ load });
else if (isMainThread) module.register(import.meta.url);
