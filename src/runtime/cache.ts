import os from 'node:os';
import path from 'node:path';

/**
 * Where provisioned engines live: `$RRF_CACHE`, else `robust-random-features` in `$XDG_CACHE_HOME`, `~/.cache`, or
 * on macOS `~/Library/Caches`.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.RRF_CACHE) return path.resolve(env.RRF_CACHE);
  const base =
    env.XDG_CACHE_HOME ||
    (process.platform === 'darwin'
      ? path.join(os.homedir(), 'Library', 'Caches')
      : path.join(os.homedir(), '.cache'));
  return path.join(base, 'robust-random-features');
}
