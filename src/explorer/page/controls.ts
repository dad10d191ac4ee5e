import { facesLinf, LINF_SCOPE, linfIsKnown, normsOf } from '../state/norms.ts';
import {
  choices,
  MAX_DEPTH,
  movedTo,
  objection,
  type Parameter,
  parameters,
  positionOf,
  type Settings,
  SLIDER_STEPS,
  type WordName,
} from '../state/parameters.ts';
import type { State, Store } from '../state/state.ts';
import { isClassifier, numberOf } from '../theory/ask.ts';
import { kept } from '../theory/keptAnswers.ts';
import { aside, html } from './elements.ts';
import { type Letter, letters, symbol } from './symbols.ts';
import type { View } from './view.ts';

/** Builds the sliders, number fields and choices of a form, and keeps them and the store in step. */
export function controls(form: HTMLFormElement, store: Store): void {
  form.addEventListener('submit', (event) => event.preventDefault());
  const fields = [
    numberField(parameters.psi1, store),
    numberField(parameters.psi2, store),
    attackField(store, 'eps'),
    epsTestField(store),
    choiceField(store, 'signal', ['law of the signal'], facesLinf),
    numberField(parameters.share, store, (of) => facesLinf(of) && of.signal === 'sparse'),
    numberField(parameters.lambda, store),
    numberField(parameters.tau, store),
    choiceField(store, 'loss', ['loss']),
    choiceField(store, 'noise', ['law of the noise'], (of) => !isClassifier(of)),
    choiceField(store, 'labels', ['law of the labels'], isClassifier),
    numberField(parameters.flip, store, isClassifier),
    choiceField(store, 'activation', ['activation ', symbol(letters.activation)]),
    spectrumField(store),
    numberField(parameters.exponent, store, ({ spectrum }) => spectrum === 'power'),
    numberField(parameters.spikes, store, ({ spectrum }) => spectrum === 'spiked'),
    numberField(parameters.ratio, store, ({ spectrum }) => spectrum === 'spiked'),
    depthField(store),
    numberField(parameters.below, store, ({ depth }) => depth > 1),
  ];
  form.append(...fields.map(({ element }) => element));
  const draw = (state: State): void => {
    for (const field of fields) field.draw(state);
  };
  store.subscribe((state, before) => {
    if (state.settings !== before.settings || state.axis !== before.axis) draw(state);
  });
  draw(store.state);
}

interface Field extends View {
  readonly element: HTMLElement;
}

/** A slider and a number, there while it has an effect. `prefix` sets their ids apart where there are two of a parameter, which may have another letter. */
export function numberField(
  parameter: Parameter,
  store: Store,
  matters: (settings: Settings) => boolean = () => true,
  { prefix = '', letter = letters[parameter.name] }: { prefix?: string; letter?: Letter } = {},
): Field {
  const { name, title, explanation } = parameter;
  const slider = html('input', {
    type: 'range',
    id: `${prefix}${name}-slider`,
    min: '0',
    max: String(SLIDER_STEPS),
    step: '1',
  });
  slider.setAttribute('aria-label', `${title}, ${name}`);
  const number = html('input', {
    type: 'text',
    inputMode: 'decimal',
    id: `${prefix}${name}`,
    className: 'number-input',
  });
  const wrong = html('p', { className: 'wrong', id: `${prefix}${name}-wrong`, hidden: true });
  number.setAttribute('aria-describedby', wrong.id);

  const complain = (message: string | undefined): void => {
    wrong.textContent = message ?? '';
    wrong.hidden = message === undefined;
    number.setAttribute('aria-invalid', String(message !== undefined));
  };
  slider.addEventListener('input', () => {
    const before = numberOf(store.state.settings, name);
    store.set({ [name]: movedTo(parameter, before, slider.valueAsNumber) });
  });
  number.addEventListener('input', () => {
    const text = number.value.trim().replace(',', '.');
    const value = text === '' ? Number.NaN : Number(text);
    const message = objection(parameter, value);
    complain(message);
    if (message === undefined) store.set({ [name]: value });
  });
  number.addEventListener('blur', () => {
    complain(undefined);
    number.value = String(numberOf(store.state.settings, name));
  });

  const say = kept((value: string, position: number) => {
    slider.setAttribute('aria-valuetext', value);
    slider.style.setProperty('--filled', `${(100 * position) / SLIDER_STEPS}%`);
  });
  const label = html('label', { htmlFor: number.id, title: explanation }, title, ' ', symbol(letter));
  const element = html('div', { className: 'field' }, label, number, slider, wrong);
  element.dataset.name = name;
  return {
    element,
    draw({ settings }) {
      const value = numberOf(settings, name);
      const position = positionOf(parameter, value);
      if (slider.valueAsNumber !== position) slider.value = String(position);
      say(String(value), position);
      if (document.activeElement !== number && number.value !== String(value)) number.value = String(value);
      element.hidden = !matters(settings);
    },
  };
}

const NORM_NAMES = { l2: 'ℓ₂', linf: 'ℓ∞', same: 'same' } as const;

/** A slider of a radius, what it bounds, and of ℓ∞ what that means. The theory does not know ℓ∞ of all features. */
function attackField(store: Store, radius: 'eps' | 'epsTest', ...beside: readonly Node[]): Field {
  const field = numberField(parameters[radius], store);
  const [name, phase] = radius === 'eps' ? (['norm', 'training'] as const) : (['testNorm', 'test'] as const);
  const select = html('select', { id: name });
  select.append(...choices[name].map((choice) => new Option(NORM_NAMES[choice], choice)));
  select.addEventListener('change', () => store.set({ [name]: select.value }));
  const unit = aside('every input moves by up to ', symbol(letters[radius]), '/√', symbol(letters.d));
  const scope = aside(LINF_SCOPE);
  const norm = html('label', { className: 'norm' }, 'norm ', select);
  field.element.append(html('div', { className: 'attack' }, ...beside, norm), unit, scope);
  return {
    element: field.element,
    draw(state) {
      field.draw(state);
      const { settings, axis } = state;
      const known = linfIsKnown(settings, axis);
      for (const option of select.options) option.disabled = option.value === 'linf' && !known;
      select.value = settings[name];
      unit.hidden = normsOf(settings)[phase] !== 'linf';
      scope.hidden = known || radius === 'epsTest';
    },
  };
}

/** The attack at test follows that of training until it is given a radius of its own. */
function epsTestField(store: Store): Field {
  const box = html('input', { type: 'checkbox', id: 'epsTest-follows' });
  box.addEventListener('change', () => store.set({ epsTest: box.checked ? null : store.state.settings.eps }));
  const label = html('label', { className: 'follows' }, box, ' as in training');
  const field = attackField(store, 'epsTest', label);
  return {
    element: field.element,
    draw(state) {
      const { settings } = state;
      field.draw(state);
      box.checked = settings.epsTest === null;
      field.element.classList.toggle('following', settings.epsTest === null);
    },
  };
}

/** A choice of words, there while it has an effect. */
function choiceField(
  store: Store,
  name: Exclude<WordName, 'norm' | 'testNorm'>,
  title: readonly (Node | string)[],
  matters: (settings: Settings) => boolean = () => true,
): Field {
  const select = html('select', { id: name });
  select.append(...choices[name].map((choice) => new Option(choice, choice)));
  select.addEventListener('change', () => store.set({ [name]: select.value }));
  const label = html('label', { htmlFor: name }, ...title);
  const element = html('div', { className: 'field choice' }, label, select);
  return {
    element,
    draw: ({ settings }) => {
      select.value = settings[name];
      element.hidden = !matters(settings);
    },
  };
}

/** Other inputs than isotropic ones cannot be chosen against ℓ∞. */
function spectrumField(store: Store): Field {
  const field = choiceField(store, 'spectrum', ['inputs']);
  const select = field.element.querySelector('select')!;
  return {
    element: field.element,
    draw(state) {
      field.draw(state);
      for (const option of select.options)
        option.disabled = facesLinf(state.settings) && option.value !== 'isotropic';
    },
  };
}

function depthField(store: Store): Field {
  const buttons = Array.from({ length: MAX_DEPTH }, (_, i) => {
    const radio = html('input', { type: 'radio', name: 'depth', value: String(i + 1), id: `depth-${i + 1}` });
    radio.addEventListener('change', () => store.set({ depth: i + 1 }));
    return { radio, label: html('label', {}, radio, html('span', {}, String(i + 1))) };
  });
  const legend = html('legend', {}, 'frozen layers ', symbol(letters.depth));
  const row = html('div', { className: 'segments' }, ...buttons.map(({ label }) => label));
  const note = aside(LINF_SCOPE);
  return {
    element: html('fieldset', { className: 'field choice depth' }, legend, row, note),
    draw: ({ settings }) => {
      for (const { radio } of buttons) {
        radio.checked = Number(radio.value) === settings.depth;
        radio.disabled = facesLinf(settings) && Number(radio.value) > 1;
      }
      note.hidden = !facesLinf(settings);
    },
  };
}
