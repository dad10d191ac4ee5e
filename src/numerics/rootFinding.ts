export interface Root {
  readonly value: number;
  readonly iterations: number;
  readonly converged: boolean;
}

const MAX_ITERATIONS = 200;

/**
 * The root of an increasing function of a real variable (for a positive unknown, of its logarithm): steps outwards from
 * `start` until the sign changes, then closes in by false position in the Illinois form, which keeps a bracket.
 * `converged` is false when no sign change was found within `reach` of the start; the value is then the last one tried.
 */
export function increasingRoot(f: (x: number) => number, start: number, reach = 700): Root {
  let low = start;
  let atLow = f(low);
  if (atLow === 0) return { value: start, iterations: 1, converged: true };
  let high = low;
  let atHigh = atLow;
  let iterations = 1;
  for (let stride = 0.5; ; stride *= 2) {
    if (!(Math.abs((atLow < 0 ? high : low) - start) <= reach) || Number.isNaN(atLow + atHigh))
      return { value: atLow < 0 ? high : low, iterations, converged: false };
    iterations++;
    if (atLow < 0) {
      high = low + stride;
      atHigh = f(high);
      if (atHigh >= 0) break;
      low = high;
      atLow = atHigh;
    } else {
      low = high - stride;
      atLow = f(low);
      if (atLow < 0) break;
      high = low;
      atHigh = atLow;
    }
  }
  return closeIn(f, low, atLow, high, atHigh, iterations);
}

function closeIn(
  f: (x: number) => number,
  a: number,
  atA: number,
  b: number,
  atB: number,
  iterations: number,
): Root {
  let [low, atLow, high, atHigh] = [a, atA, b, atB];
  let side = 0;
  while (iterations < MAX_ITERATIONS) {
    const width = high - low;
    const falsePosition = low - (atLow * width) / (atHigh - atLow);
    // Values that overflow leave false position without meaning; halve instead.
    const middle = falsePosition > low && falsePosition < high ? falsePosition : low + width / 2;
    if (width <= 4e-16 * Math.max(1, Math.abs(low)) || middle === low || middle === high) break;
    const value = f(middle);
    iterations++;
    if (value === 0) return { value: middle, iterations, converged: true };
    if (value < 0) {
      if (side < 0) atHigh /= 2;
      low = middle;
      atLow = value;
      side = -1;
    } else {
      if (side > 0) atLow /= 2;
      high = middle;
      atHigh = value;
      side = 1;
    }
  }
  return {
    value: Math.abs(atLow) < Math.abs(atHigh) ? low : high,
    iterations,
    converged: iterations < MAX_ITERATIONS,
  };
}
