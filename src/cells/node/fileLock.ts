import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../errors.ts';
import { naming } from '../../wholeFile.ts';

/** A file that this process alone writes, until it ends or releases it. */
export interface FileLock {
  /** @throws UserError when another process has taken the file meanwhile, since this one gave no sign of life */
  check(): void;
  release(): void;
}

export interface LockOptions {
  /** Called when it takes a while to tell whether a process of another machine is still running. */
  readonly onWait?: (line: string) => void;
  /** Milliseconds between two signs of life. Default 2000. */
  readonly beat?: number;
  /** Milliseconds without one after which a process that cannot be looked up counts as ended. Default 15000. */
  readonly patience?: number;
}

/** Who holds a lock: the content of its file. */
interface Holder {
  /** Machine, its boot and its space of process numbers. */
  readonly machine: string;
  readonly host: string;
  readonly pid: number;
  /** When the process started, in ticks since the boot, so that its number cannot be mistaken; null where unknown. */
  readonly started: string | null;
  /** Tells two locks of one process apart. */
  readonly token: string;
}

/**
 * Locks a file for writing by another beside it, `<path>.lock`. A crash cannot leave it locked: a holder of this machine
 * is looked up by number and start time; one of another machine, which shares the folder, must give signs of life (the
 * time of the lock file, looked at with this machine's clock alone). Two that take over such a lock in the same instant may
 * both take it for theirs, so `check` comes before each write.
 * @throws UserError when another process is writing the file
 */
export async function lockFile(path: string, options: LockOptions = {}): Promise<FileLock> {
  const { beat = 2000, patience = 15_000 } = options;
  const lock = `${path}.lock`;
  const own = JSON.stringify(thisProcess());
  while (!create(lock, own)) {
    const found = contentOf(lock);
    if (found === null) continue;
    if (await lives(lock, found, { ...options, patience, beat }))
      throw new UserError(`${JSON.stringify(path)} is being written by another run${named(found)}`);
    takeAway(lock, found);
  }
  const timer = setInterval(() => touch(lock, own), beat).unref();
  const release = (): void => {
    clearInterval(timer);
    process.off('exit', release);
    if (contentOf(lock) === own) rmSync(lock, { force: true });
  };
  process.once('exit', release);
  return {
    check() {
      if (contentOf(lock) !== own && !create(lock, own))
        throw new UserError(
          `another run has taken over ${JSON.stringify(path)}, which this one leaves to it`,
        );
    },
    release,
  };
}

/** What `work` returns, or `otherwise` where the file system answers with the error of that code. */
function unless<T>(code: string, otherwise: T, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === code) return otherwise;
    throw error;
  }
}

/** False when the file is there already. */
const create = (lock: string, content: string): boolean =>
  naming('write', lock, () =>
    unless('EEXIST', false, () => {
      writeFileSync(lock, content, { flag: 'wx' });
      return true;
    }),
  );

/** Null when there is none. */
const contentOf = (lock: string): string | null =>
  naming('read', lock, () => unless('ENOENT', null, () => readFileSync(lock, 'utf8')));

/** A sign of life. A lock that is gone, or no longer this one, is for `check` to find. */
function touch(lock: string, own: string): void {
  try {
    if (contentOf(lock) === own) utimesSync(lock, new Date(), new Date());
  } catch {}
}

async function lives(
  lock: string,
  content: string,
  options: LockOptions & { beat: number; patience: number },
): Promise<boolean> {
  const { beat, patience, onWait } = options;
  const holder = holderOf(content);
  if (holder?.machine === machine()) {
    const started = startOf(holder.pid);
    if (started === undefined) return false;
    if (started !== null && holder.started !== null) return started === holder.started;
  }
  onWait?.(
    `waiting ${Math.ceil(patience / 1000)} s to see whether another run${named(content)} is still running`,
  );
  const before = timeOf(lock);
  for (let waited = 0; waited < patience; waited += beat) {
    await sleep(beat);
    const now = timeOf(lock);
    if (now === null) return false;
    if (now !== before) return true;
  }
  return false;
}

/** When its holder last gave a sign of life; null without one. Opened for it: a network's file system then asks its server. */
const timeOf = (lock: string): number | null =>
  unless('ENOENT', null, () => {
    const file = openSync(lock, 'r');
    try {
      return fstatSync(file).mtimeMs;
    } finally {
      closeSync(file);
    }
  });

/** Removes the lock of a process that has ended; puts it back where another process has replaced it meanwhile. */
const takeAway = (lock: string, dead: string): void =>
  naming('write', lock, () =>
    unless('ENOENT', undefined, () => {
      const aside = `${lock}.${process.pid}.dead`;
      renameSync(lock, aside);
      if (readFileSync(aside, 'utf8') === dead) rmSync(aside);
      else renameSync(aside, lock);
    }),
  );

function holderOf(content: string): Holder | null {
  try {
    const holder = JSON.parse(content) as Holder;
    return Number.isSafeInteger(holder.pid) && holder.pid > 0 ? holder : null;
  } catch {
    return null; // just being written
  }
}

const named = (content: string): string => {
  const holder = holderOf(content);
  return holder ? ` (process ${holder.pid} on ${holder.host})` : '';
};

const thisProcess = (): Holder => ({
  machine: machine(),
  host: hostname(),
  pid: process.pid,
  started: startOf(process.pid) ?? null,
  token: randomUUID(),
});

/** Two processes of one machine can look each other up by number. Containers of one name on one machine cannot. */
function machine(): string {
  const linux = (read: () => string): string => {
    try {
      return read().trim();
    } catch {
      return '';
    }
  };
  const boot = linux(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
  return [hostname(), boot, linux(() => readlinkSync('/proc/self/ns/pid'))].join(' ');
}

/** When a process started; undefined where there is none of this number, null where that is all that can be told. */
function startOf(pid: number): string | null | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined;
  }
  try {
    // After the name in brackets, which may hold anything, the state comes first and the start 19 fields behind it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]!;
  } catch {
    return null;
  }
}
