import { matching } from '../check/measurements.ts';
import { curvePanel } from '../draw/curvePanel.ts';
import type { CurveView } from '../draw/curveView.ts';
import type { RiskName } from '../draw/plane.ts';
import { facesLinf, linfIsKnown } from '../state/norms.ts';
import type { AxisName, Settings } from '../state/parameters.ts';
import type { Store } from '../state/state.ts';
import { isClassifier, riskAt } from '../theory/ask.ts';
import {
  axisNamed,
  curveOf,
  placeOf,
  placeText,
  pointsOf,
  type RiskAt,
  settingsAt,
} from '../theory/curve.ts';
import { kept } from '../theory/keptAnswers.ts';
import { pinnedCurves } from '../theory/pinnedCurves.ts';
import { atRest, REST } from './atRest.ts';
import { byId, setText } from './elements.ts';
import { shortText } from './numbers.ts';
import { onWidth } from './plotSize.ts';
import { placeTip, showRiskTip } from './riskTip.ts';
import { axisNames, letters, symbol } from './symbols.ts';
import type { View } from './view.ts';
import { riskSentence, wordsFor } from './words.ts';

const NONE: CurveView['own'] = [];

export interface CurveFigure extends View {
  readonly svg: SVGSVGElement;
  /** what is drawn; undefined before it is */
  readonly view: CurveView | undefined;
}

/**
 * The curves, their choices, and pointing at them. `pointed` is told the settings and risk under the pointer, or null
 * when the pointer has gone; `dragged` that a dot of the settings' own place is
 * held at another risk, and answers with words to show beside it.
 */
export function curveFigure(
  store: Store,
  pointed: (point: { settings: Settings; risk: RiskAt } | null) => void,
  dragged: (of: RiskName, to: number) => string,
): CurveFigure {
  const box = byId('curve-plot');
  const tip = byId('curve-tip');
  const select = byId<HTMLSelectElement>('axis');
  const logRisk = byId<HTMLInputElement>('log-risk');
  const panel = curvePanel();
  box.append(panel.element);
  select.append(...Object.entries(axisNames).map(([name, text]) => new Option(text, name)));
  select.addEventListener('change', () => store.change({ axis: select.value as AxisName }));
  logRisk.addEventListener('change', () => store.change({ yScale: logRisk.checked ? 'log' : 'linear' }));

  let view: CurveView | undefined;
  let at: number | undefined;

  function pointAt(value: number | undefined): void {
    at = value;
    if (value === undefined || !view) {
      panel.point(null);
      tip.hidden = true;
      pointed(null);
      if (view) describe(view.here);
      return;
    }
    const settings = settingsAt(view.settings, view.axis, value);
    const risk: RiskAt = { at: value, ...riskAt(settings) };
    panel.point(risk);
    showTip(risk);
    describe(risk);
    pointed({ settings, risk });
  }

  const showTip = (risk: RiskAt): void =>
    showRiskTip(tip, box, {
      place: [symbol(letters[view!.axis.name]), ` = ${placeText(view!.axis, risk.at, shortText)}`],
      risk,
      words: wordsFor(view!.settings),
      x: panel.pixelOf(risk.at),
      // Below the names of the curves, where those stand above the frame.
      y: () => panel.top() + 8,
    });

  /** What a screen reader says of the slider that the plot is. */
  function describe(risk: RiskAt): void {
    const { axis, settings } = view!;
    const [from, to] = axis.kind === 'range' ? [axis.from, axis.to] : [0, axis.places.length - 1];
    box.setAttribute('aria-valuemin', String(from));
    box.setAttribute('aria-valuemax', String(to));
    box.setAttribute('aria-valuenow', String(Math.min(to, Math.max(from, risk.at))));
    box.setAttribute(
      'aria-valuetext',
      `${axis.name} ${placeText(axis, risk.at, shortText)}: ${riskSentence(settings, risk)}`,
    );
  }

  const goTo = (value: number): void =>
    store.change({ settings: settingsAt(store.state.settings, axisNamed(store.state.axis), value) });

  const valueUnder = (event: PointerEvent): number | undefined =>
    panel.valueUnder(event.clientX - box.getBoundingClientRect().left);
  const grasped = ({ clientX, clientY }: Pick<PointerEvent, 'clientX' | 'clientY'>): RiskName | undefined => {
    const { left, top } = box.getBoundingClientRect();
    return panel.grasped(clientX - left, clientY - top);
  };
  let held: RiskName | undefined;
  let moved = false;
  box.addEventListener('pointerdown', (event) => {
    held = grasped(event);
    moved = false;
    if (!held) return;
    box.setPointerCapture(event.pointerId);
    pointAt(undefined);
  });
  // A finger on a dot drags it instead of the page.
  box.addEventListener(
    'touchstart',
    (event) => {
      if (grasped(event.touches[0]!)) event.preventDefault();
    },
    { passive: false },
  );
  box.addEventListener('pointermove', (event) => {
    box.style.cursor = held || grasped(event) ? 'ns-resize' : '';
    if (!held) {
      pointAt(valueUnder(event));
      return;
    }
    moved = true;
    const risk = Number(panel.riskUnder(event.clientY - box.getBoundingClientRect().top).toPrecision(3));
    panel.target(risk, held);
    tip.replaceChildren(dragged(held, risk));
    tip.hidden = false;
    placeTip(tip, box, panel.pixelOf(view!.here.at), event.clientY - box.getBoundingClientRect().top - 40);
  });
  const release = (): void => {
    if (!held) return;
    held = undefined;
    panel.target(null);
    tip.hidden = true;
  };
  box.addEventListener('pointerup', release);
  box.addEventListener('pointercancel', release);
  box.addEventListener('pointerleave', () => pointAt(undefined));
  box.addEventListener('blur', () => pointAt(undefined));
  box.addEventListener('click', (event) => {
    // The end of a drag is no click.
    if (moved) {
      moved = false;
      return;
    }
    const value = valueUnder(event as PointerEvent);
    if (value !== undefined) goTo(value);
  });
  box.addEventListener('keydown', (event) => {
    if (!view) return;
    if (event.key === 'Escape') pointAt(undefined);
    else if (event.key === 'Enter' && at !== undefined) goTo(at);
    else {
      const next = stepped(view, at ?? view.here.at, event.key);
      if (next === undefined) return;
      pointAt(next);
    }
    event.preventDefault();
  });

  // As high as the map and its key, where that is beside it.
  const [map, key, hint] = [byId('map-plot'), byId('map-key'), byId('curve-hint')];
  onWidth(box, panel.resize, () =>
    map.getBoundingClientRect().top === box.getBoundingClientRect().top
      ? Math.max(0, key.offsetHeight - hint.offsetHeight)
      : 0,
  );

  let changed = Number.NEGATIVE_INFINITY;
  /** Whether the settings have changed just before, too. */
  function moves(): boolean {
    const before = changed;
    changed = performance.now();
    return changed - before < REST;
  }
  const pinned = kept(pinnedCurves);
  const refine = atRest(() => figure.draw(store.state));

  const figure: CurveFigure = {
    svg: panel.element,
    get view() {
      return view;
    },
    draw({ settings, axis: name, yScale, measurements, pins, own }) {
      select.value = name;
      for (const option of select.options)
        option.disabled = facesLinf(settings) && !linfIsKnown(settings, option.value as AxisName);
      setText(byId('curves-title'), isClassifier(settings) ? 'Error against' : 'Risk against');
      logRisk.checked = yScale === 'log';
      const axis = axisNamed(name);
      const here = { at: placeOf(settings, axis), ...riskAt(settings) };
      const { atRest: most, moving } = pointsOf(settings);
      // A curve that takes longer than a frame has fewer points until its settings rest.
      const coarse = moving < most && view !== undefined && settings !== view.settings && moves();
      view = {
        settings,
        axis,
        yScale,
        here,
        curve: curveOf({ settings, axis: name, count: coarse ? moving : most }),
        measurements: matching(measurements, settings, axis),
        pinned: pinned(pins, isClassifier(settings), name),
        own: own?.axis === name ? own.points : NONE,
      };
      panel.draw(view);
      if (coarse) refine();
      if (at === undefined) describe(here);
      else pointAt(at);
    },
  };
  return figure;
}

/** The neighbouring point of the curve that a key asks for. */
function stepped({ curve, axis }: CurveView, at: number, key: string): number | undefined {
  const stride = axis.kind === 'places' ? 1 : 3;
  const steps: Readonly<Record<string, number>> = {
    ArrowRight: stride,
    ArrowUp: stride,
    ArrowLeft: -stride,
    ArrowDown: -stride,
    PageUp: 5 * stride,
    PageDown: -5 * stride,
    Home: -curve.length,
    End: curve.length,
  };
  const step = steps[key];
  if (step === undefined) return undefined;
  let nearest = 0;
  for (let i = 1; i < curve.length; i++)
    if (Math.abs(curve[i]!.at - at) < Math.abs(curve[nearest]!.at - at)) nearest = i;
  return curve[Math.min(curve.length - 1, Math.max(0, nearest + step))]!.at;
}
