/** E (x - mean)^4 / (E (x - mean)^2)^2, 3 of a Gaussian; 0 of values that are all the same. */
export function kurtosisOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let [second, fourth] = [0, 0];
  for (const value of values) {
    const square = (value - mean) ** 2;
    second += square / values.length;
    fourth += square ** 2 / values.length;
  }
  return second > 0 ? fourth / second ** 2 : 0;
}
