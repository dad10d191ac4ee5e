/**
 * Lets a child process of the tests load the sources: `node --import typescript.mjs main.ts`. Where `dist` was built from
 * them as they are, it is what runs, and a process starts in half the time. Otherwise the types are taken out of the modules
 * that Node asks for; unlike with tsx, modules of packages are not looked at.
 */
import { readFileSync } from 'node:fs';
import * as module from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { isFresh } from './built.mjs';

const src = new URL('../../src/', import.meta.url).href;
const dist = new URL('../../dist/', import.meta.url).href;
let built;
let transform;
/** The compiler that vite, and so vitest, brings with it. */
function transformSync(...args) {
  if (!transform) {
    const vite = module.createRequire(import.meta.url).resolve('vite/package.json');
    transform = module.createRequire(vite)('rolldown/utils').transformSync;
  }
  return transform(...args);
}

function builtOf(resolved) {
  if (!resolved.url.startsWith(src) || !resolved.url.endsWith('.ts')) return resolved;
  built ??= isFresh('dist/index.js');
  const url = dist + resolved.url.slice(src.length).replace(/ts$/, 'js');
  return built ? { url, format: 'module', shortCircuit: true } : resolved;
}

export function resolve(specifier, context, nextResolve) {
  const resolved = nextResolve(specifier, context);
  return resolved instanceof Promise ? resolved.then(builtOf) : builtOf(resolved);
}

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
if (module.registerHooks) module.registerHooks({ resolve, load });
else if (isMainThread) module.register(import.meta.url);
