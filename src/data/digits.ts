/** How many rows and inputs the handwritten digits of `shippedSets.ts` have. */
export const DIGITS = { rows: 1797, inputs: 64 } as const;
