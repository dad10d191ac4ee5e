import { html } from '../page/elements.ts';
import type { View } from '../page/view.ts';
import { type PresetName, presetState, presets } from '../state/presets.ts';
import type { Store } from '../state/state.ts';

const names = Object.keys(presets) as readonly PresetName[];

/** A choice of settings worth seeing, with the sentence on the one that is set. */
export function presetField(box: HTMLElement, sentence: HTMLElement, store: Store): View {
  const select = html('select', { id: 'preset' });
  select.append(new Option('choose one', ''), ...names.map((name) => new Option(presets[name].name, name)));
  box.append(html('label', {}, 'Example ', select));
  select.addEventListener('change', () => {
    if (select.value !== '') store.change(presetState(select.value as PresetName));
  });
  return {
    draw({ settings, axis }) {
      const isSet = (name: PresetName): boolean => {
        const preset = presetState(name);
        const same = Object.entries(preset.settings).every(
          ([key, value]) => settings[key as keyof typeof settings] === value,
        );
        return same && preset.axis === axis;
      };
      const found = names.find(isSet);
      select.value = found ?? '';
      sentence.textContent = found ? presets[found].sentence : '';
      sentence.hidden = !found;
    },
  };
}
