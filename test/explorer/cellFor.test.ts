import { describe, expect, it } from 'vitest';
import { errorsOf, theoryOf } from '../../src/cells/theoryOf.ts';
import { cellFor } from '../../src/explorer/check/cellFor.ts';
import { defaults, type Settings } from '../../src/explorer/state/parameters.ts';
import { riskAt } from '../../src/explorer/theory/ask.ts';

/** Two ways into the same solver, which one of them starts from other options. */
const SOLVED = 1e-9;

const asked: readonly Partial<Settings>[] = [
  {},
  { depth: 3, below: 1.5, activation: 'tanh' },
  { noise: 'sparse' },
  { spectrum: 'power', exponent: 0.7 },
  { spectrum: 'spiked', spikes: 0.1, ratio: 8, depth: 2, loss: 'square' },
  { norm: 'linf' },
  { norm: 'linf', testNorm: 'l2', signal: 'sparse', share: 0.2 },
  { testNorm: 'linf', signal: 'rademacher' },
];

describe('the model that is trained', () => {
  it.each(asked)('has the theory that is shown, of %o', (some) => {
    const settings = { ...defaults, lambda: 0.01, eps: 0.4, ...some };
    const shown = riskAt(settings);
    const theory = theoryOf(cellFor(settings, 20))!;
    expect(Math.abs(shown.standardRisk / theory.standardRisk - 1)).toBeLessThan(SOLVED);
    expect(Math.abs(shown.adversarialRisk / theory.adversarialRisk - 1)).toBeLessThan(SOLVED);
  });

  it('is the classifier that is shown', () => {
    const settings: Settings = { ...defaults, lambda: 0.01, loss: 'hinge', flip: 0.1, labels: 'logistic' };
    const theory = errorsOf(cellFor(settings, 20))!;
    expect(Math.abs(riskAt(settings).standardRisk / theory.error - 1)).toBeLessThan(SOLVED);
    expect(Math.abs(riskAt(settings).adversarialRisk / theory.robustError - 1)).toBeLessThan(SOLVED);
  });
});
