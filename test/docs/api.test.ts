import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, Logger, LogLevel, ReflectionKind, type TypeDocOptions, TypeDocReader } from 'typedoc';
import { expect, it, onTestFinished } from 'vitest';
import { isFresh } from '../support/built.mjs';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const typedocJson = join(root, 'typedoc.json');

class Complaints extends Logger {
  readonly lines: string[] = [];

  override log(message: string, level: LogLevel): void {
    if (level >= LogLevel.Warn) this.lines.push(message);
  }
}

/** What typedoc has against the public names, under the options of `npm run docs`; nothing is written. */
async function complaints(changes: Partial<TypeDocOptions> = {}): Promise<string[]> {
  // Types are checked by tsc, not here.
  const options = { options: typedocJson, skipErrorChecking: true, ...changes };
  const app = await Application.bootstrap(options, [new TypeDocReader()]);
  const heard = new Complaints();
  app.logger = heard;
  const project = await app.convert();
  if (!project) throw new Error(`typedoc could not read the entry points: ${heard.lines.join('\n')}`);
  app.validate(project);
  // What is taken apart in a signature has no name there; a @param line gives it one.
  const nameless = project
    .getReflectionsByKind(ReflectionKind.Parameter)
    .filter(({ name }) => name.startsWith('__'))
    .map(({ parent }) => `${parent?.getFriendlyFullName()} has a parameter without a name`);
  return [...heard.lines, ...nameless];
}

/** The declarations that were built: comments and types of the sources, read in half the time. */
function declarations(): Partial<TypeDocOptions> {
  const files = ['index.d.ts', 'theory/index.d.ts'].map((name) => join(root, 'dist', name));
  const folder = temporaryFolder(onTestFinished);
  const tsconfig = join(folder, 'tsconfig.json');
  const compilerOptions = { typeRoots: [join(root, 'node_modules/@types')] };
  writeFileSync(
    tsconfig,
    JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, files, include: [] }),
  );
  return { entryPoints: files, tsconfig };
}

it('describes every public name, and exports every type that one of them speaks of', async () => {
  expect(await complaints(isFresh('dist/index.js') ? declarations() : {})).toEqual([]);
});

it('would notice a name without a word, and a type that is not exported', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rrf-docs-'));
  const put = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  put('package.json', '{ "name": "example" }');
  const tsconfig = put('tsconfig.json', '{ "compilerOptions": { "types": [] }, "files": ["entry.ts"] }');
  const entry = put('entry.ts', UNDESCRIBED);
  const found = (await complaints({ entryPoints: [entry], tsconfig })).map((line) => line.split(',')[0]);
  rmSync(folder, { recursive: true });
  expect(found).toEqual([
    'Hidden',
    'silent (CallSignature)',
    'Silent (Interface)',
    'Silent.untold (Property)',
    'nameless has a parameter without a name',
  ]);
});

const UNDESCRIBED = `/** @module example */
interface Hidden {
  /** Described. */
  readonly at: number;
}
export const silent = (hidden: Hidden): number => hidden.at;
/** Described. */
export const nameless = ({ at }: { at: number }): number => at;
export interface Silent {
  /** Described. */
  readonly told: number;
  readonly untold: number;
}
`;
