/** As high as leaves the values in sight on a projector; never flatter than a phone needs. */
const heightFor = (width: number): number =>
  Math.round(Math.max(300, Math.min(window.innerHeight - 395, 0.8 * width)));

/** Tells of the size of a plot in whole pixels, now and whenever the width of its box changes. */
export function onWidth(box: HTMLElement, resize: (width: number, height: number) => void): void {
  new ResizeObserver(([entry]) => {
    const width = Math.floor(entry!.contentRect.width);
    if (width > 0) resize(width, heightFor(width));
  }).observe(box);
}
