import { byId } from '../page/elements.ts';
import type { View } from '../page/view.ts';
import { SCENE_NAMES, type SceneName, stateOf } from '../state/scenes.ts';
import type { State, Store } from '../state/state.ts';
import { liveText, liveTextOf } from './liveText.ts';
import { stage } from './stage.ts';
import { terms } from './terms.ts';

/** The story: six scenes beside a picture that is set to the point of the one that is being read. */
export function story(store: Store): View {
  const root = byId('story');
  const sections = SCENE_NAMES.map((name) => root.querySelector<HTMLElement>(`.scene[data-scene=${name}]`)!);
  const picture = stage(store);
  terms();

  /** Sets the page to a scene; what the workbench has measured is kept. */
  function set(scene: SceneName): void {
    const { theme, d, seeds, measurements } = store.state;
    store.change({ ...stateOf(scene), theme, d, seeds, measurements });
  }

  /** Goes to a scene as a link does: Back comes back from it. */
  function visit(scene: SceneName): void {
    window.history.pushState(null, '', `#scene=${scene}`);
    set(scene);
  }

  let drawn: SceneName | null = null;
  let scrolledTo: SceneName | null = null;
  store.subscribe(({ scene }) => {
    if (scene === null) drawn = null;
  });
  const still = window.matchMedia('(prefers-reduced-motion: reduce)');
  function scrollTo(scene: SceneName, smooth: boolean): void {
    scrolledTo = scene;
    const section = sections[SCENE_NAMES.indexOf(scene)]!;
    const top = window.scrollY + section.getBoundingClientRect().top - readingLine();
    window.scrollTo({ top: Math.max(0, top), behavior: smooth && !still.matches ? 'smooth' : 'instant' });
  }

  /** Where a scene begins to be read: beneath the picture where that lies on top, otherwise a little below the edge. */
  function readingLine(): number {
    const { top, bottom, width } = root.querySelector('.stage')!.getBoundingClientRect();
    const onTop = width > 0.9 * root.clientWidth;
    return onTop ? Math.min(bottom - top, 0.6 * window.innerHeight) + 16 : 0.12 * window.innerHeight;
  }

  /** The scene at the reading line is the one that is read. */
  function follow(): void {
    // What has not been drawn yet has no place to be read at.
    if (store.state.scene === null || store.state.scene !== drawn) return;
    const line = readingLine() + 0.3 * (window.innerHeight - readingLine());
    const read = sections.findLastIndex((section) => section.getBoundingClientRect().top <= line);
    const atEnd = window.scrollY + window.innerHeight >= document.documentElement.scrollHeight - 2;
    const scene = SCENE_NAMES[atEnd ? SCENE_NAMES.length - 1 : Math.max(0, read)]!;
    // On the way to a scene that was asked for, those between are not stopped at.
    if (scrolledTo !== null && scene !== scrolledTo) return;
    scrolledTo = null;
    if (scene !== store.state.scene) set(scene);
  }
  window.addEventListener('scroll', follow, { passive: true });
  for (const by of ['wheel', 'touchmove', 'pointerdown'] as const)
    window.addEventListener(
      by,
      () => {
        scrolledTo = null;
      },
      { passive: true },
    );

  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-scene]'))
    link.addEventListener('click', (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const scene = link.dataset.scene as SceneName;
      const open = store.state.scene !== null;
      visit(scene);
      if (open) scrollTo(scene, true);
    });

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
    visit(next);
    scrollTo(next, true);
  });

  /** What the other scenes will say, so that none of them is empty when it comes into sight. */
  function fillOthers(): void {
    const empty = SCENE_NAMES.find((name) => liveTextOf(root, name) === '');
    if (empty === undefined || store.state.scene === null) return;
    liveText(root, empty, stateOf(empty).settings);
    soon(fillOthers);
  }

  return {
    draw(state: State) {
      const scene = state.scene!;
      if (scene !== drawn) {
        for (const section of sections) section.classList.toggle('read', section.dataset.scene === scene);
        for (const link of root.querySelectorAll<HTMLAnchorElement>('.scene-nav a'))
          if (link.dataset.scene === scene) link.setAttribute('aria-current', 'step');
          else link.removeAttribute('aria-current');
        // From the workbench one comes back to where one was.
        const back = byId<HTMLAnchorElement>('to-story');
        back.dataset.scene = scene;
        back.href = `#scene=${scene}`;
      }
      picture.draw(state);
      liveText(root, scene, state.settings);
      // A scene that came by its link, or by Back, is scrolled to.
      if (scene !== drawn && scrolledTo === null) {
        const { top, bottom } = sections[SCENE_NAMES.indexOf(scene)]!.getBoundingClientRect();
        const line = readingLine() + 0.3 * (window.innerHeight - readingLine());
        if (top > line || bottom < line) scrollTo(scene, false);
      }
      if (drawn === null) soon(fillOthers);
      drawn = scene;
      root.dataset.drawn = scene;
    },
  };
}

/** Safari has no idle time. */
const soon = (task: () => void): void => {
  if ('requestIdleCallback' in window) requestIdleCallback(task);
  else setTimeout(task, 100);
};
