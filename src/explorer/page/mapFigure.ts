import { legend } from '../draw/mapColours.ts';
import { mapPanel } from '../draw/mapPanel.ts';
import { parameters, roundFor, type Settings } from '../state/parameters.ts';
import type { Measure, State, Store } from '../state/state.ts';
import { isClassifier, riskAt } from '../theory/ask.ts';
import type { MapAnswer, MapRequest } from '../theory/mapWorker.ts';
import { mapKey, type PlanePoint, type RiskGrid } from '../theory/phaseMap.ts';
import { byId, html } from './elements.ts';
import { shortText } from './numbers.ts';
import type { Underlay } from './pictures.ts';
import { onWidth } from './plotSize.ts';
import { showRiskTip } from './riskTip.ts';
import { letters, symbol } from './symbols.ts';
import { resolvedTheme } from './theme.ts';
import { wordsFor } from './words.ts';

export interface MapFigure {
  readonly svg: SVGSVGElement;
  readonly grid: RiskGrid | undefined;
  underlay(): Underlay;
  draw(state: State): void;
}

/** The map, computed in a worker so that no slider ever waits for it, and pointing at it. */
export function mapFigure(store: Store): MapFigure {
  const box = byId('map-plot');
  const tip = byId('map-tip');
  const select = byId<HTMLSelectElement>('map-of');
  const panel = mapPanel();
  box.append(panel.canvas, panel.element);
  select.addEventListener('change', () => store.change({ mapOf: select.value as Measure }));

  const worker = new Worker(new URL('../theory/mapWorker.ts', import.meta.url), { type: 'module' });
  let asked = '';
  let id = 0;
  let grid: RiskGrid | undefined;
  worker.onmessage = ({ data }: MessageEvent<MapAnswer>) => {
    if (data.id !== id) return;
    grid = data.grid;
    panel.grid(grid);
    panel.lines(data.lines);
    if (data.fine) box.dataset.drawn = asked;
  };

  function pointAt(event: PointerEvent): PlanePoint | undefined {
    const { left, top } = box.getBoundingClientRect();
    return panel.under(event.clientX - left, event.clientY - top);
  }

  const settingsUnder = ({ psi1, eps }: PlanePoint): Settings => ({
    ...store.state.settings,
    psi1: roundFor(parameters.psi1.scale, psi1),
    eps: roundFor(parameters.eps.scale, eps),
  });

  box.addEventListener('pointermove', (event) => {
    const point = pointAt(event);
    tip.hidden = point === undefined;
    if (!point) return;
    const settings = settingsUnder(point);
    const { left, top } = box.getBoundingClientRect();
    showRiskTip(tip, box, {
      place: [
        symbol(letters.psi1),
        ` = ${shortText(settings.psi1)},  `,
        symbol(letters.eps),
        ` = ${shortText(settings.eps)}`,
      ],
      risk: riskAt(settings),
      words: wordsFor(settings),
      x: event.clientX - left,
      y: (height) => Math.max(4, event.clientY - top - height - 10),
    });
  });
  box.addEventListener('pointerleave', () => {
    tip.hidden = true;
  });
  box.addEventListener('click', (event) => {
    const point = pointAt(event as PointerEvent);
    if (point) store.change({ settings: settingsUnder(point) });
  });

  onWidth(box, panel.resize);

  let drawnTheme = '';
  let drawnSettings: Settings | undefined;
  return {
    svg: panel.element,
    get grid() {
      return grid;
    },
    underlay: () => ({
      canvas: panel.canvas,
      left: panel.frame.left,
      top: panel.frame.top,
      width: panel.frame.right - panel.frame.left,
      height: panel.frame.bottom - panel.frame.top,
    }),
    draw({ settings, mapOf, theme }) {
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
        byId('map-peak').textContent = isClassifier(settings) ? 'robust capacity' : 'interpolation peak';
        byId('map-nothing').textContent = `above ${words.nothing}`;
        box.setAttribute(
          'aria-label',
          `Phase map: ${words[mapOf]} over width psi1 and attack radius eps, with the null phase, the ${byId('map-peak').textContent} and the best width. The settings are at psi1 ${settings.psi1}, eps ${settings.eps}.`,
        );
        drawnSettings = settings;
      }
      const key = mapKey(settings, mapOf);
      if (key === asked) return;
      asked = key;
      const request: MapRequest = { id: ++id, settings, measure: mapOf };
      worker.postMessage(request);
    },
  };
}

function drawLegend(theme: 'light' | 'dark'): void {
  byId('map-legend').replaceChildren(
    ...legend(theme).map(({ colour }) => {
      const patch = html('span');
      patch.style.background = `rgb(${colour.join(' ')})`;
      return patch;
    }),
  );
}
