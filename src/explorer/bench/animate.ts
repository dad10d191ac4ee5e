import { html } from '../page/elements.ts';
import { type NumberName, parameters, positionOf, SLIDER_STEPS, valueAt } from '../state/parameters.ts';
import type { Store } from '../state/state.ts';
import { numberOf } from '../theory/ask.ts';
import { sliderNames } from './sliderNames.ts';

/** From one end of a slider to the other, in milliseconds. */
const CROSSING = 6000;
/** Stops between the ends where the reader wants no motion. */
const STOPS = 12;

/** Where a slider that started at `from` is after some time, to the right end, to the left end and so on. */
export function positionAfter(from: number, elapsed: number): number {
  const travelled = (from + (SLIDER_STEPS * elapsed) / CROSSING) % (2 * SLIDER_STEPS);
  return Math.round(travelled <= SLIDER_STEPS ? travelled : 2 * SLIDER_STEPS - travelled);
}

/** The next of a few stops along a slider, round to the first after the last. */
export const nextStop = (position: number): number => {
  const stride = SLIDER_STEPS / STOPS;
  const next = (Math.floor(position / stride) + 1) * stride;
  return next > SLIDER_STEPS ? 0 : next;
};

/** A button that runs one parameter over its range; for those who want no motion it takes one step a press. */
export function animation(box: HTMLElement, store: Store): void {
  const still = window.matchMedia('(prefers-reduced-motion: reduce)');
  const select = html('select', { id: 'animate-of' });
  select.append(...sliderNames.map(([name, text]) => new Option(text, name)));
  const button = html('button', { type: 'button', id: 'animate' });
  box.append(html('label', {}, 'Run ', select), ' ', button);

  let frame: number | undefined;
  const parameter = () => parameters[select.value as NumberName];
  const position = (): number => positionOf(parameter(), numberOf(store.state.settings, parameter().name));
  const goTo = (next: number): void => store.set({ [parameter().name]: valueAt(parameter(), next) });

  function label(): void {
    button.textContent = frame !== undefined ? 'Pause' : still.matches ? 'Step' : 'Play';
  }
  function pause(): void {
    if (frame !== undefined) cancelAnimationFrame(frame);
    frame = undefined;
    label();
  }
  function play(): void {
    const from = position();
    let began: number | undefined;
    const next = (now: number): void => {
      began ??= now;
      frame = requestAnimationFrame(next);
      const there = positionAfter(from, now - began);
      if (there !== position()) goTo(there);
    };
    frame = requestAnimationFrame(next);
    label();
  }
  button.addEventListener('click', () => {
    if (frame !== undefined) pause();
    else if (still.matches) goTo(nextStop(position()));
    else play();
  });
  select.addEventListener('change', pause);
  still.addEventListener('change', pause);
  window.addEventListener('popstate', pause);
  store.subscribe(({ scene }) => {
    if (scene !== null) pause();
  });
  label();
}
