/** The workbench: every control, both figures, and models of finite size. */
import { bench } from './bench/bench.ts';
import { checkPanel } from './check/checkPanel.ts';
import type { Address } from './page/address.ts';
import { controls } from './page/controls.ts';
import { curveFigure } from './page/curveFigure.ts';
import { byId, setText } from './page/elements.ts';
import equations from './page/equations.html?typeset';
import { mapFigure } from './page/mapFigure.ts';
import { riskText } from './page/numbers.ts';
import { sayAtRest } from './page/sayAtRest.ts';
import { takeAway } from './page/takeAway.ts';
import { showValues, statusOf } from './page/values.ts';
import type { View } from './page/view.ts';
import { wordsFor } from './page/words.ts';
import type { Settings } from './state/parameters.ts';
import type { State, Store } from './state/state.ts';
import { riskAt } from './theory/ask.ts';
import { axisNamed, type RiskAt } from './theory/curve.ts';

/** Builds the workbench into the page. */
export function workbench(store: Store, steps: Address): View {
  byId('equations').innerHTML = equations;
  let pointed: { settings: Settings; risk: RiskAt } | null = null;
  const tools = bench(store, steps);
  const curves = curveFigure(
    store,
    (point) => {
      pointed = point;
      showPoint(store.state);
    },
    tools.dragged,
  );
  const map = mapFigure(store);
  const take = takeAway(store, curves, map);
  controls(byId<HTMLFormElement>('controls'), store);
  const check = checkPanel(store);

  const say = sayAtRest();
  function sayRisks({ settings }: State): void {
    const { standardRisk, adversarialRisk } = riskAt(settings);
    const words = wordsFor(settings);
    say(
      `${words.standardRisk} ${riskText(standardRisk)}, ${words.adversarialRisk} ${riskText(adversarialRisk)}`,
    );
  }

  function showPoint({ settings, axis }: State): void {
    const { settings: at, risk } = pointed ?? { settings, risk: riskAt(settings) };
    showValues(at, risk, axisNamed(axis));
  }

  return {
    draw(state) {
      curves.draw(state);
      tools.draw(state);
      map.draw(state);
      check.draw(state);
      showPoint(state);
      sayRisks(state);
      take.draw(state);
      setText(byId('status-of-theory'), statusOf(state.settings));
    },
  };
}
