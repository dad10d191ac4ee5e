import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { whole } from '../support/sizes.ts';
import { runsSources } from '../support/sources.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { typeErrors } from '../support/typeErrors.ts';
import { blocks, root } from './blocks.ts';

const copy = temporaryFolder(afterAll);
for (const part of ['src', 'package.json', 'tsconfig.json', 'tsconfig.build.json'])
  cpSync(join(root, part), join(copy, part), { recursive: true });
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));

const diffs = blocks.filter(({ language }) => language === 'diff');

/** A programme for each of the three, which says that it holds; then what there is to reproduce. */
const programme = `
  import { activation, asymptoticRisk } from './src/theory/index.ts';
  import { tf } from './src/runtime/tf.ts';
  import { loadRuntime, randomFeaturesModel } from './src/index.ts';
  import { partialLinear } from './src/theory/featureMaps/partialLinear.ts';
  {
    await loadRuntime('js');
    const model = randomFeaturesModel({ inputDim: 3, units: 4, activation: 'softsign' });
    const [W] = model.layers[0].getWeights();
    const [u, features] = [tf.matMul(tf.ones([1, 3]), W), model.layers[0].apply(tf.ones([1, 3]))].map((t) => t.dataSync());
    const { value } = activation('softsign');
    // float32 against float64
    const same = u.every((v, j) => Math.abs(value(v) - features[j]) < 1e-6);
    let mu1 = 0;
    for (let u = -10; u < 10; u += 1e-3) mu1 += (1e-3 * Math.exp(-u * u / 2)) / Math.sqrt(2 * Math.PI) / (1 + Math.abs(u)) ** 2;
    // Both are sums of the same integral; the kink of the derivative at 0 costs this one 1e-7 or so.
    if (same && Math.abs(mu1 - activation('softsign').moments.mu1) < 1e-5) console.log('the activation holds');
  }
  {
    const [share, psi2, tau] = [0.6, 3, 0.5];
    const { standardRisk } = asymptoticRisk(partialLinear({ share }), { psi2, eps: 0, tau });
    // Inputs that are not seen act as noise; p regressors on n rows multiply noise by n / (n - p).
    const exact = (tau ** 2 + 1 - share) / (1 - share / psi2);
    if (Math.abs(standardRisk / exact - 1) < 1e-9) console.log('the feature map holds');
  }
  process.argv.push('reproduce', '--list');
  await import('./src/cli/main.ts');
`;

let printed: string;
beforeAll(() => {
  // Not as a part of a repository that the folder may lie in: git would then pass over its files.
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(copy) };
  for (const { code } of diffs) execFileSync('git', ['apply', '-'], { cwd: copy, input: code, env });
  writeFileSync(join(copy, 'check.ts'), programme);
  printed = execFileSync(process.execPath, [...runsSources, 'check.ts'], { cwd: copy, encoding: 'utf8' });
});

/** The files that the diffs change, and those that import one of them; or all. */
function filesAtStake(): string[] {
  const files = readdirSync(join(copy, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('explorer'))
    .map((name) => join(copy, 'src', name));
  if (whole) return files;
  const changed = diffs.flatMap(({ code }) =>
    [...code.matchAll(/^\+\+\+ b\/(.+)$/gm)].map(([, name]) => join(copy, name!)),
  );
  const importsOne = (file: string): boolean =>
    [...readFileSync(file, 'utf8').matchAll(/ from '(\..+)'/g)].some(([, name]) =>
      changed.includes(join(dirname(file), name!)),
    );
  return files.filter((file) => changed.includes(file) || importsOne(file));
}

it('has three short diffs, which apply and type-check together', () => {
  expect(diffs).toHaveLength(3);
  const files = filesAtStake();
  expect(files.length).toBeGreaterThan(5);
  expect(typeErrors({ files, options: {}, folder: copy, base: './tsconfig.build.json' })).toEqual([]);
});

it('adds an activation with the right moments, to theory and layer', () => {
  expect(printed).toContain('the activation holds');
});

it('adds a feature map that is least squares on a share of the inputs', () => {
  expect(printed).toContain('the feature map holds');
});

it('adds a figure to the list', () => {
  expect(printed).toContain('the curse with tanh features and lambda = 0.01');
});
