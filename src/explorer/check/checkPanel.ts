import { rowsOf, unitsOf } from '../../cells/cell.ts';
import { byId, fillTable, html } from '../page/elements.ts';
import { fixedText } from '../page/numbers.ts';
import { letters, symbol } from '../page/symbols.ts';
import { wordsFor } from '../page/words.ts';
import { MAX_D, MAX_SEEDS } from '../state/link.ts';
import type { State, Store } from '../state/state.ts';
import { riskAt } from '../theory/ask.ts';
import { axisNamed, placeText } from '../theory/curve.ts';
import { cellFor } from './cellFor.ts';
import { matching, withMeasurement } from './measurements.ts';
import { pointsToCheck, tooMuch } from './places.ts';
import type { CheckReport, CheckRequest, MeasuredRisk } from './protocol.ts';

/** The panel that trains finite models in a worker and puts what they measure into the store. */
export function checkPanel(store: Store): void {
  const where = byId<HTMLSelectElement>('check-where');
  const d = byId<HTMLInputElement>('check-d');
  const seeds = byId<HTMLInputElement>('check-seeds');
  const [start, stop, clear] = [byId('check-start'), byId('check-stop'), byId('check-clear')];
  const progress = byId<HTMLProgressElement>('check-progress');
  const status = byId('check-status');
  let worker: Worker | undefined;
  let began = 0;

  const wholeNumber = (input: HTMLInputElement, name: 'd' | 'seeds', least: number, most: number): void => {
    input.addEventListener('change', () => {
      const value = Number(input.value);
      if (Number.isInteger(value) && value >= least && value <= most) store.change({ [name]: value });
      input.value = String(store.state[name]);
    });
  };
  wholeNumber(d, 'd', 5, MAX_D);
  wholeNumber(seeds, 'seeds', 1, MAX_SEEDS);

  function finish(message: string): void {
    worker?.terminate();
    worker = undefined;
    start.hidden = false;
    stop.hidden = true;
    progress.hidden = true;
    status.textContent = message;
  }

  function begin(): void {
    const { settings, axis, d, seeds } = store.state;
    const points = pointsToCheck(settings, axisNamed(axis), where.value === 'here' ? 'here' : 'along');
    const objection = tooMuch(points, d);
    if (objection !== undefined) {
      status.textContent = objection;
      return;
    }
    start.hidden = true;
    stop.hidden = false;
    stop.focus();
    progress.hidden = false;
    progress.value = 0;
    status.textContent = 'starting TensorFlow.js';
    began = performance.now();
    worker = new Worker(new URL('./checkWorker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<CheckReport>) => hear(data);
    worker.onerror = (event) => finish(`the training failed: ${event.message || 'its worker did not start'}`);
    const request: CheckRequest = { points, d, seeds };
    worker.postMessage(request);
  }

  let engine = '';
  function hear(report: CheckReport): void {
    if (report.kind === 'engine') {
      engine = report.engine;
      status.textContent = `training on ${engine}`;
    } else if (report.kind === 'progress') {
      progress.value = Math.max(progress.value, report.share);
      const text = `${report.doing} on ${engine}`;
      if (status.textContent !== text) status.textContent = text;
    } else if (report.kind === 'measured')
      store.change({ measurements: withMeasurement(store.state.measurements, report.measurement) });
    else if (report.kind === 'done')
      finish(`done in ${((performance.now() - began) / 1000).toFixed(1)} s on ${engine}`);
    else finish(`the training failed: ${report.message}`);
  }

  start.addEventListener('click', begin);
  stop.addEventListener('click', () => {
    finish('stopped; what was measured so far is kept');
    start.focus();
  });
  clear.addEventListener('click', () => {
    store.change({ measurements: [] });
    if (!worker) status.textContent = '';
  });

  function show(state: State): void {
    if (document.activeElement !== d) d.value = String(state.d);
    if (document.activeElement !== seeds) seeds.value = String(state.seeds);
    clear.hidden = state.measurements.length === 0;
    const of = cellFor(state.settings, state.d);
    byId('check-size').replaceChildren(
      symbol({ letter: 'N' }),
      ` = ${unitsOf(of).join(', ')} features, `,
      symbol({ letter: 'n' }),
      ` = ${rowsOf(of)} samples`,
    );
    showResults(state);
  }
  let shown: unknown[] = [];
  store.subscribe((state) => {
    const next = [state.measurements, state.settings, state.axis, state.d, state.seeds];
    if (next.some((value, i) => value !== shown[i])) show(state);
    shown = next;
  });
  show(store.state);
}

/** What was measured on the present curve, beside the theory. */
function showResults({ measurements, settings, axis }: State): void {
  const along = axisNamed(axis);
  const rows = matching(measurements, settings, along).map(({ at, measurement }) => {
    const theory = riskAt(measurement.settings);
    const beside = ({ value, standardError }: MeasuredRisk, limit: number): string =>
      `${fixedText(value)} ± ${fixedText(2 * standardError)} (${fixedText(limit)})`;
    return [
      placeText(along, at),
      beside(measurement.standardRisk, theory.standardRisk),
      beside(measurement.adversarialRisk, theory.adversarialRisk),
      `${measurement.converged} of ${measurement.seeds}`,
    ];
  });
  if (rows.length === 0) {
    byId('check-results').replaceChildren();
    return;
  }
  const words = wordsFor(settings);
  const headings = [symbol(letters[axis]), words.standard, words.adversarial, 'converged'];
  const caption = html(
    'p',
    { className: 'aside' },
    'Measured, with two standard errors over models; the limit in brackets. Bars on the curves are the same. At finite d a difference of order 1/d is to be expected.',
  );
  // It may be wider than a phone: then it scrolls, by keyboard too.
  const region = html(
    'div',
    { className: 'wide-table', tabIndex: 0, role: 'region', ariaLabel: 'What was measured' },
    fillTable(html('table'), headings, rows),
  );
  byId('check-results').replaceChildren(region, caption);
}
