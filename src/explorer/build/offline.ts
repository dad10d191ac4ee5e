import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';
import { partsOf } from './parts.ts';

/**
 * A service worker beside the built page, so that it opens without network after a first visit. It keeps the files of one
 * build under the hash of their names and of the page: with another build the browser finds another worker.
 */
export const offline = (): Plugin => ({
  name: 'offline',
  apply: 'build',
  enforce: 'post',
  generateBundle: {
    // After Vite has written its last word into the parts.
    order: 'post',
    handler(_, bundle) {
      const { html, files } = partsOf(bundle);
      const names = files.map(({ name }) => `assets/${name}`);
      const version = createHash('sha256')
        .update([html, ...names].join('\n'))
        .digest('hex')
        .slice(0, 12);
      const source = `(${serviceWorker})(${JSON.stringify(`explorer-${version}`)}, ${JSON.stringify(['./', ...names])});\n`;
      this.emitFile({ type: 'asset', fileName: 'serviceWorker.js', source });
    },
  },
});

/** What is used of a service worker's own scope; its types and those of a page exclude each other. */
interface Scope {
  readonly clients: { claim(): Promise<void> };
  addEventListener(
    type: string,
    listener: (event: {
      readonly request: Request;
      waitUntil(done: Promise<unknown>): void;
      respondWith(response: Promise<Response>): void;
    }) => void,
  ): void;
}

/**
 * Runs as the service worker. The page itself is asked of the network first, so that it is never an old one where there is
 * a newer one; its parts have the hash of their content in their names, so that those that are kept are right. A newer worker
 * waits until no page of the older build is open, and then removes what that kept.
 */
function serviceWorker(version: string, files: readonly string[]): void {
  const scope = self as unknown as Scope;
  const kept = (request: Request | string): Promise<Response | undefined> =>
    caches.open(version).then((cache) => cache.match(request, { ignoreSearch: true }));
  scope.addEventListener('install', (event) => {
    // Past the browser's own cache, which may still hold the page of another build.
    const requests = files.map((file) => new Request(file, { cache: file === './' ? 'reload' : 'default' }));
    event.waitUntil(caches.open(version).then((cache) => cache.addAll(requests)));
  });
  scope.addEventListener('activate', (event) => {
    const old = (name: string): boolean => name.startsWith('explorer-') && name !== version;
    event.waitUntil(
      caches
        .keys()
        .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
        // The page of the first visit, too.
        .then(() => scope.clients.claim()),
    );
  });
  scope.addEventListener('fetch', (event) => {
    const { request } = event;
    if (request.method !== 'GET') return;
    if (request.mode === 'navigate')
      event.respondWith(fetch(request).catch(async () => (await kept('./')) ?? Response.error()));
    else event.respondWith(kept(request).then((found) => found ?? fetch(request)));
  });
}
