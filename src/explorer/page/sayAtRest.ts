import { atRest } from './atRest.ts';
import { byId } from './elements.ts';

/** Tells a screen reader what has changed once nothing moves any more, rather than at every step of a slider. */
export function sayAtRest(): (text: string) => void {
  const place = byId('said');
  let [said, next] = ['', ''];
  const later = atRest(() => {
    // What is there when the page opens is read, not announced.
    if (said !== '' && next !== said) place.textContent = next;
    said = next;
  });
  return (text) => {
    next = text;
    later();
  };
}
