import { byId } from '../page/elements.ts';
import type { View } from '../page/view.ts';
import { SCENE_NAMES, type SceneName, stateOf } from '../state/scenes.ts';
import type { State, Store } from '../state/state.ts';
import { liveText, liveTextOf } from './liveText.ts';
import { reading } from './reading.ts';
import { stage } from './stage.ts';

/** The story: six scenes beside a picture that is set to the point of the one that is being read. */
export function story(store: Store): View {
  const root = byId('story');
  const place = reading(root);
  const picture = stage(store);
  /** The scene in the picture; one that has been asked for, and is scrolled to when it is drawn; and one that was scrolled into. */
  let drawn: SceneName | null = null;
  let wanted: SceneName | null = null;
  let scrolledInto: SceneName | null = null;
  store.subscribe(({ scene }) => {
    if (scene === null) drawn = null;
  });

  window.addEventListener(
    'scroll',
    () => {
      // What has not been drawn yet has no place to be read at, and those on the way to a scene are not stopped at.
      if (drawn === null || store.state.scene !== drawn || place.isOnTheWay()) return;
      const scene = place.at();
      if (scene === drawn) return;
      const { settings, axis } = stateOf(scene);
      wanted = null;
      scrolledInto = scene;
      store.change({ scene, settings, axis });
    },
    { passive: true },
  );

  function ask(scene: SceneName): void {
    wanted = scene;
    if (drawn === scene) place.goTo(scene, true);
  }
  const links = [...root.querySelectorAll<HTMLAnchorElement>('.scene-nav a')];
  for (const link of links) link.addEventListener('click', () => ask(link.dataset.scene as SceneName));
  document.addEventListener('keydown', (event) => {
    const { scene } = store.state;
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (scene === null || step === 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    // Sliders and number fields have the arrow keys to themselves.
    if (event.target instanceof Element && event.target.closest('input, select, textarea, [role=slider]'))
      return;
    const next = SCENE_NAMES[SCENE_NAMES.indexOf(scene) + step];
    if (next === undefined) return;
    event.preventDefault();
    // As its link does: Back comes back from it.
    window.location.hash = `scene=${next}`;
    ask(next);
  });

  /** What the other scenes will say, so that none of them is empty when it comes into sight. */
  function fillOthers(): void {
    const empty = SCENE_NAMES.find((name) => liveTextOf(root, name) === '');
    if (empty === undefined || store.state.scene === null) return;
    liveText(root, empty, stateOf(empty).settings);
    place.settle();
    soon(fillOthers);
  }

  function enter(scene: SceneName): void {
    for (const section of place.sections) section.classList.toggle('read', section.dataset.scene === scene);
    for (const link of links)
      if (link.dataset.scene === scene) link.setAttribute('aria-current', 'step');
      else link.removeAttribute('aria-current');
    // From the workbench one comes back to where one was.
    byId<HTMLAnchorElement>('to-story').href = `#scene=${scene}`;
    if (drawn === null) {
      soon(fillOthers);
      void document.fonts.ready.then(place.settle);
    }
    // A scene that came by its link, or by Back, may not be in sight.
    if (wanted === scene) place.goTo(scene, drawn !== null);
    else if (scrolledInto !== scene && (drawn === null ? scene !== SCENE_NAMES[0] : place.isAway(scene)))
      place.goTo(scene, false);
    wanted = scrolledInto = null;
    drawn = scene;
  }

  return {
    draw(state: State) {
      const scene = state.scene!;
      picture.draw(state);
      liveText(root, scene, state.settings);
      if (scene !== drawn) enter(scene);
      root.dataset.drawn = scene;
    },
  };
}

/** Safari has no idle time. */
const soon = (task: () => void): void => {
  if ('requestIdleCallback' in window) requestIdleCallback(task);
  else setTimeout(task, 100);
};
