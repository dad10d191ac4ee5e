import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { HOST_TENSORFLOW_KEY } from '../native.ts';
import { runCommand } from './command.ts';
import { HELD_SIGNALS } from './heldSignals.ts';
import { LIBRARY_LINKS, type Recipe } from './recipe.ts';
import type { Tools } from './tools.ts';

/**
 * Installs the addon's npm package and its dependencies into `folder`, without running any install script.
 * In place of its @tensorflow/tfjs it gets a stand-in that hands back the instance of the program that loads it:
 * with a copy of its own the process would have two engines, and the addon would register with the wrong one.
 */
export async function installAddonPackage(tools: Tools, recipe: Recipe, folder: string): Promise<void> {
  const standIns = ['tfjs', 'tfjs-core'];
  for (const name of standIns) {
    const home = path.join(folder, 'stand-ins', name);
    await fs.mkdir(home, { recursive: true });
    const description = { name: `@tensorflow/${name}`, version: recipe.addonVersion, main: 'index.js' };
    await fs.writeFile(path.join(home, 'package.json'), JSON.stringify(description));
    await fs.writeFile(
      path.join(home, 'index.js'),
      `module.exports = globalThis[Symbol.for('${HOST_TENSORFLOW_KEY}')];\n`,
    );
  }
  const dependencies = {
    ...Object.fromEntries(standIns.map((name) => [`@tensorflow/${name}`, `file:./stand-ins/${name}`])),
    [recipe.addonPackage]: recipe.addonVersion,
  };
  await fs.writeFile(
    path.join(folder, 'package.json'),
    `${JSON.stringify({ private: true, dependencies }, null, 2)}\n`,
  );
  await runCommand(
    `installing ${recipe.addonPackage} with npm`,
    [
      ...tools.npm,
      ...['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-progress', '--loglevel=error'],
    ],
    { cwd: folder, env: buildEnvironment(tools) },
  );
}

/** Compiles the addon against the unpacked libraries with npm's own node-gyp. */
export async function compileAddon(tools: Tools, recipe: Recipe, folder: string): Promise<void> {
  const home = addonHome(recipe, folder);
  for (const [link, library] of Object.entries(LIBRARY_LINKS)) {
    const file = path.join(home, 'deps', 'lib', link);
    await fs.rm(file, { force: true });
    await fs.symlink(library, file);
  }
  const header = path.join(home, 'heldSignals.h');
  await fs.writeFile(header, HELD_SIGNALS);
  const environment = buildEnvironment(tools);
  await runCommand(
    'compiling the addon with node-gyp',
    [...tools.npm, 'run', '--loglevel=error', 'build-addon-from-source'],
    { cwd: home, env: { ...environment, CXXFLAGS: `${environment.CXXFLAGS ?? ''} -include ${header}` } },
  );
  await fs.rm(path.join(home, 'build'), { recursive: true, force: true });
}

export const addonHome = (recipe: Recipe, folder: string): string =>
  path.join(folder, 'node_modules', recipe.addonPackage);

export const addonFile = (recipe: Recipe): string => `lib/napi-v${recipe.napi}/tfjs_binding.node`;

/** Multiplies two matrices in a fresh process. @throws UserError with the process's last words when that fails */
export async function tryAddon(recipe: Recipe, folder: string): Promise<void> {
  const tfjs = createRequire(import.meta.url).resolve('@tensorflow/tfjs');
  const script = `
    const util = require('util');
    util.isNullOrUndefined ??= (x) => x == null;
    util.isArray ??= Array.isArray;
    const tf = (globalThis[Symbol.for('${HOST_TENSORFLOW_KEY}')] = require(${JSON.stringify(tfjs)}));
    require(${JSON.stringify(addonHome(recipe, folder))});
    const product = tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])).dataSync()[0];
    if (tf.getBackend() !== 'tensorflow' || product !== 11) throw new Error('the addon computes wrongly');
  `;
  await runCommand('trying the engine', [process.execPath, '--no-deprecation', '-e', script], {
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
  });
}

function buildEnvironment(tools: Tools): NodeJS.ProcessEnv {
  const prefix = path.dirname(path.dirname(process.execPath));
  const headers = existsSync(path.join(prefix, 'include', 'node', 'node.h'));
  return {
    ...process.env,
    // Scripts started by npm find `node` on the PATH: it should be this one.
    PATH: [path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
    CXX: tools.compiler,
    MAKE: tools.make,
    PYTHON: tools.python,
    npm_config_python: tools.python,
    ...(headers && !process.env.npm_config_nodedir ? { npm_config_nodedir: prefix } : {}),
  };
}
