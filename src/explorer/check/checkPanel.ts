import { rowsOf, unitsOf } from '../../cells/cellSizes.ts';
import { byId } from '../page/elements.ts';
import { symbol } from '../page/symbols.ts';
import type { View } from '../page/view.ts';
import { whenSeen } from '../page/whenSeen.ts';
import { MAX_D, MAX_SEEDS } from '../state/link.ts';
import type { AxisName, Settings } from '../state/parameters.ts';
import type { State, Store } from '../state/state.ts';
import { axisNamed } from '../theory/curve.ts';
import { kept } from '../theory/keptAnswers.ts';
import { cellFor } from './cellFor.ts';
import { browserStorage, recall, remember } from './keptMeasurements.ts';
import { matching, withMeasurements } from './measurements.ts';
import { pointsToCheck, tooMuch } from './places.ts';
import type { CheckReport, Engine, Wanted } from './protocol.ts';
import { resultsTable } from './resultsTable.ts';
import { trainer } from './trainer.ts';

/** Settings that moved are trained when they have rested for this many milliseconds. */
const REST = 400;

/** The panel that trains finite models in a worker and puts what they measure into the store. */
export function checkPanel(store: Store): View {
  const where = byId<HTMLSelectElement>('check-where');
  const d = byId<HTMLInputElement>('check-d');
  const seeds = byId<HTMLInputElement>('check-seeds');
  const [start, stop, clear] = [byId('check-start'), byId('check-stop'), byId('check-clear')];
  const progress = byId<HTMLProgressElement>('check-progress');
  const status = byId('check-status');
  const training = trainer(hear);
  const storage = browserStorage();
  /** What is trained now, as text to compare; undefined when nothing is. */
  let asked: string | undefined;
  let began = 0;
  let again: ReturnType<typeof setTimeout> | undefined;

  const wholeNumber = (input: HTMLInputElement, name: 'd' | 'seeds', least: number, most: number): void => {
    input.addEventListener('change', () => {
      const value = Number(input.value);
      if (Number.isInteger(value) && value >= least && value <= most) store.change({ [name]: value });
      input.value = String(store.state[name]);
    });
  };
  wholeNumber(d, 'd', 5, MAX_D);
  wholeNumber(seeds, 'seeds', 1, MAX_SEEDS);

  const say = (message: string): void => {
    if (status.textContent !== message) status.textContent = message;
  };

  function wanted(): Wanted {
    const { settings, axis, d, seeds } = store.state;
    const points = pointsToCheck(settings, axisNamed(axis), where.value === 'here' ? 'here' : 'along');
    return { points, d, seeds };
  }

  function finish(message: string): void {
    clearTimeout(again);
    asked = undefined;
    start.hidden = false;
    stop.hidden = true;
    progress.hidden = true;
    say(message);
  }

  function begin(because = ''): void {
    const next = wanted();
    const objection = tooMuch(next.points, next.d);
    if (objection !== undefined) {
      training.stop();
      finish(objection);
      return;
    }
    asked = JSON.stringify(next);
    start.hidden = true;
    stop.hidden = false;
    progress.hidden = false;
    progress.value = 0;
    prefix = because;
    say(`${prefix}starting TensorFlow.js`);
    began = performance.now();
    training.train(next);
  }

  let prefix = '';
  let engine: Engine | undefined;
  function hear(report: CheckReport): void {
    if (report.kind === 'engine') {
      engine = report.engine;
      say(`${prefix}training on ${engine.name}: ${engine.why}`);
    } else if (report.kind === 'progress') {
      progress.value = Math.max(progress.value, report.share);
      say(`${prefix}${report.doing} on ${engine?.name}`);
    } else if (report.kind === 'measured') {
      store.change({ measurements: withMeasurements(store.state.measurements, [report.measurement]) });
      // Another window may have measured, too.
      remember(storage, withMeasurements(recall(storage), store.state.measurements));
    } else if (report.kind === 'done') {
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      finish(`done in ${seconds} s on ${engine?.name} (${engine?.why})`);
    } else finish(`the training failed: ${report.message}`);
  }

  /** Where other models are wanted than those in training, it begins again with them. */
  function follow(): void {
    clearTimeout(again);
    if (asked === undefined || JSON.stringify(wanted()) === asked) return;
    training.stop();
    say('the settings changed: waiting for them to rest');
    again = setTimeout(() => begin('the settings changed, started again: '), REST);
  }

  const panel = start.closest('section')!;
  for (const sign of ['pointerenter', 'focusin'] as const)
    panel.addEventListener(sign, () => training.prepare(), { once: true });
  start.addEventListener('click', () => {
    begin();
    if (asked !== undefined) stop.focus();
  });
  stop.addEventListener('click', () => {
    training.stop();
    finish('stopped; what was measured so far is kept');
    start.focus();
  });
  where.addEventListener('change', follow);
  clear.addEventListener('click', () => {
    const { measurements, settings, axis } = store.state;
    const shown = matching(measurements, settings, axisNamed(axis)).map(({ measurement }) => measurement);
    store.change({ measurements: measurements.filter((point) => !shown.includes(point)) });
    remember(storage, store.state.measurements);
    if (asked === undefined) say('');
  });

  const show = kept(
    (
      measurements: State['measurements'],
      settings: Settings,
      axis: AxisName,
      rows: number,
      models: number,
    ) => {
      if (document.activeElement !== d) d.value = String(rows);
      if (document.activeElement !== seeds) seeds.value = String(models);
      const of = cellFor(settings, rows);
      byId('check-size').replaceChildren(
        symbol({ letter: 'N' }),
        ` = ${unitsOf(of).join(', ')} features, `,
        symbol({ letter: 'n' }),
        ` = ${rowsOf(of)} samples`,
      );
      const results = resultsTable(measurements, settings, axis);
      clear.hidden = results === null;
      byId('check-results').replaceChildren(...(results ? [results] : []));
    },
  );
  store.subscribe((state, before) => {
    const moved = (['settings', 'axis', 'd', 'seeds'] as const).some((name) => state[name] !== before[name]);
    if (moved) follow();
  });
  store.change({ measurements: withMeasurements(recall(storage), store.state.measurements) });
  return {
    draw: whenSeen(panel, ({ measurements, settings, axis, d, seeds }: State) =>
      show(measurements, settings, axis, d, seeds),
    ),
  };
}
