import { createHash } from 'node:crypto';
import net from 'node:net';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs `work` while no other process of this machine runs it for the same `name`, waiting for its turn. The lock is
 * an abstract Unix socket: the kernel drops it when its owner dies, so there is no stale lock to clean up. (Linux
 * only, like everything provisioned.)
 */
export async function withLock<T>(name: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  const digest = createHash('sha256').update(`${os.userInfo().uid} ${name}`).digest('hex');
  const address = `\0robust-random-features-${digest.slice(0, 32)}`;
  let server = await listen(address);
  if (server === undefined) onWait();
  while (server === undefined) {
    await sleep(500);
    server = await listen(address);
  }
  try {
    return await work();
  } finally {
    server.close();
  }
}

function listen(address: string): Promise<net.Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen({ path: address }, () => resolve(server));
  });
}
