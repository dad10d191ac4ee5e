import { standardRisk } from '../cells/measure.ts';
import { asymptoticRisk, gridValues, linear as linearFeatures } from '../theory/index.ts';
import { type Figure, shown } from './figure.ts';
import { baseSettings, cellsOf, kindsByEps, nearestTo, panelOf } from './shared.ts';

/** Adversarial linear regression (Javanmard, Soltanolkotabi & Hassani 2020). */
export const linear: Figure = {
  name: 'linear',
  summary: 'adversarial linear regression: standard risk against d/n, the peak shifting with eps',
  defaults: {
    ...baseSettings,
    psi2: [4, 2, 1.25, 0.8, 0.6, 0.4],
    epsilons: [0, 0.1, 0.3],
    tau: 0.5,
    method: 'exact',
  },
  quick: { psi2: [3, 1.2, 0.5], epsilons: [0, 0.3], d: [40], testRows: 1000 },
  varies: ['psi2', 'epsilons'],
  fixed: {
    psi1: 'none: linear regression has no random features',
    activations: 'none: linear regression has no random features',
  },

  plan(settings) {
    const { epsilons, tau } = settings;
    const ratios = settings.psi2.map((psi2) => 1 / psi2);
    const along = gridValues({
      from: Math.min(...ratios) / 1.25,
      to: Math.max(...ratios) * 1.25,
      count: 240,
    });
    const ascending = [...epsilons].sort((a, b) => a - b);
    const peakOf = (eps: number) =>
      gridValues({ from: 0.5, to: 3, count: 501 })
        .map((ratio) => ({
          ratio,
          risk: asymptoticRisk(linearFeatures(), { psi2: 1 / ratio, eps, tau }).standardRisk,
        }))
        .reduce((a, b) => (b.risk > a.risk ? b : a));
    return {
      x: { label: '$d/n = 1/\\psi_2$', scale: 'linear' },
      y: { label: 'standard risk', scale: 'log' },
      guides: [{ axis: 'x', at: 1, label: '$d = n$' }],
      caption: 'Standard risk of adversarially trained linear regression against d/n. Dashed: d = n.',
      panels: [
        panelOf(
          '',
          settings,
          kindsByEps(settings, {
            measure: standardRisk,
            along,
            at: ratios,
            argsAt: (ratio) => ({ features: 'linear', psi1: 1, psi2: 1 / ratio }),
          }),
        ),
      ],
      claims: [
        {
          statement: 'the peak near d = n moves to larger d/n and shrinks as eps grows (theory)',
          check() {
            const peaks = ascending.map(peakOf);
            return {
              holds: peaks.every(
                (p, i) => i === 0 || (p.ratio > peaks[i - 1]!.ratio && p.risk < peaks[i - 1]!.risk),
              ),
              evidence: peaks
                .map((p, i) => `eps ${ascending[i]}: ${p.risk.toFixed(2)} at d/n ${p.ratio.toFixed(3)}`)
                .join(', '),
            };
          },
        },
        {
          statement: 'near d = n adversarial training lowers even the standard risk',
          compares: ['epsilons'],
          check(mean) {
            const near = nearestTo(1, settings.psi2);
            const at = (eps: number) =>
              mean(cellsOf(settings, { features: 'linear', psi1: 1, psi2: near, eps }), standardRisk);
            const [normal, robust] = [at(ascending[0]!), at(ascending.at(-1)!)];
            const evidence = `psi2 ${near}: ${shown(normal)} at eps ${ascending[0]}, ${shown(robust)} at eps ${ascending.at(-1)}`;
            return { holds: robust.value < normal.value, evidence };
          },
        },
      ],
    };
  },
};
