import { type Line, type LinePlotView, linePlot } from '../draw/linePlot.ts';
import { networkPanel, unitsDrawn } from '../draw/networkPanel.ts';
import { numberField } from '../page/controls.ts';
import { byId } from '../page/elements.ts';
import type { View } from '../page/view.ts';
import { parameters, roundFor } from '../state/parameters.ts';
import { controlsOf } from '../state/scenes.ts';
import type { State, Store } from '../state/state.ts';
import { epsTestOf, riskAt } from '../theory/ask.ts';
import { pictureOf } from './picture.ts';

const CONTROLS = ['psi1', 'eps', 'epsTest', 'lambda', 'tau'] as const;

/** The picture beside the scenes: the network, a plot, and the controls at hand. */
export function stage(store: Store): View {
  const form = byId<HTMLFormElement>('story-controls');
  form.addEventListener('submit', (event) => event.preventDefault());
  const fields = CONTROLS.map((name) => ({
    name,
    field: numberField(parameters[name], store, () => true, 'story-'),
  }));
  form.append(...fields.map(({ field }) => field.element));

  const plot = linePlot();
  const plotBox = byId('story-plot');
  plotBox.append(plot.element);
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

  // Drawing along the plot sets what runs along it.
  const drag = (event: PointerEvent): void => {
    const { axis } = plotAxis();
    const value = plot.valueUnder(event.clientX - plotBox.getBoundingClientRect().left);
    if (value !== undefined) store.set({ [axis]: roundFor(parameters[axis].scale, value) });
  };
  const plotAxis = (): { axis: 'psi1' | 'eps' } => ({ axis: store.state.scene === 'null' ? 'eps' : 'psi1' });
  plotBox.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'mouse') plotBox.setPointerCapture(event.pointerId);
    drag(event);
  });
  plotBox.addEventListener('pointermove', (event) => {
    if (event.buttons > 0) drag(event);
  });

  return {
    draw(state: State) {
      const { settings } = state;
      const scene = state.scene!;
      const shown = controlsOf(scene);
      for (const { name, field } of fields) {
        field.show(state);
        field.element.hidden = !shown.includes(name);
        field.element.style.order = String(shown.indexOf(name));
      }
      const { gradientNorm } = riskAt(settings);
      network.draw({ psi1: settings.psi1, psi2: settings.psi2, eps: epsTestOf(settings), gradientNorm });
      const { N, n } = unitsDrawn(settings);
      networkBox.setAttribute(
        'aria-label',
        `A network of 6 inputs and ${N} frozen features, so that N/d is ${settings.psi1}, with ${n} training examples${
          gradientNorm === 0 ? '; its read-out is 0' : ''
        }${epsTestOf(settings) > 0 ? `; one input is attacked with radius ${epsTestOf(settings)}` : ''}.`,
      );
      const view = pictureOf(scene, settings);
      plot.draw(view);
      plotBox.setAttribute('aria-label', descriptionOf(view));
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
