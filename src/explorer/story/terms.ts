import { byId } from '../page/elements.ts';

/** Explains each term of the story while it is pointed at, focused or tapped, in the words of the glossary. */
export function terms(): void {
  const tip = byId('term-tip');
  let shown: HTMLElement | null = null;

  function show(term: HTMLElement): void {
    shown = term;
    tip.textContent = byId(`term-${term.dataset.term}`).textContent;
    tip.hidden = false;
    // Beneath the term, within the page.
    const { left, bottom, top } = term.getBoundingClientRect();
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

  for (const term of document.querySelectorAll<HTMLElement>('.term')) {
    term.setAttribute('aria-describedby', `term-${term.dataset.term}`);
    term.addEventListener('pointerenter', () => show(term));
    term.addEventListener('pointerleave', () => {
      if (document.activeElement !== term) hide();
    });
    term.addEventListener('focus', () => show(term));
    term.addEventListener('blur', hide);
    // A tap on a phone focuses nothing in some browsers.
    term.addEventListener('click', () => show(term));
  }
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') hide();
  });
  document.addEventListener('pointerdown', ({ target }) => {
    if (shown && !(target instanceof Element && target.closest('.term'))) hide();
  });
}
