/**
 * Runs every benchmark and writes docs/benchmarks.md from what they print: the machine, the date, versions and ratios.
 *
 *     npx tsx scripts/benchmarks.ts [--python PATH] [--only NAME,...] [--out docs/benchmarks.md]
 *
 * PATH is a Python with torch, scipy, cvxpy and clarabel, foolbox and art; without one the parts that need it say so. Ten minutes on two
 * cores. `--only` runs some of them anew, and keeps what the file says of the others.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeWholeFile } from '../src/wholeFile.ts';
import { checkPython } from './peers/checkPython.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A benchmark: the arguments of Node, without a Python's path where it needs one. */
interface Benchmark {
  readonly title: string;
  /** One sentence on what is measured. */
  readonly about: string;
  readonly run: readonly string[];
  readonly python?: 'needed' | 'useful';
}

const benchmarks: Readonly<Record<string, Benchmark>> = {
  doctor: {
    title: 'Engines of this machine',
    about: 'What `rrf doctor` says; the rates of the products that times elsewhere are to be read against.',
    run: ['src/cli/main.ts', 'doctor'],
  },
  wasm: {
    title: 'WebAssembly of this machine',
    about: 'The same with `--device wasm`.',
    run: ['src/cli/main.ts', 'doctor', '--device', 'wasm'],
  },
  theory: {
    title: 'Closed form',
    about:
      'A curve of 1,000 points, a surface of 200 x 200, and a point against scipy on the saddle point of Theorem 4.2.',
    run: ['scripts/theory/benchmark.ts'],
  },
  attack: {
    title: 'PGD step against PyTorch, native',
    about: 'PGD-10 and a step of the read-out, in turn with PyTorch on as many threads.',
    run: ['scripts/benchmarkAttack.ts', '--rounds', '9'],
    python: 'needed',
  },
  attackWasm: {
    title: 'PGD step against PyTorch, WebAssembly',
    about: 'The same on WebAssembly.',
    run: ['scripts/benchmarkAttack.ts', '--rounds', '5', '--device', 'wasm'],
    python: 'needed',
  },
  peers: {
    title: 'Small attacks against Foolbox and ART',
    about:
      'Losses found and times, in turn with the peers; CPU times for equal work, two sides counting twice.',
    run: ['scripts/peers/compareAttacks.ts'],
    python: 'needed',
  },
  exact: {
    title: 'Exact solver',
    about: 'Against cvxpy with Clarabel at equal accuracy, and against training by gradient.',
    run: ['scripts/benchmarkExact.ts'],
    python: 'useful',
  },
  classifiers: {
    title: 'Exact classifiers',
    about: 'Logistic loss and hinges against cvxpy with Clarabel: objectives, gaps and times.',
    run: ['scripts/peers/compareMargins.ts'],
    python: 'needed',
  },
  cells: {
    title: 'Times of cells',
    about: 'One cell of every kind: what `cellSeconds` predicts, and what it takes.',
    run: ['scripts/cellSeconds.ts'],
  },
  sweep: {
    title: 'Workers of a sweep',
    about: 'The same cells with one worker and with one a core.',
    run: ['scripts/benchmarkSweep.ts'],
  },
  prediction: {
    title: 'Prediction on data',
    about: 'Measuring features of 5,000 images, and 1,000 predictions from them.',
    run: ['scripts/benchmarkPrediction.ts'],
  },
};

const { values } = parseArgs({
  options: {
    python: { type: 'string' },
    only: { type: 'string' },
    out: { type: 'string', default: 'docs/benchmarks.md' },
  },
});
if (values.python) checkPython(values.python, []);
const only = values.only?.split(',') ?? Object.keys(benchmarks);
for (const name of only)
  if (!Object.hasOwn(benchmarks, name)) {
    process.stderr.write(`unknown benchmark: ${name} (one of ${Object.keys(benchmarks).join(', ')})\n`);
    process.exit(2);
  }

const load = (): string => os.loadavg()[0]!.toFixed(1);
const today = (): string =>
  new Date().toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });

/** What stands in the file under a title, if anything. */
function before(title: string): string | undefined {
  if (!existsSync(values.out)) return undefined;
  const section = readFileSync(values.out, 'utf8')
    .split(/^(?=## )/m)
    .find((part) => part.startsWith(`## ${title}\n`));
  return section?.trimEnd();
}

function section(name: string, { title, about, run, python }: Benchmark): string {
  if (!only.includes(name)) return before(title) ?? `## ${title}\n\n${about} Not measured yet.`;
  const command = [...run, ...(python && values.python ? ['--python', 'PYTHON'] : [])];
  const shown = `npx tsx ${command.join(' ')}`;
  if (python === 'needed' && !values.python)
    return before(title) ?? `## ${title}\n\n${about} Not measured: it needs a Python with its peer.`;
  process.stderr.write(`${title}: ${shown}\n`);
  const [began, started] = [load(), performance.now()];
  const typed = command.map((word) => (word === 'PYTHON' ? values.python! : word));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', ...typed], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  if (status !== 0) {
    process.stderr.write(
      `${title} failed with ${status}: ${stderr.trim().split('\n').slice(-3).join(' ')}\n`,
    );
    process.exitCode = 1;
    return before(title) ?? `## ${title}\n\n${about} Not measured: the script failed.`;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const when = `${today()}; ${seconds} s; load ${began} before and ${load()} after.`;
  return `## ${title}\n\n${about} \`${shown}\`, ${when}\n\n\`\`\`text\n${stdout.trim()}\n\`\`\``;
}

const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { version: string };
const [cpu] = os.cpus();
const head = `# Benchmarks

Written by \`npx tsx scripts/benchmarks.ts\`; nothing here is typed by hand. Times are those of one machine, which may have
been busy: trust the ratios, each from one run in which both sides took turns.

robust-random-features ${version}; ${os.availableParallelism()} cores (${cpu!.model.trim()}), ${(os.totalmem() / 2 ** 30).toFixed(0)} GB, ${os.type()} ${os.arch()}, Node ${process.versions.node}.`;
const parts = [head, ...Object.entries(benchmarks).map(([name, benchmark]) => section(name, benchmark))];
writeWholeFile(values.out, `${parts.join('\n\n')}\n`);
process.stderr.write(`written: ${values.out}\n`);
