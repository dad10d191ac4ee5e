import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { HOST_TENSORFLOW_KEY } from '../../../src/runtime/native.ts';
import { addonFile, addonHome } from '../../../src/runtime/provision/addon.ts';
import { manifestOf } from '../../../src/runtime/provision/checksum.ts';
import { recipeFor, WHEEL_MEMBERS } from '../../../src/runtime/provision/recipe.ts';
import { engineFolder } from '../../../src/runtime/provisioned.ts';

export const ADDON = 'the addon that was compiled';

/** The program of the addon's package: computes on plain JavaScript under the name of the native backend. */
const PACKAGE = `
const tf = globalThis[Symbol.for('${HOST_TENSORFLOW_KEY}')];
require('a-dependency');
if (require('fs').readFileSync(__dirname + '/lib/napi-v8/tfjs_binding.node', 'utf8') !== '${ADDON}') throw new Error('bad addon');
tf.registerBackend('tensorflow', tf.findBackendFactory('cpu'));
for (const kernel of tf.getKernelsForBackend('cpu')) tf.registerKernel({ ...kernel, backendName: 'tensorflow' });
tf.setBackend('tensorflow');
`;

/** A cache with an engine as `rrf provision` leaves one, of a few bytes: all but its arithmetic is that of a real one. */
export async function fakeEngine(cache: string): Promise<{ folder: string; home: string; addon: string }> {
  const recipe = recipeFor('cpu');
  const folder = engineFolder(recipe, cache);
  const home = addonHome(recipe, folder);
  const libraries = Object.values(WHEEL_MEMBERS)
    .filter((file) => file.startsWith('lib/'))
    .map((file) => `deps/${file}`);
  const dependency = path.join(folder, 'node_modules', 'a-dependency');
  for (const below of [
    dependency,
    path.join(home, 'deps/lib'),
    path.join(home, path.dirname(addonFile(recipe))),
  ])
    mkdirSync(below, { recursive: true });
  writeFileSync(path.join(dependency, 'index.js'), '');
  writeFileSync(path.join(home, 'index.js'), PACKAGE);
  const about = { name: recipe.addonPackage, main: 'index.js', binary: { napi_versions: [3, recipe.napi] } };
  writeFileSync(path.join(home, 'package.json'), JSON.stringify(about));
  for (const library of libraries) writeFileSync(path.join(home, library), `the library ${library}`);
  writeFileSync(path.join(home, addonFile(recipe)), ADDON);
  const steps = ['wheel', 'package', 'unpack', 'compile', 'try', 'describe'];
  const key = JSON.stringify({ recipe, WHEEL_MEMBERS, wantLibraries: false });
  writeFileSync(path.join(folder, 'steps.json'), JSON.stringify({ key, done: steps }));
  const engine = {
    key: recipe.key,
    addonPackage: recipe.addonPackage,
    tensorflowVersion: '2.21.0',
    cudaLibraries: false,
    holdsSignals: true,
    made: new Date().toISOString(),
    files: await manifestOf(home, [...libraries, addonFile(recipe)]),
  };
  writeFileSync(path.join(folder, 'engine.json'), JSON.stringify(engine));
  return { folder, home, addon: path.join(home, addonFile(recipe)) };
}
