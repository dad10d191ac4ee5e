/** Whether the tests run at the sizes of `scripts/nightly.ts`: RRF_WHOLE=1. */
export const whole = process.env.RRF_WHOLE === '1';

/** A size of the suite, in which minutes count, or the larger one of `scripts/nightly.ts`. */
export const sized = <Size>(small: Size, large: Size): Size => (whole ? large : small);
