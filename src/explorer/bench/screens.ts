import { aside, html } from '../page/elements.ts';
import { isLoopback } from '../page/offline.ts';
import type { View } from '../page/view.ts';
import { whenSeen } from '../page/whenSeen.ts';
import { toLink } from '../state/link.ts';
import type { AxisName } from '../state/parameters.ts';
import type { Screen, State, Store } from '../state/state.ts';
import { kept } from '../theory/keptAnswers.ts';

/** The two controls that stay beside the curves where there is room for no more: what they run along, and the attack. */
export const keptControls = (axis: AxisName): readonly AxisName[] =>
  axis === 'eps' ? ['psi1', 'eps'] : [axis, 'eps'];

/** A button for large type with two controls, and the code that puts the curves into another page. */
export function screens(tools: HTMLElement, embed: HTMLElement, store: Store): View {
  const button = html('button', { type: 'button', id: 'projector' }, 'Projector');
  tools.append(button);
  button.addEventListener('click', () =>
    store.change({ screen: store.state.screen === 'page' ? 'projector' : 'page' }),
  );
  const code = html('textarea', { id: 'embed-code', rows: 5, readOnly: true, spellcheck: false });
  const copy = html('button', { type: 'button' }, 'Copy');
  copy.dataset.copies = code.id;
  embed.append(
    html('label', { htmlFor: code.id }, 'Code for another page, with what is set now'),
    code,
    copy,
  );
  if (window.location.protocol === 'file:' || isLoopback(window.location.hostname))
    embed.append(
      aside(
        'This page was opened from your own machine, so that the address leads nowhere else. Put the page on a host first.',
      ),
    );
  code.addEventListener('focus', () => code.select());

  // The story has no screens of its own.
  const frame = ({ screen, scene }: State): void => {
    document.documentElement.dataset.screen = scene === null ? screen : 'page';
  };
  store.subscribe(frame);
  frame(store.state);

  const choose = kept((screen: Screen, axis: AxisName) => {
    button.textContent = screen === 'page' ? 'Projector' : 'Whole page';
    button.setAttribute('aria-pressed', String(screen !== 'page'));
    const atHand: readonly string[] = keptControls(axis);
    for (const field of document.querySelectorAll<HTMLElement>('#controls > *')) {
      const name =
        field.dataset.name ??
        field.querySelector('select, input')?.getAttribute('name') ??
        field.querySelector('select')?.id ??
        '';
      field.classList.toggle('kept', atHand.includes(name));
    }
  });
  const details = embed.closest('details');
  const write = whenSeen(embed, (state: State) => {
    if (details?.open) code.value = embedCode(state);
  });
  details?.addEventListener('toggle', () => write(store.state));
  return {
    draw(state) {
      choose(state.screen, state.axis);
      write(state);
    },
  };
}

/** An inline frame of the present curves. */
function embedCode(state: State): string {
  const { origin, pathname } = window.location;
  const address = `${origin === 'null' ? 'file://' : origin}${pathname}#${toLink({ ...state, screen: 'embed' })}`;
  const title = 'Risk curves: the curse of overparametrization';
  return `<iframe src="${address.replaceAll('&', '&amp;')}" title="${title}" width="100%" height="620" style="border:0" loading="lazy"></iframe>`;
}
