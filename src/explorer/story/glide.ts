import type { Settings } from '../state/parameters.ts';
import { epsTestOf } from '../theory/ask.ts';

/** Shows settings, on the way from those before; a new call ends the one that runs. */
export interface Glide {
  (from: Settings, to: Settings, show: (at: Settings) => void): void;
  isRunning(): boolean;
}

/** Milliseconds from one scene's settings to another's. */
const DURATION = 450;

/** Moves through the settings between, unless the reader wants no motion. */
export function newGlide(): Glide {
  const still = window.matchMedia('(prefers-reduced-motion: reduce)');
  let frame: number | undefined;
  const glide = (from: Settings, to: Settings, show: (at: Settings) => void): void => {
    if (frame !== undefined) cancelAnimationFrame(frame);
    frame = undefined;
    if (from === to || still.matches) {
      show(to);
      return;
    }
    const began = performance.now();
    const step = (): void => {
      const share = Math.min(1, (performance.now() - began) / DURATION);
      frame = share < 1 ? requestAnimationFrame(step) : undefined;
      show(share < 1 ? between(from, to, share * share * (3 - 2 * share)) : to);
    };
    step();
  };
  return Object.assign(glide, { isRunning: () => frame !== undefined });
}

/** Settings on the way: the numbers of the story's sliders move, the width by equal factors. */
export function between(from: Settings, to: Settings, share: number): Settings {
  const mixed = (before: number, after: number): number => before + share * (after - before);
  return {
    ...to,
    psi1: Math.exp(mixed(Math.log(from.psi1), Math.log(to.psi1))),
    eps: mixed(from.eps, to.eps),
    epsTest: mixed(epsTestOf(from), epsTestOf(to)),
    lambda: mixed(from.lambda, to.lambda),
    tau: mixed(from.tau, to.tau),
  };
}
