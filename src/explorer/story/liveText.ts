import { html } from '../page/elements.ts';
import { letters, symbol } from '../page/symbols.ts';
import type { Settings } from '../state/parameters.ts';
import type { SceneName } from '../state/scenes.ts';
import { marked } from './marked.ts';
import { sentences } from './sentences.ts';

const placeOf = (root: HTMLElement, scene: SceneName): HTMLElement =>
  root.querySelector<HTMLElement>(`[data-live=${scene}]`)!;

export const liveTextOf = (root: HTMLElement, scene: SceneName): string => placeOf(root, scene).textContent;

/** Writes the sentences of a scene, their numbers those of the settings. */
export function liveText(root: HTMLElement, scene: SceneName, settings: Settings): void {
  const place = placeOf(root, scene);
  const text = sentences(scene, settings);
  if (place.dataset.text === text) return;
  place.dataset.text = text;
  place.replaceChildren(
    ...marked(text).map(({ quantity, text }) => {
      const content = withSymbols(text);
      return quantity === undefined
        ? html('span', {}, ...content)
        : html(
            'span',
            { className: `quantity ${quantity}${/\d/.test(text) ? ' together' : ''}` },
            ...content,
          );
    }),
  );
}

/** The text with its letters as mathematics writes them. */
const withSymbols = (text: string): (Node | string)[] =>
  text
    .split(/(ψ1|εq|ε|λ|\b[Nn]\b(?= =|$|[ ,:.]))/)
    .map((part) =>
      part === 'ψ1' ? symbol(letters.psi1) : LETTERS.has(part) ? symbol({ letter: part }) : part,
    );

const LETTERS = new Set(['εq', 'ε', 'λ', 'N', 'n']);
