import { type Line, type LinePlotView, linePlot } from '../draw/linePlot.ts';
import { DRAWN_D, networkPanel, unitsDrawn } from '../draw/networkPanel.ts';
import { numberField } from '../page/controls.ts';
import { byId } from '../page/elements.ts';
import { sayAtRest } from '../page/sayAtRest.ts';
import { letters } from '../page/symbols.ts';
import type { View } from '../page/view.ts';
import { type Parameter, parameters, roundFor, type Settings } from '../state/parameters.ts';
import { controlsOf, type SceneName } from '../state/scenes.ts';
import type { State, Store } from '../state/state.ts';
import { epsTestOf, riskAt } from '../theory/ask.ts';
import { newGlide } from './glide.ts';
import { pictureOf } from './picture.ts';

const CONTROLS = ['psi1', 'eps', 'epsTest', 'lambda', 'tau'] as const;

/** In the story there is one attack at a time: that at test, which adversarial training has too. */
const LETTERS = { ...letters, epsTest: letters.eps };
const named = (name: (typeof CONTROLS)[number]): Parameter =>
  name === 'eps' || name === 'epsTest'
    ? { ...parameters[name], title: 'attack', explanation: 'the greatest length of a move of the input' }
    : parameters[name];

/** Pixels that a pointer moves sideways before it draws along the plot. */
const SIDEWAYS = 6;

/** The picture beside the scenes: the network, a plot, and the controls at hand. */
export function stage(store: Store): View {
  const form = byId<HTMLFormElement>('story-controls');
  form.addEventListener('submit', (event) => event.preventDefault());
  const fields = CONTROLS.map((name) => ({
    name,
    field: numberField(named(name), store, () => true, { prefix: 'story-', letter: LETTERS[name] }),
  }));
  form.append(...fields.map(({ field }) => field.element));

  const plot = linePlot();
  const plotBox = byId('story-plot');
  plotBox.append(plot.element);
  const say = sayAtRest();
  const network = networkPanel();
  const networkBox = byId('network');
  networkBox.append(network.element);
  for (const [box, { resize }] of [
    [plotBox, plot],
    [networkBox, network],
  ] as const)
    new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      if (width > 0) resize(Math.floor(width), Math.floor(height));
    }).observe(box);

  // Drawing along the plot sets what runs along it. A finger that begins to scroll sets nothing: it taps, or draws sideways.
  const setBy = (event: MouseEvent): void => {
    const name = store.state.scene === 'null' ? 'eps' : 'psi1';
    const value = plot.valueUnder(event.clientX - plotBox.getBoundingClientRect().left);
    if (value !== undefined) store.set({ [name]: roundFor(parameters[name].scale, value) });
  };
  let from: number | undefined;
  plotBox.addEventListener('pointerdown', (event) => {
    from = event.clientX;
    plotBox.setPointerCapture(event.pointerId);
  });
  plotBox.addEventListener('pointermove', (event) => {
    if (from !== undefined && Math.abs(event.clientX - from) > SIDEWAYS) {
      from = Number.NEGATIVE_INFINITY;
      setBy(event);
    }
  });
  for (const end of ['pointerup', 'pointercancel'] as const)
    plotBox.addEventListener(end, () => {
      from = undefined;
    });
  plotBox.addEventListener('click', setBy);

  function show(scene: SceneName, settings: Settings): void {
    const { psi1, psi2 } = settings;
    const eps = epsTestOf(settings);
    const { gradientNorm } = riskAt(settings);
    network.draw({ psi1, psi2, eps, gradientNorm });
    const { N, n } = unitsDrawn(settings);
    const attack = eps > 0 ? `; one input is attacked with radius ${eps}` : '';
    networkBox.setAttribute(
      'aria-label',
      `A network of ${DRAWN_D} inputs and ${N} frozen features, so that N/d is ${psi1}, with ${n} training examples${
        gradientNorm === 0 ? '; its read-out is 0' : ''
      }${attack}.`,
    );
    const view = pictureOf(scene, settings);
    plot.draw(view);
    const description = descriptionOf(view);
    plotBox.setAttribute('aria-label', description);
    say(description);
  }

  let shown: { readonly scene: SceneName; readonly settings: Settings } | undefined;
  const glide = newGlide();
  return {
    draw(state: State) {
      const { settings } = state;
      const scene = state.scene!;
      const atHand = controlsOf(scene);
      for (const { name, field } of fields) {
        field.draw(state);
        field.element.hidden = !atHand.includes(name);
        field.element.style.order = String(atHand.indexOf(name));
      }
      // From one scene to another the picture moves; it follows a slider at once.
      const from = shown && shown.scene !== scene ? shown.settings : settings;
      if (shown?.settings !== settings || !glide.isRunning()) glide(from, settings, (at) => show(scene, at));
      shown = { scene, settings };
    },
  };
}

/** What a screen reader says of the plot. */
function descriptionOf({ axis, at, lines }: LinePlotView): string {
  const values = lines.filter(({ faint }) => !faint).map(valueText);
  return `Plot against ${parameters[axis.name as 'psi1' | 'eps'].title}. At ${at}: ${values.join(', ')}.`;
}

const valueText = ({ label, here }: Line): string =>
  `${label} ${Number.isFinite(here) ? here.toPrecision(3) : 'infinite'}`;
