import fs from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../errors.ts';
import { checkDownload, sha256 } from './checksum.ts';
import { runCommand } from './command.ts';
import { type Recipe, WHEEL_PYTHON } from './recipe.ts';

/** Fetches the wheel with the user's pip, under the user's pip configuration, and checks it; keeps a right one. */
export async function downloadWheel(
  python: string,
  wheel: Recipe['wheel'],
  folder: string,
  showOutput: boolean,
): Promise<void> {
  const kept = await findWheel(folder);
  if (kept !== undefined && (await sha256(kept)) === wheel.sha256) return;
  await fs.rm(folder, { recursive: true, force: true });
  await fs.mkdir(folder, { recursive: true });
  await runCommand(
    `downloading ${wheel.name} ${wheel.version} with pip`,
    [
      python,
      ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check'],
      ...['--implementation', 'cp', '--python-version', WHEEL_PYTHON.version, '--abi', WHEEL_PYTHON.abi],
      ...['--platform', wheel.platform, '--dest', folder, `${wheel.name}==${wheel.version}`],
    ],
    { showOutput },
  );
  const file = await findWheel(folder);
  if (file === undefined) throw new UserError(`pip left no wheel of ${wheel.name} in ${folder}`);
  await checkDownload(file, wheel.sha256);
}

async function findWheel(folder: string): Promise<string | undefined> {
  const names = await fs.readdir(folder).catch(() => []);
  const name = names.find((entry) => entry.endsWith('.whl'));
  return name === undefined ? undefined : path.join(folder, name);
}

/**
 * Unpacks `members` (name in the wheel -> path below `into`) and compares each with the checksum in the wheel's own
 * RECORD. Python's zipfile does it: pip has already asked for Python, and no other tool is needed.
 */
export async function unpackWheel(
  python: string,
  folder: string,
  members: Record<string, string>,
  into: string,
  progress: (fraction: number) => void,
): Promise<void> {
  const wheel = await findWheel(folder);
  if (wheel === undefined) throw new UserError(`no wheel in ${folder}; run the command again`);
  await fs.rm(into, { recursive: true, force: true });
  await runCommand(
    `unpacking ${path.basename(wheel)}`,
    [python, '-c', UNPACK, wheel, into, JSON.stringify(members)],
    { onLine: (line) => progress(Number(line)) },
  );
}

const UNPACK = `
import base64, csv, hashlib, io, json, os, sys, zipfile
wheel, into, members = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
with zipfile.ZipFile(wheel) as archive:
    record_name = next(n for n in archive.namelist() if n.endswith('.dist-info/RECORD'))
    record = {row[0]: row[1] for row in csv.reader(io.StringIO(archive.read(record_name).decode()))}
    total = sum(archive.getinfo(name).file_size for name in members)
    done = told = 0
    for name, target in members.items():
        path = os.path.join(into, target)
        part = path + '.' + str(os.getpid())
        os.makedirs(os.path.dirname(path), exist_ok=True)
        digest = hashlib.sha256()
        with archive.open(name) as source, open(part, 'wb') as out:
            while chunk := source.read(1 << 22):
                out.write(chunk)
                digest.update(chunk)
                done += len(chunk)
                if done / total - told > 0.01:
                    told = done / total
                    print(told, flush=True)
            out.flush()
            os.fsync(out.fileno())
        found = 'sha256=' + base64.urlsafe_b64encode(digest.digest()).rstrip(b'=').decode()
        if found != record[name]:
            sys.exit('error: checksum of ' + name + ' differs from the one recorded in the wheel')
        os.replace(part, path)
`;

/** The CUDA libraries the wheel asks for, as pip requirements, from its own metadata. */
export async function cudaRequirements(python: string, folder: string): Promise<string[]> {
  const wheel = await findWheel(folder);
  if (wheel === undefined) throw new UserError(`no wheel in ${folder}; run the command again`);
  const requirements: string[] = [];
  await runCommand(`reading ${path.basename(wheel)}`, [python, '-c', METADATA, wheel], {
    onLine: (line) => {
      const found = /^Requires-Dist: (nvidia-[^;]+?) *;.*and-cuda/.exec(line);
      if (found?.[1]) requirements.push(found[1]);
    },
  });
  return requirements;
}

const METADATA = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    name = next(n for n in archive.namelist() if n.endswith('.dist-info/METADATA'))
    print(archive.read(name).decode())
`;
