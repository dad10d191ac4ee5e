import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../errors.ts';

/** The programs provisioning needs, as found on this machine. */
export interface Tools {
  python: string;
  compiler: string;
  make: string;
  /** Command and leading arguments that run npm. */
  npm: [string, ...string[]];
}

/** @throws UserError with one line for each missing tool, saying how to install it */
export async function findTools(env: NodeJS.ProcessEnv = process.env): Promise<Tools> {
  const python = which(env.PYTHON || 'python3', env) ?? which('python', env);
  const compiler = env.CXX ? which(env.CXX, env) : (which('g++', env) ?? which('clang++', env));
  const make = which(env.MAKE || 'make', env);
  const npm = findNpm(env);

  const missing: string[] = [];
  if (python === undefined) missing.push(how('python3', 'python3 python3-pip', 'python3 python3-pip'));
  else if (!(await hasPip(python, env))) missing.push(how(`pip for ${python}`, 'python3-pip', 'python3-pip'));
  if (compiler === undefined) missing.push(how('C++ compiler', 'g++', 'gcc-c++'));
  if (make === undefined) missing.push(how('make', 'make', 'make'));
  if (npm === undefined) missing.push('missing npm: install it with Node.js from https://nodejs.org');
  if (python === undefined || compiler === undefined || !make || !npm || missing.length > 0) {
    throw new UserError(`the native engine cannot be built\n${missing.join('\n')}`);
  }
  return { python, compiler, make, npm };
}

const how = (tool: string, debian: string, fedora: string) =>
  `missing ${tool}: install it with "apt-get install ${debian}" (Debian, Ubuntu) or "dnf install ${fedora}" (Fedora, RHEL)`;

/** Full path of a program on the PATH. */
function which(program: string, env: NodeJS.ProcessEnv): string | undefined {
  if (program.includes('/')) return existsSync(program) ? program : undefined;
  return (env.PATH ?? '')
    .split(path.delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => path.join(folder, program))
    .find((file) => existsSync(file));
}

async function hasPip(python: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  return promisify(execFile)(python, ['-c', 'import pip'], { env }).then(
    () => true,
    () => false,
  );
}

/** npm run by this very Node where it is a script, so that a mix of Node versions on the PATH does no harm. */
function findNpm(env: NodeJS.ProcessEnv): Tools['npm'] | undefined {
  const script = [
    env.npm_execpath,
    path.join(path.dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js'),
  ].find((file) => file?.endsWith('npm-cli.js') && existsSync(file));
  if (script) return [process.execPath, script];
  const onPath = which('npm', env);
  if (onPath === undefined) return undefined;
  const real = realpathSync(onPath);
  return real.endsWith('.js') ? [process.execPath, real] : [onPath];
}
