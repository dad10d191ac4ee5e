import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isFresh } from '../support/built.mjs';
import { packagedExplorer } from '../support/packagedExplorer.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** A file of an installed package. */
export const fileOf = (name: string, path: string): string =>
  join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), path);

/** The package as `npm publish` would send it, built from the sources as they are now. */
export interface Packed {
  readonly tarball: string;
  /** Bytes of the tarball. */
  readonly size: number;
  /** Paths within the package. */
  readonly files: readonly string[];
  /** Where the tarball is unpacked, with the dependencies of this checkout beside it. */
  readonly folder: string;
  dispose(): void;
}

/** Builds in a folder of its own, away from the `dist` that somebody may be using, and packs and unpacks that. */
export function pack(): Packed {
  const home = mkdtempSync(join(tmpdir(), 'rrf-pack-'));
  const built = join(home, 'built');
  mkdirSync(built);
  if (isFresh('dist/index.js')) cpSync(join(root, 'dist'), join(built, 'dist'), { recursive: true });
  else {
    // Types are checked elsewhere; without that a build takes seconds.
    const tsc = [fileOf('typescript', 'bin/tsc'), '-p', 'tsconfig.build.json', '--noCheck'];
    execFileSync(process.execPath, [...tsc, '--outDir', join(built, 'dist')], { cwd: root });
  }
  packagedExplorer();
  // A pattern such as docs/*.md stands for files of a folder, from which npm chooses again.
  const parts = packageJson.files.map((path: string) => path.replace(/\/?\*.*/, ''));
  for (const part of new Set<string>(['package.json', ...parts.filter((path: string) => path !== 'dist')]))
    cpSync(join(root, part), join(built, part), { recursive: true });
  const args = ['pack', '--ignore-scripts', '--json', '--silent', '--offline', '--pack-destination', home];
  const [{ filename, size, files: inside }] = JSON.parse(
    execFileSync('npm', args, { cwd: built, encoding: 'utf8' }),
  );
  const tarball = join(home, filename);
  execFileSync('tar', ['xzf', tarball, '-C', home]);
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'), 'dir');
  return {
    tarball,
    size,
    files: inside.map(({ path }: { path: string }) => path),
    folder: join(home, 'package'),
    dispose: () => rmSync(home, { recursive: true }),
  };
}
