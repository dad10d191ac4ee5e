import { byId, html } from './elements.ts';

/** Words that the glossary explains while they are pointed at, focused or tapped. */
export function term(name: string, ...words: readonly (Node | string)[]): HTMLButtonElement {
  const button = html('button', { type: 'button', className: 'term' }, ...words);
  button.dataset.term = name;
  describe(button);
  return button;
}

/** Makes a button another term, where it is one. */
export function setTerm(button: HTMLElement, name: string, words: string): void {
  if (button.textContent === words) return;
  button.textContent = words;
  button.dataset.term = name;
  describe(button);
}

const describe = (button: HTMLElement): void =>
  button.setAttribute('aria-describedby', `term-${button.dataset.term}`);

const termOf = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>('.term') : null;

/** Explains the terms of the page, those that come later too, in the words of the glossary. */
export function terms(): void {
  const tip = byId('term-tip');
  let shown: HTMLElement | null = null;

  function show(button: HTMLElement): void {
    shown = button;
    tip.replaceChildren(...byId(`term-${button.dataset.term}`).cloneNode(true).childNodes);
    tip.hidden = false;
    // Beneath the term, within the page.
    const { left, bottom, top } = button.getBoundingClientRect();
    const width = document.documentElement.clientWidth;
    const x = Math.max(8, Math.min(left, width - tip.offsetWidth - 8));
    const below = bottom + 6 + tip.offsetHeight < window.innerHeight;
    tip.style.left = `${x + window.scrollX}px`;
    tip.style.top = `${(below ? bottom + 6 : top - 6 - tip.offsetHeight) + window.scrollY}px`;
  }
  function hide(): void {
    shown = null;
    tip.hidden = true;
  }

  for (const button of document.querySelectorAll<HTMLElement>('.term')) describe(button);
  // A tap on a phone focuses nothing in some browsers.
  for (const sign of ['pointerover', 'focusin', 'click'] as const)
    document.addEventListener(sign, ({ target }) => {
      const button = termOf(target);
      if (button) show(button);
    });
  document.addEventListener('pointerout', ({ target, relatedTarget }) => {
    const left = termOf(target);
    if (left && termOf(relatedTarget) !== left && document.activeElement !== left) hide();
  });
  document.addEventListener('focusout', ({ target }) => {
    if (termOf(target)) hide();
  });
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') hide();
  });
  document.addEventListener('pointerdown', ({ target }) => {
    if (shown && !termOf(target)) hide();
  });
}
