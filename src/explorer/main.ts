/** The page: a store of its state, views that draw the state, and an address that holds it. */
import { checkPanel } from './check/checkPanel.ts';
import { controls } from './page/controls.ts';
import { curveFigure } from './page/curveFigure.ts';
import { byId } from './page/elements.ts';
import { mapFigure } from './page/mapFigure.ts';
import { takeAway } from './page/takeAway.ts';
import { applyTheme, onSystemTheme, resolvedTheme } from './page/theme.ts';
import { showValues, statusOf } from './page/values.ts';
import { fromLink, toLink } from './state/link.ts';
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

// Browsers limit how often an address may change.
let pending: ReturnType<typeof setTimeout> | undefined;
function updateAddress(): void {
  clearTimeout(pending);
  pending = setTimeout(() => {
    const link = toLink(store.state);
    window.history.replaceState(
      null,
      '',
      link ? `#${link}` : window.location.pathname + window.location.search,
    );
  }, 250);
}

store.subscribe((state, before) => {
  if (state.theme !== before.theme) applyTheme(state.theme);
  labelTheme();
  drawSoon();
  updateAddress();
});
window.addEventListener('hashchange', () => {
  const { state, complaints } = fromLink(window.location.hash.slice(1));
  complain(complaints);
  store.change(state);
});
onSystemTheme(() => {
  labelTheme();
  drawSoon();
});

byId('theme').addEventListener('click', () =>
  store.change({ theme: resolvedTheme(store.state.theme) === 'dark' ? 'light' : 'dark' }),
);
byId('reset').addEventListener('click', () => store.change({ ...initialState, theme: store.state.theme }));

function labelTheme(): void {
  byId('theme').textContent = resolvedTheme(store.state.theme) === 'dark' ? 'Light' : 'Dark';
}

function complain(found: readonly string[]): void {
  const notice = byId('notice');
  notice.hidden = found.length === 0;
  notice.textContent = `Parts of this link are not valid and were ignored: ${found.join('; ')}. The default values are used instead.`;
}

labelTheme();
draw();
