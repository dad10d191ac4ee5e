/**
 * Has the page kept for use without network, after what is on it has come. Not from a folder, nor while it is developed, nor
 * from this machine itself: that needs no network, and each of its ports would keep a copy for good.
 */
export function keepOffline(): void {
  if (!__BUILT__ || !('serviceWorker' in navigator) || !location.protocol.startsWith('http')) return;
  if (isLoopback(location.hostname)) {
    void forget();
    return;
  }
  const keep = (): void => {
    // Where it may not be kept, as in some private windows, the page is as before.
    navigator.serviceWorker.register(new URL('serviceWorker.js', document.baseURI)).catch(() => {});
  };
  if (document.readyState === 'complete') keep();
  else window.addEventListener('load', keep, { once: true });
}

/** Whether a host is this machine: 127.0.0.0/8, [::1], localhost and the names below it. */
export const isLoopback = (host: string): boolean => /^(127(\.\d+){3}|\[::1\]|(.+\.)?localhost)$/.test(host);

/** Removes what an earlier version kept for this address. */
async function forget(): Promise<void> {
  try {
    const kept = await navigator.serviceWorker.getRegistration(document.baseURI);
    if (!kept?.active?.scriptURL.endsWith('/serviceWorker.js')) return;
    await kept.unregister();
    const names = await caches.keys();
    await Promise.all(
      names.filter((name) => name.startsWith('explorer-')).map((name) => caches.delete(name)),
    );
  } catch {
    // Where nothing may be kept, nothing was.
  }
}
