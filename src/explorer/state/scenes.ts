import {
  type AxisName,
  choices,
  defaults,
  type NumberName,
  type Settings,
  type WordName,
} from './parameters.ts';
import { initialState, type State } from './state.ts';

/** The scenes of the story, in its order. */
export const SCENE_NAMES = ['training', 'attack', 'curse', 'why', 'null', 'remedy'] as const;
export type SceneName = (typeof SCENE_NAMES)[number];

/** What a scene sets, and the numbers at hand in it. */
interface Scene {
  readonly settings: Partial<Settings>;
  readonly axis: AxisName;
  readonly controls: readonly NumberName[];
}

/** Three examples for each input in every scene, where the curse is deep and the width of least risk well inside the picture. */
const common: Partial<Settings> = { psi2: 3, tau: 0.2 };

const scenes: Readonly<Record<SceneName, Scene>> = {
  training: { settings: { eps: 0, epsTest: 0 }, axis: 'psi1', controls: ['psi1', 'tau'] },
  attack: { settings: { eps: 0, epsTest: 0.3 }, axis: 'psi1', controls: ['psi1', 'epsTest'] },
  curse: { settings: { psi1: 20 }, axis: 'psi1', controls: ['psi1', 'eps'] },
  why: { settings: { psi1: 20 }, axis: 'psi1', controls: ['psi1', 'eps'] },
  null: { settings: { eps: 1.6 }, axis: 'eps', controls: ['eps', 'psi1'] },
  remedy: { settings: { psi1: 20, lambda: 0.2 }, axis: 'psi1', controls: ['lambda', 'psi1'] },
};

/** The numbers at hand in a scene. */
export const controlsOf = (scene: SceneName): readonly NumberName[] => scenes[scene].controls;

/** The state in which a scene begins. */
export const stateOf = (scene: SceneName): State => ({
  ...initialState,
  scene,
  settings: { ...defaults, ...common, ...scenes[scene].settings },
  axis: scenes[scene].axis,
});

const words = Object.keys(choices) as readonly WordName[];

/** Whether the story is of these settings: it is told of one layer, the square loss, Gaussian noise and attacks in l2. */
export const isOfStory = (settings: Settings): boolean =>
  settings.depth === 1 && words.every((name) => settings[name] === defaults[name]);

export const STORY_SCOPE = 'the story is of one layer, the square loss, Gaussian noise and l2 only';
