import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type JobOptions,
  parallelLine,
  slurmArray,
  slurmMerge,
  suggestedShards,
} from '../../src/sweep/jobScripts.ts';
import { sweepCells } from '../../src/sweep/sweepSpec.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const names = [
  'plain',
  'two words',
  '-dash --out=x',
  "it's",
  'x $(touch PWNED) `touch PWNED`',
  '"; touch PWNED; "',
  '100% %A %j',
  'ünï→ 数',
  '{} {#} {= system("touch PWNED") =}',
  '#c & | < > * ? ~ ! [a]',
];

/** Says its arguments, one in brackets after the other, in a file of its own in the folder of the environment. */
const RECORDER = `#!/bin/sh
for word in "$@"; do printf '<%s>' "$word"; done > "$RECORDS/$$"
`;

/** Of GNU parallel what the line uses: {} in the command, a log whose folder must be there, a shell for each job. */
const PARALLEL = `#!/bin/bash
while [ "$1" != ::: ]; do
  case "$1" in --jobs) shift ;; --joblog) : > "$2" || exit 1; shift ;; --resume-failed) ;; *) command=$1 ;; esac
  shift
done
shift
for i in "$@"; do "$PARALLEL_SHELL" -c "\${command//\\{\\}/$i}" || exit 1; done
`;

/** A folder of this name, with a recorder in place of rrf; what the recorder was called with after a script ran. */
function place(name: string) {
  const root = temporaryFolder(onTestFinished);
  const [records, bin] = [join(root, 'records'), join(root, 'bin')];
  for (const folder of [records, bin]) mkdirSync(folder);
  const programs = { recorder: RECORDER, parallel: PARALLEL };
  for (const [file, text] of Object.entries(programs)) {
    writeFileSync(join(bin, file), text);
    chmodSync(join(bin, file), 0o755);
  }
  const job: JobOptions = {
    rrf: join(bin, 'recorder'),
    spec: join(root, `${name}.json`),
    out: join(root, name),
    shards: 2,
    runOptions: '--workers 1',
  };
  const run = (script: string, env: Record<string, string> = {}): string[] => {
    const variables = {
      ...process.env,
      PATH: `${bin}${delimiter}${process.env.PATH}`,
      RECORDS: records,
      ...env,
    };
    execFileSync('bash', ['-c', script], { cwd: root, env: variables, stdio: 'pipe' });
    const said = execFileSync('bash', ['-c', 'cat "$RECORDS"/*; echo; rm "$RECORDS"/*'], { env: variables });
    expect(existsSync(join(root, 'PWNED'))).toBe(false);
    return said
      .toString()
      .trim()
      .split('><--workers><1>')
      .filter((each) => each !== '');
  };
  const call = (shard: number): string => `<sweep><run><${job.spec}><--out><${job.out}><--shard><${shard}/2`;
  return { job, run, call };
}

const itsReal = (() => {
  try {
    return /GNU parallel/.test(execFileSync('parallel', ['--version'], { stdio: 'pipe' }).toString());
  } catch {
    return false;
  }
})();

/** An #SBATCH line's words, by the rules of Slurm: quotes group, a backslash makes the next character plain, # ends it. */
function slurmWords(line: string): string[] {
  const words: string[] = [];
  let [word, quote]: [string | null, string] = [null, ''];
  for (let i = '#SBATCH'.length; i < line.length; i++) {
    const c = line[i]!;
    if (c === '\\') word = (word ?? '') + line[++i];
    else if (quote !== '') [word, quote] = c === quote ? [word, ''] : [word + c, quote];
    else if (c === '"' || c === "'") [word, quote] = [word ?? '', c];
    else if (c === '#') break;
    else if (/\s/.test(c)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + c;
  }
  return word === null ? words : [...words, word];
}

/** A file name as Slurm fills in its patterns for job 7, task 2. */
const filledIn = (name: string): string =>
  name.replaceAll(/%(.)/g, (_, letter: string) => ({ '%': '%', A: '7', a: '2', j: '7' })[letter] ?? '?');

describe.each(names)('in a folder named %j', (name) => {
  it('the line for GNU parallel runs every shard with these paths, in a folder that is not there yet', () => {
    const { job, run, call } = place(name);
    expect(run(parallelLine(job, 1)).sort()).toEqual([call(1), call(2)]);
    expect(existsSync(join(job.out, 'parallel.log'))).toBe(true);
  });

  it.runIf(itsReal)('GNU parallel itself does so too', () => {
    const { job, run, call } = place(name);
    const path = (process.env.PATH ?? '').split(delimiter);
    const real = path.map((folder) => join(folder, 'parallel')).find((file) => existsSync(file))!;
    const line = parallelLine(job, 1).replace(' parallel --jobs', ` ${real} --jobs`);
    expect(run(line).sort()).toEqual([call(1), call(2)]);
    expect(readFileSync(join(job.out, 'parallel.log'), 'utf8').trim().split('\n')).toHaveLength(3);
  });

  it('the scripts for Slurm run with these paths, and log there', () => {
    const { job, run, call } = place(name);
    const array = slurmArray(job, []);
    expect(run(array, { SLURM_ARRAY_TASK_ID: '2' })).toEqual([call(2)]);
    const merge = slurmMerge(job, []);
    expect(run(merge)).toEqual([`<sweep><merge><--out><${job.out}>`]);
    for (const [script, log] of [
      [array, 'slurm-7-2.log'],
      [merge, 'slurm-merge-7.log'],
    ] as const) {
      const [line, ...more] = script.split('\n').filter((each) => each.includes('--output'));
      expect(more).toEqual([]);
      const [word, ...others] = slurmWords(line!);
      expect(others).toEqual([]);
      expect(filledIn(word!.replace('--output=', ''))).toBe(join(job.out, log));
    }
  });
});

describe('job scripts', () => {
  const job: JobOptions = { rrf: 'npx rrf', spec: '/x/s.json', out: '/x/out', shards: 7, runOptions: '' };

  it('pass directives on as they are, before the command', () => {
    const [head, command] = slurmArray(job, ['--time=01:00:00', '-p cpu']).split('\nexec ');
    expect(head).toContain('\n#SBATCH --array=1-7\n');
    expect(head).toContain('\n#SBATCH --time=01:00:00\n#SBATCH -p cpu');
    expect(command).toMatch(/^npx rrf sweep run .* --shard "\$SLURM_ARRAY_TASK_ID\/7"\n$/);
  });

  it.each([
    [{ out: '/x/a\ntouch PWNED' }, 'invalid out: "/x/a\\ntouch PWNED"'],
    [{ spec: '/x/a\r' }, 'invalid spec: "/x/a\\r"'],
    [{ rrf: 'rrf\u0000' }, 'invalid rrf: '],
    [{ runOptions: '--workers 2\nx' }, 'invalid run-options: '],
  ])('refuse what would end a line: %j', (change, message) => {
    for (const script of [
      () => slurmArray({ ...job, ...change }, []),
      () => slurmMerge({ ...job, ...change }, []),
      () => parallelLine({ ...job, ...change }, 2),
    ])
      expect(script).toThrow(message);
  });

  it('refuse directives that are none, and a log whose name Slurm would read in its own way', () => {
    expect(() => slurmArray(job, ['--x\ntouch PWNED'])).toThrow('invalid sbatch: "--x\\ntouch PWNED"');
    expect(() => slurmArray(job, ['touch PWNED'])).toThrow('invalid sbatch: "touch PWNED"');
    expect(() => slurmMerge({ ...job, out: '/x/a\\b' }, [])).toThrow('invalid out: "/x/a\\\\b"');
  });

  it('suggest shards of some minutes, never more than cells or than Slurm allows', () => {
    const [cell] = sweepCells({ cells: { d: 20, psi1: 2, psi2: 3, eps: 0.3 } });
    expect(suggestedShards([cell!])).toBe(1);
    const many = Array.from({ length: 5000 }, () => ({ ...cell!, d: 800 }));
    expect(suggestedShards(many, 100)).toBe(100);
  });
});
