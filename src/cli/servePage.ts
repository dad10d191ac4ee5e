import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve, sep } from 'node:path';
import { InvalidArgumentError } from '../errors.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.png': 'image/png',
  '.woff': 'font/woff',
  '.wasm': 'application/wasm',
};

/** A folder that is served, and where. */
export interface ServedPage {
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Serves the files of a folder on the loopback interface alone: no other machine reaches them.
 * @param port of the machine; 0 for one that is free
 * @throws InvalidArgumentError for a port that is taken or that may not be used
 */
export async function servePage(folder: string, port: number): Promise<ServedPage> {
  const server = createServer(({ method, url = '/' }, response) => {
    const path = fileAt(folder, url);
    if (method !== 'GET' && method !== 'HEAD') response.writeHead(405).end();
    else if (path === undefined) response.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n');
    else {
      response.writeHead(200, {
        'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
        'cache-control': 'no-cache',
      });
      response.end(method === 'HEAD' ? undefined : readFileSync(path));
    }
  });
  await listening(server, port);
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The file that an address names; undefined for one that is not there, or not in the folder. */
function fileAt(folder: string, url: string): string | undefined {
  let name: string;
  try {
    name = decodeURIComponent(new URL(url, 'http://localhost').pathname);
  } catch {
    return undefined;
  }
  const root = resolve(folder);
  const path = join(root, name.endsWith('/') ? `${name}index.html` : name);
  const isFile = extname(path) in TYPES && existsSync(path);
  return path.startsWith(root + sep) && isFile ? path : undefined;
}

const listening = (server: Server, port: number): Promise<void> =>
  new Promise((done, fail) => {
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      const free = code === 'EACCES' ? 'a port that you may use' : 'a port that is free';
      fail(new InvalidArgumentError('port', port, `${free}, or none to take any`));
    });
    server.listen(port, '127.0.0.1', done);
  });
