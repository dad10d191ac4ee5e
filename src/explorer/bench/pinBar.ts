import { pinMark } from '../draw/pinnedLines.ts';
import { svg } from '../draw/svg.ts';
import { html } from '../page/elements.ts';
import type { View } from '../page/view.ts';
import type { AxisName, Settings } from '../state/parameters.ts';
import { freePin, type PinName, type Pins, pinNames, withoutPin, withPin } from '../state/pins.ts';
import type { Store } from '../state/state.ts';
import { isClassifier } from '../theory/ask.ts';
import { kept } from '../theory/keptAnswers.ts';
import { notBeside } from '../theory/pinnedCurves.ts';

/** A button that pins the present curves, and for each pin its line, its mark and how to be rid of it. */
export function pinBar(box: HTMLElement, store: Store): View {
  const button = html('button', { type: 'button', id: 'pin' }, 'Pin these curves');
  const chips = html('span', { className: 'pin-chips' });
  box.append(button, chips);
  button.addEventListener('click', () => {
    const { pins, settings } = store.state;
    const free = freePin(pins);
    if (free) store.change({ pins: withPin(pins, free, settings) });
  });

  const remove = (name: PinName): void => {
    store.change({ pins: withoutPin(store.state.pins, name) });
    button.focus();
  };
  function chip(name: PinName, pinned: Settings, why: string | undefined): HTMLElement {
    const back = html(
      'button',
      { type: 'button', className: 'quiet', title: `Set what ${name} is of` },
      name,
    );
    back.setAttribute('aria-label', `Set the settings of curve ${name}`);
    back.addEventListener('click', () => store.change({ settings: pinned }));
    const away = html('button', { type: 'button', className: 'quiet', title: `Remove ${name}` }, '×');
    away.setAttribute('aria-label', `Remove curve ${name}`);
    away.addEventListener('click', () => remove(name));
    return html(
      'span',
      { className: 'pin-chip' },
      ...(why === undefined ? [pinSample(name)] : []),
      back,
      ...(why === undefined ? [] : [html('span', { className: 'aside' }, why)]),
      away,
    );
  }

  const show = kept((pins: Pins, classes: boolean, axis: AxisName) => {
    button.disabled = freePin(pins) === undefined;
    button.title = button.disabled ? 'three curves are pinned already' : 'keep these curves in the picture';
    chips.replaceChildren(
      ...pinNames.flatMap((name) => {
        const pinned = pins[name];
        return pinned ? [chip(name, pinned, notBeside(pinned, classes, axis))] : [];
      }),
    );
  });
  return { draw: ({ pins, settings, axis }) => show(pins, isClassifier(settings), axis) };
}

/** The line and mark of a pin, as in the picture. */
const pinSample = (name: PinName): SVGSVGElement =>
  svg(
    'svg',
    { width: 34, height: 14, 'aria-hidden': 'true' },
    svg('path', { class: `pin-line pin-${name} adversarial`, d: 'M1,7H33' }),
    pinMark(name, 'adversarial', 17, 7),
  );
