import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { keyOf, type Mutant } from './changes.ts';
import { workplace } from './workplace.ts';

/** One test of the unbroken sources: what it takes, and the mutants whose code it evaluates. */
export interface TestReach {
  readonly file: string;
  readonly name: string;
  readonly seconds: number;
  readonly keys: ReadonlySet<string>;
}

/** `text` with a mark at every mutant: `a + b` becomes `(globalThis.reached && (globalThis.reached[7] = 1), a + b)`. */
function marked(text: string, mutants: readonly (readonly [mark: number, mutant: Mutant])[]): string {
  const before = mutants.map(([mark, { within }]) => ({
    at: within[0],
    put: `(globalThis.reached && (globalThis.reached[${mark}] = 1), `,
  }));
  const after = mutants.map(([, { within }]) => ({ at: within[1], put: ')' }));
  // At one place the brackets that close come before those that open.
  const changes = [...after, ...before].sort((a, b) => a.at - b.at);
  let out = '';
  let from = 0;
  for (const { at, put } of changes) {
    out += text.slice(from, at) + put;
    from = at;
  }
  return out + text.slice(from);
}

/** The files that `file` imports, itself included, however far; paths below `root`. */
function imported(root: string, file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file) || !existsSync(path.join(root, file))) return seen;
  seen.add(file);
  for (const { fileName } of ts.preProcessFile(readFileSync(path.join(root, file), 'utf8')).importedFiles)
    if (fileName.startsWith('.')) imported(root, path.posix.join(path.posix.dirname(file), fileName), seen);
  return seen;
}

const testFilesOf = (root: string): string[] =>
  readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => path.posix.join('test', name.split(path.sep).join('/')));

/** What is known of one test file: the tests name what they reach by its place in `keys`. */
interface FileReach {
  readonly hash: string;
  readonly keys: readonly string[];
  readonly tests: readonly { readonly name: string; readonly seconds: number; readonly reached: number[] }[];
}

/**
 * What every test of `rooms` (of all rooms, if null) reaches of `mutants`. A test file is run again only when it, a file
 * that it imports or the mutants have changed since `cache` was written. Null when `late` says so before all is recorded.
 */
export async function reachOf(
  root: string,
  mutants: readonly Mutant[],
  rooms: readonly string[] | null,
  cache: string,
  late: () => boolean,
): Promise<TestReach[] | null> {
  const broken = new Map<string, [mark: number, mutant: Mutant][]>();
  for (const [mark, mutant] of mutants.entries())
    broken.set(mutant.file, [...(broken.get(mutant.file) ?? []), [mark, mutant]]);
  const graphs = new Map(testFilesOf(root).map((file) => [file, imported(root, file)]));
  const wanted = [...graphs].filter(
    ([file, graph]) =>
      (rooms === null || rooms.includes(file.split('/')[1]!)) && [...graph].some((each) => broken.has(each)),
  );
  const hashOf = (graph: Set<string>): string => {
    const hash = createHash('sha256');
    for (const file of graph)
      hash.update(readFileSync(path.join(root, file))).update(String(broken.get(file)?.length));
    return hash.digest('hex');
  };
  const known: Record<string, FileReach> = existsSync(cache) ? JSON.parse(readFileSync(cache, 'utf8')) : {};
  const stale = wanted.filter(([file, graph]) => known[file]?.hash !== hashOf(graph));
  if (stale.length) {
    console.log(`recording what ${stale.length} test files reach`);
    const place = workplace(root);
    const records = path.join(place.folder, 'mutants-reach');
    mkdirSync(records);
    for (const [file, here] of broken) {
      const at = path.join(place.folder, file);
      writeFileSync(at, marked(readFileSync(at, 'utf8'), here));
    }
    for (const [file, graph] of stale) {
      if (late()) {
        place.remove();
        return null;
      }
      const run = await place.test([file], {
        bail: false,
        limit: 1800,
        testLimit: 600,
        reach: { folder: records, marks: mutants.length },
      });
      const [record] = readdirSync(records);
      if (!record) {
        console.log(`left out, as it does not run: ${file}: ${run.files[0]?.message ?? ''}`);
        continue;
      }
      const at = path.join(records, record);
      const { shared, tests } = JSON.parse(readFileSync(at, 'utf8')) as {
        shared: number[];
        tests: Record<string, number[]>;
      };
      rmSync(at);
      const results = run.files.flatMap(({ assertionResults }) => assertionResults);
      for (const { fullName, status } of results)
        if (status === 'failed') console.log(`left out, as it fails without mutants: ${file}: ${fullName}`);
      const marks = [...new Set([...shared, ...Object.values(tests).flat()])];
      const placeOf = new Map(marks.map((mark, at) => [mark, at]));
      known[file] = {
        hash: hashOf(graph),
        keys: marks.map((mark) => keyOf(mutants[mark]!)),
        tests: results
          .filter(({ status }) => status === 'passed')
          .map(({ fullName, duration }) => ({
            name: fullName.trim(),
            seconds: (duration ?? 0) / 1000,
            reached: [...new Set([...shared, ...(tests[fullName.trim()] ?? [])])].map(
              (mark) => placeOf.get(mark)!,
            ),
          })),
      };
      writeFileSync(cache, JSON.stringify(known));
    }
    place.remove();
  }
  return wanted.flatMap(([file]) => {
    const { keys, tests } = known[file] ?? { keys: [], tests: [] };
    return tests.map(({ name, seconds, reached }) => ({
      file,
      name,
      seconds,
      keys: new Set(reached.map((at) => keys[at]!)),
    }));
  });
}
