import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import ts from 'typescript';
import { build, type Rollup } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withAbsoluteAddresses, withRelativeAddresses } from '../../scripts/registryReadme.ts';
import { blocks } from '../docs/blocks.ts';
import { whole } from '../support/sizes.ts';
import { runsSources } from '../support/sources.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { typeErrors } from '../support/typeErrors.ts';
import { fileOf, type Packed, pack, packageJson, root } from './packed.ts';

let packed: Packed;
beforeAll(() => {
  packed = pack();
});
afterAll(() => packed.dispose());

const node = (...args: string[]) => promisify(execFile)(process.execPath, args, { cwd: packed.folder });

/** The source of a compiled file. */
const sourceOf = (path: string): string => path.replace(/^dist/, 'src').replace(/(\.d\.ts|\.js)$/, '.ts');

describe('the package', () => {
  it('holds what the sources compile to, the explorer, the data, documents with their pictures, README and licence, and nothing else', () => {
    const explorer = packed.files.filter((path) => path.startsWith('dist-explorer/'));
    expect(explorer).toEqual(
      expect.arrayContaining(['dist-explorer/explorer.html', 'dist-explorer/index.html']),
    );
    const beside = packed.files.filter((path) => !/^dist(-explorer)?\//.test(path)).sort();
    const data = readdirSync(join(root, 'data')).map((name) => `data/${name}`);
    const docs = ['docs', 'docs/images'].flatMap((folder) =>
      readdirSync(join(root, folder))
        .filter((name) => /\.(md|png)$/.test(name))
        .map((name) => `${folder}/${name}`),
    );
    expect(beside).toEqual(['LICENSE', 'README.md', ...data, ...docs, 'package.json'].sort());
    const compiled = packed.files.filter((path) => path.startsWith('dist/'));
    expect(compiled.filter((path) => !existsSync(join(root, sourceOf(path))))).toEqual([]);
    expect(compiled.filter((path) => path.startsWith('dist/explorer/'))).toEqual([]);
  });

  it('is under 6 MB, most of it the pictures of the README and the explorer with its engine', () => {
    expect(packed.size).toBeLessThan(6e6);
  });

  it('has every file that one of its files imports, and every package among its dependencies', () => {
    const { dependencies, optionalDependencies, peerDependencies } = packageJson;
    const known = new Set(Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }));
    const there = new Set(packed.files);
    const found = (file: string, name: string): boolean => {
      if (name.startsWith('.')) return there.has(join(dirname(file), name));
      if (name.startsWith('node:')) return builtinModules.includes(name.slice('node:'.length));
      return known.has(name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
    };
    const missing = packed.files
      .filter((file) => file.endsWith('.js'))
      .flatMap((file) => {
        const { importedFiles } = ts.preProcessFile(
          readFileSync(join(packed.folder, file), 'utf8'),
          true,
          true,
        );
        return importedFiles
          .filter(({ fileName }) => !found(file, fileName))
          .map(({ fileName }) => [file, fileName]);
      });
    expect(missing).toEqual([]);
  });

  it('answers on the command line, and finds its version and its data', async () => {
    const question = ['theory', '--psi1', '2', '--psi2', '3', '--eps', '0.5', '--tau', '0.5', '--json'];
    const { stdout } = await node('dist/cli/main.js', ...question);
    expect(JSON.parse(stdout).standardRisk).toBeCloseTo(0.738042, 6);
    const rows = `
      import * as sets from "./dist/data/shippedSets.js";
      console.log(sets.diabetes().n, sets.digitsBelowFive().n);
      process.argv = ["node", "rrf", "--version"];
      await import("./dist/cli/main.js");
    `;
    const printed = (await node('--input-type=module', '-e', rows)).stdout.trim().split('\n');
    expect(printed.slice(-2)).toEqual(['442 1797', packageJson.version]);
  });

  it('satisfies publint', async () => {
    const tarball = new Uint8Array(readFileSync(packed.tarball)).buffer;
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  // Six seconds for what the types of attacks of one's own, below, ask of one of the two resolutions.
  if (whole)
    it('has types that resolve as its code does, for ES modules', async () => {
      const attw = [
        fileOf('@arethetypeswrong/cli', 'dist/index.js'),
        packed.tarball,
        '--profile',
        'esm-only',
      ];
      const { stdout } = await node(...attw, '--no-color', '--no-emoji', '--format', 'table-flipped');
      // A problem would have been an exit code; these are the two resolutions that the profile looks at.
      for (const name of ['robust-random-features', 'robust-random-features/theory'])
        expect(stdout).toMatch(new RegExp(`"${name}" +│ OK \\(ESM\\) +│ OK `));
    });
});

describe('the README of the package', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const addressesIn = (text: string): string[] =>
    [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, address]) => address!);
  const picturesIn = (text: string): string[] =>
    [...text.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(([, at]) => at!);

  it('has every picture in the repository and in the tarball', () => {
    const there = new Set(packed.files);
    const pictures = picturesIn(readme);
    expect(pictures.length).toBeGreaterThan(15);
    for (const picture of pictures) {
      expect(existsSync(`${root}/${picture}`), picture).toBe(true);
      expect(there.has(picture), picture).toBe(true);
    }
  });

  it('is shown its pictures and documents by absolute addresses of the packed files', () => {
    const there = new Set(packed.files);
    const registry = withAbsoluteAddresses(readme, packageJson);
    const base = `https://cdn.jsdelivr.net/npm/${packageJson.name}@${packageJson.version}/`;
    for (const picture of picturesIn(registry)) expect(picture.startsWith(base), picture).toBe(true);
    const own = addressesIn(registry).filter((address) => address.startsWith(base));
    expect(own.length).toBeGreaterThan(20);
    for (const address of own) expect(there.has(address.slice(base.length)), address).toBe(true);
    expect(withRelativeAddresses(registry, packageJson)).toBe(readme);
  });

  it('has addresses that lead somewhere in the repository', () => {
    const local = addressesIn(readme).filter((address) => !/^(https?:|#)/.test(address));
    for (const address of local) expect(existsSync(`${root}/${address}`), address).toBe(true);
  });
});

describe('robust-random-features/theory', () => {
  it('bundles for a browser to under 120 kB minified, without Node or TensorFlow', async () => {
    const input = join(packed.folder, 'dist/theory/index.js');
    const { output } = (await build({
      root: packed.folder,
      configFile: false,
      logLevel: 'silent',
      build: {
        write: false,
        minify: true,
        target: 'es2022',
        rollupOptions: { input, preserveEntrySignatures: 'strict' },
      },
    })) as Rollup.RollupOutput;
    expect(output).toHaveLength(1);
    const [{ code, imports, dynamicImports, moduleIds, exports }] = output;
    expect(exports).toContain('asymptoticRisk');
    expect(Buffer.byteLength(code)).toBeLessThan(120_000);
    expect([...imports, ...dynamicImports]).toEqual([]);
    const rooms = /\/dist\/(theory\/|numerics\/|errors\.js$|checkOptions\.js$)/;
    expect(moduleIds.filter((id) => !rooms.test(id))).toEqual([]);
  });
});

const THEORY = `
  import { asymptoticRisk, linear } from 'robust-random-features/theory';
  export const risk: number = asymptoticRisk(linear(), { psi2: 2, eps: 0.3 }).standardRisk;
`;

describe("attacks of one's own", () => {
  /** A project that has installed the package, with the block of code of docs/extending.md as its only source. */
  const project = temporaryFolder(afterAll);
  beforeAll(() => {
    mkdirSync(join(project, 'node_modules'));
    symlinkSync(packed.folder, join(project, 'node_modules/robust-random-features'), 'dir');
    const { code } = blocks.find(
      ({ document, language }) => document === 'docs/extending.md' && language === 'ts',
    )!;
    writeFileSync(join(project, 'own.ts'), code);
    writeFileSync(join(project, 'theory.ts'), THEORY);
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  });

  it('have types', () => {
    const options = {
      ...{ strict: true, target: 'es2022', module: 'nodenext', skipLibCheck: true },
      ...{ typeRoots: [join(root, 'node_modules/@types')], types: ['node'] },
    };
    const files = ['own.ts', 'theory.ts'].map((name) => join(project, name));
    expect(typeErrors({ files, options, folder: project })).toEqual([]);
  });

  it('train, measure risks and take part in the sanity checks', () => {
    const printed = execFileSync(process.execPath, [...runsSources, 'own.ts'], {
      cwd: project,
      encoding: 'utf8',
    });
    const [, decaying, one] = /decaying (\S+) FGM (\S+)/.exec(printed)!.map(Number);
    const [, search, clean] = /random search (\S+) nothing (\S+)/.exec(printed)!.map(Number);
    expect(decaying!).toBeGreaterThanOrEqual(one! * (1 - 1e-5));
    expect(search!).toBeGreaterThan(clean!);
    expect(one!).toBeGreaterThan(search!);
    // Six attacks that the checks know, and these two.
    expect(printed).toContain('true the largest perturbation of 8 attacks');
  });
});
