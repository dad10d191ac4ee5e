import type { Cell } from '../cells/cell.ts';
import { adversarialRisk, standardRisk } from '../cells/measure.ts';
import { theoryOf } from '../cells/theoryOf.ts';
import { bestWidth, randomFeatures } from '../theory/index.ts';
import { type Claim, clearlyAbove, type Figure, type FigureSettings, shown } from './figure.ts';
import { around, baseSettings, cellsOf, endsOf, nothingAt, panelOf, squareAt, WIDTH_AXIS } from './shared.ts';

const AR = adversarialRisk();
const kinds = [
  { label: 'standard risk', measure: standardRisk },
  { label: 'adversarial risk', measure: AR },
];

/** Risk against width, a panel for each eps: the figure that the paper is named after. */
export const curse: Figure = {
  name: 'curse',
  summary: 'standard and adversarial risk against width, for several eps',
  defaults: { ...baseSettings, psi1: [0.25, 0.5, 1, 1.5, 3, 5, 8], epsilons: [0, 0.3, 0.6, 1], d: [50, 100] },
  quick: { psi1: [0.5, 1, 4], epsilons: [0, 0.3], d: [30, 60], seeds: 4, testRows: 1000 },
  varies: ['d', 'psi1', 'epsilons'],

  plan(settings) {
    const { psi1: widths } = settings;
    const curveWidths = around(widths, 5, 240);

    return {
      x: WIDTH_AXIS,
      y: { label: 'risk', scale: 'log' },
      guides: [squareAt(settings), nothingAt(settings)],
      caption:
        'Standard and adversarial risk of adversarially trained random-features regressions against psi1 = N/d, one ' +
        'panel for each radius eps of the l2 attack (the same in training and at test). Without attack the two risks are one, ' +
        'which is infinite at psi1 = psi2. Dashed: psi1 = psi2, where features and samples are equally many, and 1 + tau^2, ' +
        'the risk of predicting nothing, which narrow models do where eps is beyond its critical value.',
      panels: settings.epsilons.map((eps) =>
        panelOf(
          eps === 0 ? '$\\varepsilon = 0$: AR equals SR' : `$\\varepsilon = ${eps}$`,
          settings,
          // At eps = 0 the two risks are the same number, drawn once.
          (eps === 0 ? kinds.slice(0, 1) : kinds).map((kind) => ({
            ...kind,
            along: curveWidths,
            at: widths,
            argsAt: (psi1) => ({ psi1, eps }),
          })),
        ),
      ),
      claims: claims(settings, (psi1, eps) => cellsOf(settings, { psi1, eps })),
    };
  },
};

function claims(settings: FigureSettings, at: (psi1: number, eps: number) => Cell[]): Claim[] {
  const { psi1, epsilons, psi2, tau, lambda } = settings;
  const past = psi1.filter((width) => width > psi2[0]!);
  const ascending = [...epsilons].filter((eps) => eps > 0).sort((a, b) => a - b);
  const [small, large] = [ascending[0], ascending.at(-1)];
  const { widest, narrowest } = endsOf(settings);
  const found: Claim[] = [];
  if (epsilons.includes(0) && past.length > 1)
    found.push({
      statement: 'at eps = 0 the standard risk keeps falling beyond the peak at psi1 = psi2',
      check(mean) {
        const values = past.map((width) => mean(at(width, 0), standardRisk));
        const falls = values.every((value, i) => i === 0 || clearlyAbove(values[i - 1]!, value));
        return {
          holds: falls,
          evidence: past.map((width, i) => `psi1 ${width}: ${shown(values[i]!)}`).join(', '),
        };
      },
    });
  if (small !== undefined && lambda[0] === 0)
    found.push({
      statement: `at eps = ${small} the adversarial risk has a best width and rises beyond it, towards 1 + tau^2 (theory)`,
      check() {
        const activation = settings.activations[0]!;
        const best = bestWidth(randomFeatures({ psi1: 1, activation }), { psi2: psi2[0]!, eps: small, tau });
        const wide = [10, 100, 1000].map((times) => {
          const width = best.at * times;
          return { width, value: AR.predicted(at(width, small)[0]!) };
        });
        const far = wide.at(-1)!.value;
        const rises = best.where === 'inside' && best.risk.adversarialRisk < wide[0]!.value;
        return {
          holds: rises && Math.abs(far - (1 + tau ** 2)) < 0.1,
          evidence: [
            `least AR ${best.risk.adversarialRisk.toFixed(3)} at psi1 ${best.at.toFixed(1)}`,
            ...wide.map(({ width, value }) => `${value.toFixed(3)} at ${width.toFixed(0)}`),
          ].join(', '),
        };
      },
    });
  if (small !== undefined && lambda[0] === 0 && widest > psi2[0]! && epsilons.includes(0))
    found.push({
      statement:
        'for N > n a vanishing eps is not eps = 0: it selects the interpolator of least gradient (theory and simulation)',
      check(mean) {
        const limitAt = (eps: number) => {
          return standardRisk.predicted({ ...at(widest, small)[0]!, eps });
        };
        const [vanishing, none, simulated] = [limitAt(1e-4), limitAt(0), mean(at(widest, 0), standardRisk)];
        return {
          holds: vanishing > 1.2 * none && simulated.value + 2 * simulated.standardError < vanishing,
          evidence:
            `psi1 ${widest}: SR ${vanishing.toFixed(3)} as eps falls to 0, ${none.toFixed(3)} at eps = 0, ` +
            `where the simulation has ${shown(simulated)}`,
        };
      },
    });
  if (large !== undefined && large !== small) {
    const nothing = theoryOf(at(narrowest, large)[0]!)!.phase === 'null' ? ', which predicts nothing,' : '';
    found.push({
      statement: `at eps = ${large} the narrowest model${nothing} has a lower adversarial risk than the widest`,
      compares: ['psi1'],
      check(mean) {
        const [narrow, wide] = [mean(at(narrowest, large), AR), mean(at(widest, large), AR)];
        const evidence = `psi1 ${narrowest}: ${shown(narrow)}, psi1 ${widest}: ${shown(wide)}`;
        return { holds: clearlyAbove(wide, narrow), evidence };
      },
    });
  }
  return found;
}
