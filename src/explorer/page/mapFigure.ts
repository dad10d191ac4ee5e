import { legend } from '../draw/mapColours.ts';
import { mapPanel } from '../draw/mapPanel.ts';
import { parameters, roundFor, type Settings } from '../state/parameters.ts';
import type { Measure, State, Store } from '../state/state.ts';
import { isClassifier, riskAt } from '../theory/ask.ts';
import type { MapAnswer, MapRequest } from '../theory/mapWorker.ts';
import { type MapLines, mapKey, type PlanePoint, type RiskGrid } from '../theory/phaseMap.ts';
import { byId, html } from './elements.ts';
import { movedBy } from './mapKeys.ts';
import { shortText } from './numbers.ts';
import type { Underlay } from './pictures.ts';
import { onWidth } from './plotSize.ts';
import { showRiskTip } from './riskTip.ts';
import { letters, symbol } from './symbols.ts';
import { setTerm } from './terms.ts';
import { resolvedTheme } from './theme.ts';
import type { View } from './view.ts';
import { whenSeen } from './whenSeen.ts';
import { riskSentence, wordsFor } from './words.ts';

export type LineName = keyof MapLines;

export interface MapFigure extends View {
  readonly svg: SVGSVGElement;
  /** the lines that there are with what is set */
  readonly lines: readonly LineName[];
  readonly grid: RiskGrid | undefined;
  underlay(): Underlay;
}

const LINES: readonly LineName[] = ['critical', 'peak', 'best'];

/** The map, computed in a worker so that no slider ever waits for it, and pointing at it. */
export function mapFigure(store: Store): MapFigure {
  const box = byId('map-plot');
  box.tabIndex = 0;
  const tip = byId('map-tip');
  const select = byId<HTMLSelectElement>('map-of');
  const said = html('p', { className: 'visually-hidden' });
  said.setAttribute('aria-live', 'polite');
  box.after(said);
  const panel = mapPanel();
  panel.element.setAttribute('aria-hidden', 'true');
  box.append(panel.canvas, panel.element);
  select.addEventListener('change', () => store.change({ mapOf: select.value as Measure }));

  const worker = new Worker(new URL('../theory/mapWorker.ts', import.meta.url), { type: 'module' });
  let asked = '';
  let id = 0;
  let grid: RiskGrid | undefined;
  let drawn: readonly LineName[] = LINES;
  worker.onmessage = ({ data }: MessageEvent<MapAnswer>) => {
    if (data.id !== id) return;
    grid = data.grid;
    panel.grid(grid);
    panel.lines(data.lines);
    drawn = LINES.filter((name) => data.lines[name].some(({ eps }) => eps <= parameters.eps.to));
    for (const name of LINES) byId(`map-key-${name}`).hidden = !drawn.includes(name);
    box.removeAttribute('aria-busy');
    if (data.fine) box.dataset.drawn = asked;
  };

  function pointAt(event: PointerEvent): PlanePoint | undefined {
    const { left, top } = box.getBoundingClientRect();
    return panel.under(event.clientX - left, event.clientY - top);
  }

  // Only the strip is of eps = 0.
  const rounded = ({ psi1, eps }: PlanePoint): PlanePoint => ({
    psi1: roundFor(parameters.psi1.scale, psi1),
    eps: eps === 0 ? 0 : Math.max(0.01, roundFor(parameters.eps.scale, eps)),
  });

  /** Shows a place and its risks; `cursor` marks it on the map, and says it aloud. */
  function showAt(point: PlanePoint | undefined, cursor: boolean): void {
    panel.cursor(cursor ? (point ?? null) : null);
    tip.hidden = point === undefined;
    if (!point) return;
    const { settings } = store.state;
    const risk = riskAt({ ...settings, ...point });
    const [x, y] = panel.pixelOf(point);
    showRiskTip(tip, box, {
      place: [
        symbol(letters.psi1),
        ` = ${shortText(point.psi1)},  `,
        symbol(letters.eps),
        ` = ${shortText(point.eps)}`,
      ],
      risk,
      words: wordsFor(settings),
      x,
      y: (height) => Math.max(4, y - height - 10),
    });
    if (cursor)
      said.textContent = `psi1 ${shortText(point.psi1)}, eps ${shortText(point.eps)}: ${riskSentence(settings, risk)}`;
  }

  const goTo = (point: PlanePoint): void => store.set(point);
  let cursor: PlanePoint | undefined;
  box.addEventListener('pointermove', (event) => {
    const point = pointAt(event);
    showAt(point && rounded(point), false);
  });
  box.addEventListener('pointerleave', () => showAt(undefined, false));
  box.addEventListener('click', (event) => {
    const point = pointAt(event as PointerEvent);
    if (point) goTo(rounded(point));
  });
  box.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && cursor) goTo(cursor);
    else {
      const { psi1, eps } = store.state.settings;
      const next = event.key === 'Escape' ? undefined : movedBy(event.key, cursor ?? { psi1, eps });
      if (event.key !== 'Escape' && !next) return;
      cursor = next;
      showAt(cursor, true);
    }
    event.preventDefault();
  });
  box.addEventListener('blur', () => {
    cursor = undefined;
    showAt(undefined, false);
  });

  onWidth(box, panel.resize);

  let drawnTheme = '';
  let drawnSettings: Settings | undefined;
  return {
    svg: panel.element,
    get grid() {
      return grid;
    },
    get lines() {
      return drawn;
    },
    underlay: () => ({
      canvas: panel.canvas,
      left: panel.box.left,
      top: panel.box.top,
      width: panel.box.right - panel.box.left,
      height: panel.box.bottom - panel.box.top,
    }),
    draw: whenSeen(box, ({ settings, mapOf, theme }: State) => {
      select.value = mapOf;
      const resolved = resolvedTheme(theme);
      if (resolved !== drawnTheme) {
        panel.theme(resolved);
        drawLegend(resolved);
        drawnTheme = resolved;
      }
      if (settings !== drawnSettings) {
        panel.here(settings);
        const words = wordsFor(settings);
        for (const option of select.options) option.textContent = words[option.value as Measure];
        setTerm(byId('map-peak'), isClassifier(settings) ? 'capacity' : 'peak', words.peak);
        byId('map-nothing').textContent = `above ${words.nothing}`;
        box.setAttribute(
          'aria-label',
          `Phase map: ${words[mapOf]} over width psi1 and attack radius eps, with the null phase, the ${words.peak} and the best width. The settings are at psi1 ${settings.psi1}, eps ${settings.eps}. Arrow keys move a cursor, Enter goes there.`,
        );
        drawnSettings = settings;
      }
      const key = mapKey(settings, mapOf);
      if (key === asked) return;
      asked = key;
      const request: MapRequest = { id: ++id, settings, measure: mapOf };
      box.setAttribute('aria-busy', 'true');
      worker.postMessage(request);
    }),
  };
}

function drawLegend(theme: 'light' | 'dark'): void {
  byId('map-legend').replaceChildren(
    ...legend(theme).map((colour) => {
      const patch = html('span');
      patch.style.background = `rgb(${colour.join(' ')})`;
      return patch;
    }),
  );
}
