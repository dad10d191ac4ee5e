/** The page: a store of its state, a story and a workbench that draw the state, and an address that holds it. */
import { address } from './page/address.ts';
import { byId } from './page/elements.ts';
import { keepOffline } from './page/offline.ts';
import { terms } from './page/terms.ts';
import { applyTheme, onSystemTheme, resolvedTheme } from './page/theme.ts';
import type { View } from './page/view.ts';
import { fromLink, toLink } from './state/link.ts';
import { stateOf } from './state/scenes.ts';
import { initialState, newStore } from './state/state.ts';
import { story } from './story/story.ts';
import { kept } from './theory/keptAnswers.ts';

const { state: linked, complaints } = fromLink(window.location.hash.slice(1));
const store = newStore(linked);
complain(complaints);
applyTheme(linked.theme);

const steps = address(store, complain);
const storyView = story(store);
terms();
// The first view does not need the workbench, so that it comes when it is first opened.
let workbenchView: View | undefined;
let coming = false;
async function fetchWorkbench(): Promise<void> {
  if (coming) return;
  coming = true;
  const { workbench } = await import('./workbench.ts');
  workbenchView = workbench(store, steps);
  draw();
  byId('workbench').dataset.ready = '';
}

function draw(): void {
  const { state } = store;
  showView(state.scene !== null);
  const view = state.scene === null ? workbenchView : storyView;
  if (!view) {
    void fetchWorkbench();
    return;
  }
  performance.mark('redraw-begins');
  view.draw(state);
  performance.measure('redraw', 'redraw-begins');
}

const showView = kept((inStory: boolean) => {
  byId('story').hidden = !inStory;
  byId('workbench').hidden = inStory;
  for (const [id, current] of [
    ['to-story', inStory],
    ['to-workbench', !inStory],
  ] as const)
    if (current) byId(id).setAttribute('aria-current', 'page');
    else byId(id).removeAttribute('aria-current');
});

// Many changes in one frame are drawn once.
let due = false;
function drawSoon(): void {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    draw();
  });
}

/** The links between the story and the workbench hold what is set at the time. */
function updateLinks(): void {
  const there = `#${toLink({ ...store.state, scene: null })}`;
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-to=workbench]')) link.href = there;
}

store.subscribe((state, before) => {
  if (state.theme !== before.theme) applyTheme(state.theme);
  labelTheme();
  updateLinks();
  drawSoon();
  if ((state.scene === null) !== (before.scene === null)) window.scrollTo({ top: 0, behavior: 'instant' });
});
onSystemTheme(() => {
  labelTheme();
  drawSoon();
});

byId('theme').addEventListener('click', () =>
  store.change({ theme: resolvedTheme(store.state.theme) === 'dark' ? 'light' : 'dark' }),
);
byId('reset').addEventListener('click', () => {
  const { theme, scene, measurements } = store.state;
  store.change({ ...(scene === null ? initialState : stateOf(scene)), theme, measurements });
});

function labelTheme(): void {
  byId('theme').textContent = resolvedTheme(store.state.theme) === 'dark' ? 'Light' : 'Dark';
}

function complain(found: readonly string[]): void {
  const notice = byId('notice');
  notice.hidden = found.length === 0;
  notice.textContent = `Parts of this link were ignored: ${found.join('; ')}. The usual values are used instead.`;
}

labelTheme();
updateLinks();
draw();
keepOffline();
