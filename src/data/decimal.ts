/** A number as people and tables write it: digits, a point, an exponent. */
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** The number that a text writes in decimals, spaces around it aside; NaN for anything else, such as '', '0x10' or 'Infinity'. */
export const decimal = (text: string): number => (DECIMAL.test(text.trim()) ? Number(text) : Number.NaN);

const WITH_COMMA = /^[+-]?(?:\d+,\d*|,\d+)(?:e[+-]?\d+)?$/i;

/** The number that a text writes with a comma in place of the point; NaN for anything else, such as a number without a comma. */
export const decimalComma = (text: string): number =>
  WITH_COMMA.test(text) ? Number(text.replace(',', '.')) : Number.NaN;

/** Whether the comma of such a number may as well separate thousands: 1,234. */
export const mayBeThousands = (text: string): boolean => /^[+-]?[1-9]\d{0,2},\d{3}$/.test(text);

const THOUSANDS = [
  /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$/,
  /^[+-]?\d{1,3}(?:\.\d{3})+(?:,\d*)?$/,
  /^[+-]?\d{1,3}(?:['’ \u00a0\u202f]\d{3})+(?:[.,]\d*)?$/,
];

/** Whether a text writes a number with separators of thousands, whichever they are. */
export const separatesThousands = (text: string): boolean => THOUSANDS.some((form) => form.test(text));
