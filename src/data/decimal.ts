/** A number as people and tables write it: digits, a point, an exponent. */
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** The number that a text writes in decimals, spaces around it aside; NaN for anything else, such as '', '0x10' or 'Infinity'. */
export const decimal = (text: string): number => (DECIMAL.test(text.trim()) ? Number(text) : Number.NaN);
