import type { Address } from '../page/address.ts';
import { html } from '../page/elements.ts';

/** Buttons beside those of the page, and the keys of every editor. */
export function undoButtons(box: HTMLElement, address: Address): void {
  const button = (id: string, text: string, keys: string, act: () => void): HTMLButtonElement => {
    const made = html('button', { type: 'button', id, title: `${text} (${keys})` }, text);
    made.addEventListener('click', act);
    return made;
  };
  const undo = button('undo', 'Undo', 'Ctrl+Z, or Back', address.undo);
  const redo = button('redo', 'Redo', 'Ctrl+Shift+Z, or Forward', address.redo);
  box.prepend(undo, redo);
  address.onStep((can) => {
    for (const [made, possible] of [
      [undo, can.undo],
      [redo, can.redo],
    ] as const) {
      // Not disabled, which would drop the focus of a keyboard.
      made.setAttribute('aria-disabled', String(!possible));
    }
  });
  document.addEventListener('keydown', (event) => {
    const typing = (event.target as HTMLElement).matches('input[type=text], input[type=number], textarea');
    if (typing || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === 'z') (event.shiftKey ? address.redo : address.undo)();
    else if (key === 'y') address.redo();
    else return;
    event.preventDefault();
  });
}
