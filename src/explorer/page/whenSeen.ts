import { atRest } from './atRest.ts';

/** Pixels around the window in which a part counts as in sight, since the reader may scroll. */
const AROUND = 200;

/**
 * Draws a part of the page at every call while it is in sight. Of one that is out of sight, or in a closed box, only the last
 * call matters: it is drawn when it comes into sight, or when nothing moves any more.
 */
export function whenSeen<Of>(part: Element, draw: (of: Of) => void): (of: Of) => void {
  let seen = true;
  let waiting: { readonly of: Of } | undefined;
  function drawWaiting(): void {
    if (!waiting) return;
    const { of } = waiting;
    waiting = undefined;
    draw(of);
  }
  const later = atRest(drawWaiting);
  const sight = new IntersectionObserver(
    (entries) => {
      seen = entries.at(-1)!.isIntersecting;
      if (seen) drawWaiting();
    },
    { rootMargin: `${AROUND}px` },
  );
  sight.observe(part);
  return (of) => {
    waiting = { of };
    if (seen) drawWaiting();
    else later();
  };
}
