/** What the workbench has beside the curves and the map: examples, pins, a table of them, and tools that open on demand. */
import type { RiskName } from '../draw/plane.ts';
import type { Address } from '../page/address.ts';
import { byId, html } from '../page/elements.ts';
import type { View } from '../page/view.ts';
import { whenSeen } from '../page/whenSeen.ts';
import type { Settings } from '../state/parameters.ts';
import type { Pins } from '../state/pins.ts';
import type { State, Store } from '../state/state.ts';
import { kept } from '../theory/keptAnswers.ts';
import { animation } from './animate.ts';
import { comparison } from './comparison.ts';
import { ownDataField } from './ownDataField.ts';
import { pinBar } from './pinBar.ts';
import { presetField } from './presetField.ts';
import { screens } from './screens.ts';
import { undoButtons } from './undoButtons.ts';
import { whatGives } from './whatGives.ts';

export interface Bench extends View {
  /** A dot of the curve is dragged to another risk; what would give it, in words. */
  dragged(of: RiskName, risk: number): string;
}

/** Fills the bar below the curves and the panel of tools. */
export function bench(store: Store, steps: Address): Bench {
  const bar = html('div', { className: 'bench-bar', id: 'bench-bar' });
  const sentence = html('p', { className: 'preset-sentence', id: 'preset-sentence' });
  byId('workbench').prepend(html('div', { className: 'bench-top' }, bar, sentence));
  const preset = presetField(bar, sentence, store);
  const run = html('span', { className: 'animation' });
  animation(run, store);
  bar.append(run);
  const pins = pinBar(bar, store);
  const buttons = html('span', { className: 'bench-buttons' });
  bar.append(buttons);
  undoButtons(buttons, steps);

  const panel = byId('bench');
  const compared = html('div', { className: 'comparison' });
  const tool = (title: string, id: string): HTMLElement => {
    const content = html('div');
    panel.append(html('details', { className: 'tool', id }, html('summary', {}, title), content));
    return content;
  };
  panel.append(compared);
  const gives = whatGives(tool('Which setting gives a wanted risk?', 'tool-gives'), store);
  const own = ownDataField(tool('Your own data', 'tool-own'), store);
  const screen = screens(buttons, tool('Put it into another page', 'tool-embed'), store);

  const compare = kept((settings: Settings, pins: Pins) => {
    const table = comparison(settings, pins);
    compared.replaceChildren(...(table ? [table] : []));
  });
  const below = whenSeen(panel, (state: State) => {
    compare(state.settings, state.pins);
    for (const part of [gives, own]) part.draw(state);
  });
  return {
    draw(state) {
      for (const part of [preset, pins, screen]) part.draw(state);
      below(state);
    },
    dragged: gives.want,
  };
}
