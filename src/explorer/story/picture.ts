import { adversarialRiskAt } from '../../theory/index.ts';
import type { Line, LinePlotView } from '../draw/linePlot.ts';
import { riskDomain } from '../draw/riskDomain.ts';
import { shortText } from '../page/numbers.ts';
import { parameters, type Settings } from '../state/parameters.ts';
import type { SceneName } from '../state/scenes.ts';
import { criticalEpsAt, epsTestOf, nothingRisk, riskAt } from '../theory/ask.ts';
import { axisNamed, curveOf, placeOf, type RiskAt } from '../theory/curve.ts';
import type { PageRisk } from '../theory/pageRisk.ts';
import type { Quantity } from './marked.ts';

/** The plot of a scene. */
export function pictureOf(scene: SceneName, settings: Settings): LinePlotView {
  const along = scene === 'null' ? 'eps' : 'psi1';
  const axis = axisNamed(along);
  if (axis.kind !== 'range') throw new Error('the story runs along numbers');
  const [first, ...others] = curveOf({ settings, axis: along });
  // Without any attack the solution is another one: a single point, and no part of the line.
  const curve = along === 'eps' && first!.phase === 'ridgeless' ? others : [first!, ...others];
  const here = riskAt(settings);
  const line = (quantity: Quantity, label: string, value: (risk: PageRisk) => number): Line => ({
    quantity,
    label,
    points: pointsOf(curve, value),
    here: value(here),
  });
  const standard = line('standard', 'standard', (risk) => risk.standardRisk);
  const adversarial = line('adversarial', 'adversarial', (risk) => risk.adversarialRisk);
  const faint = (
    otherwise: Partial<Settings>,
    label: string,
    value: (risk: PageRisk) => number = (risk) => risk.adversarialRisk,
  ): Line => ({
    quantity: 'adversarial',
    label,
    points: pointsOf(curveOf({ settings: { ...settings, ...otherwise }, axis: along }), value),
    here: Number.NaN,
    faint: true,
  });
  const nothing = nothingRisk(settings);
  const common = {
    axis,
    at: placeOf(settings, axis),
    title: 'risk',
    level: { value: nothing, words: `predicting nothing, ${shortText(nothing)}`, short: shortText(nothing) },
    // Of a peak the foot is enough: what matters is on both sides of it.
    most: Math.min(riskDomain([curve], nothing, 'linear')[1], Math.ceil(2.4 * nothing)),
    ...(axis.name === 'psi1' && { square: settings.psi2 }),
  };
  switch (scene) {
    case 'training':
      return { ...common, lines: [standard] };
    case 'attack':
      return { ...common, lines: [adversarial, standard] };
    case 'curse': {
      const attacked = (risk: PageRisk): number => adversarialRiskAt(risk, epsTestOf(settings));
      const ordinary = faint({ eps: 0, epsTest: 0 }, 'ordinary training', attacked);
      return { ...common, lines: [adversarial, standard, { ...ordinary, short: 'ordinary' }] };
    }
    case 'why': {
      const { level: _, ...plain } = common;
      const lines = [
        {
          ...line('adversarial', 'fresh, attacked', (risk) => Math.sqrt(risk.adversarialRisk)),
          short: 'attacked',
        },
        line('standard', 'fresh', (risk) => Math.sqrt(risk.standardRisk)),
        line('radius', 'εq', (risk) => epsTestOf(settings) * risk.gradientNorm),
        {
          ...line('worst', 'training, attacked', (risk) => Math.sqrt(risk.worstTraining!)),
          short: 'training',
        },
      ];
      return { ...plain, lines, most: Math.sqrt(common.most), title: 'error (rms)' };
    }
    case 'null': {
      const critical = criticalEpsAt(settings);
      const nullPhase = critical < axis.to && { nothing: [critical, parameters.eps.to] as const };
      return { ...common, lines: [adversarial, standard], ...nullPhase };
    }
    case 'remedy': {
      const free = curveOf({ settings: { ...settings, lambda: 0 }, axis: 'psi1' });
      const lines = [adversarial, standard, faint({ lambda: 0 }, 'no penalty')];
      return { ...common, lines, most: riskDomain([free], nothing, 'linear')[1] };
    }
  }
}

/** Broken where the ridgeless phase begins or ends, since risks jump there. */
const pointsOf = (curve: readonly RiskAt[], value: (risk: PageRisk) => number): [number, number][] =>
  curve.flatMap((risk, i): [number, number][] => {
    const jumps = i > 0 && (curve[i - 1]!.phase === 'ridgeless') !== (risk.phase === 'ridgeless');
    const point: [number, number] = [risk.at, value(risk)];
    return jumps && risk.phase !== 'infinite' && curve[i - 1]!.phase !== 'infinite'
      ? [[Number.NaN, Number.NaN], point]
      : [point];
  });
