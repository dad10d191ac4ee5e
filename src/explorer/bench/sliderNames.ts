import type { Solvable } from '../theory/settingsFor.ts';

/** The numbers that curves run along, as they stand in choices. */
export const sliderNames: readonly (readonly [Solvable, string])[] = [
  ['psi1', 'width ψ₁'],
  ['psi2', 'samples ψ₂'],
  ['eps', 'attack in training ε'],
  ['epsTest', 'attack at test'],
  ['lambda', 'ridge penalty λ'],
  ['tau', 'label noise τ'],
];
