import { SCENE_NAMES, type SceneName } from '../state/scenes.ts';

/** Which scene is being read, and the way to another one. */
export interface Reading {
  readonly sections: readonly HTMLElement[];
  /** The scene at the reading line; the last one at the end of the page. */
  at(): SceneName;
  /** Whether a scene is not where it would be read. */
  isAway(scene: SceneName): boolean;
  goTo(scene: SceneName, smooth: boolean): void;
  /** Puts the scene that was gone to back into its place after what is above it has changed, unless the reader has scrolled. */
  settle(): void;
  /** Whether the page is scrolling to a scene that was asked for, and has not reached it. */
  isOnTheWay(): boolean;
}

const SCROLLING_KEYS = ['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End', ' '];
/** What has those keys to itself. */
const CONTROLS = 'input, select, textarea, button, summary, [role=slider]';

export function reading(root: HTMLElement): Reading {
  const sections = SCENE_NAMES.map((name) => root.querySelector<HTMLElement>(`.scene[data-scene=${name}]`)!);
  const sectionOf = (scene: SceneName): HTMLElement => sections[SCENE_NAMES.indexOf(scene)]!;
  const stage = root.querySelector<HTMLElement>('.stage')!;
  const still = window.matchMedia('(prefers-reduced-motion: reduce)');
  let goal: SceneName | null = null;
  /** Where the page has scrolled to; null after the reader's own scrolling. */
  let gone: SceneName | null = null;

  /** Where a scene begins: beneath the picture where that lies on top, otherwise a little below the edge. */
  function beginning(): number {
    const { height, width } = stage.getBoundingClientRect();
    const onTop = width > 0.9 * root.clientWidth;
    return onTop ? Math.min(height, 0.6 * window.innerHeight) + 16 : 0.12 * window.innerHeight;
  }
  /** What has come so far up is read. */
  const line = (): number => 0.7 * beginning() + 0.3 * window.innerHeight;

  function at(): SceneName {
    if (window.scrollY + window.innerHeight >= document.documentElement.scrollHeight - 2)
      return SCENE_NAMES.at(-1)!;
    const reached = line();
    const found = sections.findLastIndex((section) => section.getBoundingClientRect().top <= reached);
    return SCENE_NAMES[Math.max(0, found)]!;
  }

  // The reader's own scrolling ends the page's: by wheel or finger, by the scroll bar, which belongs to the document, or by keys.
  const ownScrolling = (event: Event): boolean =>
    event instanceof KeyboardEvent
      ? SCROLLING_KEYS.includes(event.key) && !(event.target as Element).closest?.(CONTROLS)
      : event.type !== 'pointerdown' || event.target === document.documentElement;
  for (const by of ['wheel', 'touchmove', 'pointerdown', 'keydown'])
    window.addEventListener(
      by,
      (event) => {
        if (ownScrolling(event)) goal = gone = null;
      },
      { passive: true },
    );

  const place: Reading = {
    sections,
    at,
    isAway(scene) {
      const { top, bottom } = sectionOf(scene).getBoundingClientRect();
      return top > line() || bottom < line();
    },
    goTo(scene, smooth) {
      goal = gone = scene;
      const top = window.scrollY + sectionOf(scene).getBoundingClientRect().top - beginning();
      window.scrollTo({ top: Math.max(0, top), behavior: smooth && !still.matches ? 'smooth' : 'instant' });
    },
    settle() {
      if (gone !== null && !place.isOnTheWay()) place.goTo(gone, false);
    },
    isOnTheWay() {
      if (goal !== null && at() === goal) goal = null;
      return goal !== null;
    },
  };
  return place;
}
