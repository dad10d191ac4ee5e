/** Height that all but the plot needs: on the whole page so that formula and check stay in sight on a projector. */
const BESIDES = 445;
/** Never flatter than a phone needs, or a wide screen of few lines; as in the style of its box. */
const LEAST = 300;

function heightFor(width: number): number {
  const { innerHeight } = window;
  const alone = !['page', undefined].includes(document.documentElement.dataset.screen);
  const room = alone ? 0.44 * innerHeight : innerHeight - BESIDES;
  return Math.round(Math.max(LEAST, Math.min(room, 0.8 * width)));
}

/** Tells of the size of a plot in whole pixels, now and whenever the width of its box changes; `more` is room beneath it. */
export function onWidth(
  box: HTMLElement,
  resize: (width: number, height: number) => void,
  more: () => number = () => 0,
): void {
  new ResizeObserver(([entry]) => {
    const width = Math.floor(entry!.contentRect.width);
    if (width > 0) resize(width, heightFor(width) + more());
  }).observe(box);
}
