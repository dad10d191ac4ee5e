import type { RiskName } from '../draw/plane.ts';
import { atRest } from '../page/atRest.ts';
import { aside, html } from '../page/elements.ts';
import { riskText, shortText } from '../page/numbers.ts';
import { letters, symbol } from '../page/symbols.ts';
import type { View } from '../page/view.ts';
import { wordsFor } from '../page/words.ts';
import type { Measure, Store } from '../state/state.ts';
import { riskAt } from '../theory/ask.ts';
import { type Solvable, settingsFor } from '../theory/settingsFor.ts';
import { sliderNames } from './sliderNames.ts';

export interface WhatGives extends View {
  /** Asks for another risk, as when a dot of the curve is dragged, and answers in words. */
  want(of: RiskName, risk: number): string;
}

/** Asks which value of one parameter would give a risk, and sets it. */
export function whatGives(box: HTMLElement, store: Store): WhatGives {
  const measure = html('select', { id: 'wanted-of' });
  measure.append(...(['adversarialRisk', 'standardRisk'] as const).map((name) => new Option('', name)));
  const wanted = html('input', {
    type: 'text',
    inputMode: 'decimal',
    id: 'wanted',
    className: 'number-input',
  });
  const by = html('select', { id: 'wanted-by' });
  by.append(...sliderNames.map(([name, text]) => new Option(text, name)));
  by.value = 'lambda';
  const answer = html('p', { className: 'answer', id: 'wanted-answer' });
  answer.setAttribute('role', 'status');
  box.append(
    html(
      'p',
      { className: 'asked' },
      html('label', {}, 'wanted: ', measure),
      html('label', {}, ' of ', wanted),
      html('label', {}, ' by changing ', by),
    ),
    answer,
    aside('Or drag a dot of the curves up or down.'),
  );
  /** The settings and question of the last answer. */
  let answered = '';

  function ask(): void {
    const text = wanted.value.trim().replace(',', '.');
    const { settings } = store.state;
    const key = JSON.stringify([settings, text, measure.value, by.value]);
    if (key === answered) return;
    answered = key;
    if (text === '') {
      answer.replaceChildren();
      return;
    }
    const risk = Number(text);
    if (!(Number.isFinite(risk) && risk >= 0)) {
      answer.replaceChildren(`“${text}” is not a risk: a number of 0 or more is wanted.`);
      return;
    }
    const parameter = by.value as Solvable;
    const of = measure.value as Measure;
    const { values, least, most } = settingsFor(settings, parameter, of, risk);
    const name = wordsFor(settings)[of];
    if (values.length === 0) {
      answer.replaceChildren(
        'No ',
        symbol(letters[parameter]),
        ` within its slider gives it: ${name} then lies between ${riskText(least)} and ${riskText(most)}.`,
      );
      return;
    }
    answer.replaceChildren(
      ...values.flatMap((value, i) => {
        const button = html(
          'button',
          { type: 'button' },
          symbol(letters[parameter]),
          ` = ${shortText(value)}`,
        );
        button.addEventListener('click', () => store.set({ [parameter]: Number(value.toPrecision(6)) }));
        return [i === 0 ? '' : ' or ', button];
      }),
      ` ${values.length === 1 ? 'gives' : 'give'} ${riskText(risk)}.`,
    );
  }
  for (const field of [measure, wanted, by]) field.addEventListener('input', ask);
  const askLater = atRest(ask, answer);

  return {
    want(of, risk) {
      measure.value = `${of}Risk`;
      wanted.value = String(risk);
      const details = box.closest('details');
      if (details) details.open = true;
      ask();
      return answer.textContent ?? '';
    },
    draw({ settings }) {
      const words = wordsFor(settings);
      for (const option of measure.options) option.textContent = words[option.value as Measure];
      if (box.closest('details')?.open === false) return;
      if (wanted.value === '') wanted.placeholder = riskAt(settings)[measure.value as Measure].toFixed(2);
      askLater();
    },
  };
}
