/** Has the page kept for use without network, after what is on it has come. Not from a folder, nor while it is developed. */
export function keepOffline(): void {
  if (!__BUILT__ || !('serviceWorker' in navigator) || !location.protocol.startsWith('http')) return;
  const keep = (): void => {
    // Where it may not be kept, as in some private windows, the page is as before.
    navigator.serviceWorker.register(new URL('serviceWorker.js', document.baseURI)).catch(() => {});
  };
  if (document.readyState === 'complete') keep();
  else window.addEventListener('load', keep, { once: true });
}
