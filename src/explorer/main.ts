/** The page: a store of its state, views that draw the state, and an address that holds it. */
import { checkPanel } from './check/checkPanel.ts';
import { address } from './page/address.ts';
import { controls } from './page/controls.ts';
import { curveFigure } from './page/curveFigure.ts';
import { byId } from './page/elements.ts';
import { mapFigure } from './page/mapFigure.ts';
import { takeAway } from './page/takeAway.ts';
import { applyTheme, onSystemTheme, resolvedTheme } from './page/theme.ts';
import { undoButtons } from './page/undoButtons.ts';
import { showValues, statusOf } from './page/values.ts';
import { fromLink } from './state/link.ts';
import type { Settings } from './state/parameters.ts';
import { initialState, newStore, type State } from './state/state.ts';
import { riskAt } from './theory/ask.ts';
import { axisNamed, type RiskAt } from './theory/curve.ts';

const { state: linked, complaints } = fromLink(window.location.hash.slice(1));
const store = newStore(linked);
complain(complaints);
applyTheme(linked.theme);

let pointed: { settings: Settings; risk: RiskAt } | null = null;
const curves = curveFigure(store, (point) => {
  pointed = point;
  showPoint(store.state);
});
const map = mapFigure(store);
const take = takeAway(store, curves, map);
controls(byId<HTMLFormElement>('controls'), store);
checkPanel(store);

function showPoint({ settings, axis }: State): void {
  const { settings: at, risk } = pointed ?? { settings, risk: riskAt(settings) };
  showValues(at, risk, axisNamed(axis));
}

function draw(): void {
  performance.mark('redraw-begins');
  const { state } = store;
  curves.draw(state);
  map.draw(state);
  showPoint(state);
  take.show(state);
  byId('status-of-theory').textContent = statusOf(state.settings);
  performance.measure('redraw', 'redraw-begins');
}

// Many changes in one frame are drawn once.
let due = false;
function drawSoon(): void {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    draw();
  });
}

store.subscribe((state, before) => {
  if (state.theme !== before.theme) applyTheme(state.theme);
  labelTheme();
  drawSoon();
});
undoButtons(document.querySelector<HTMLElement>('.tools')!, address(store, complain));
onSystemTheme(() => {
  labelTheme();
  drawSoon();
});

byId('theme').addEventListener('click', () =>
  store.change({ theme: resolvedTheme(store.state.theme) === 'dark' ? 'light' : 'dark' }),
);
byId('reset').addEventListener('click', () => {
  const { theme, measurements } = store.state;
  store.change({ ...initialState, theme, measurements });
});

function labelTheme(): void {
  byId('theme').textContent = resolvedTheme(store.state.theme) === 'dark' ? 'Light' : 'Dark';
}

function complain(found: readonly string[]): void {
  const notice = byId('notice');
  notice.hidden = found.length === 0;
  notice.textContent = `Parts of this link were ignored: ${found.join('; ')}. The usual values are used instead.`;
}

labelTheme();
draw();
