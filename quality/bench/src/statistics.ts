/**
 * The middle value; of an even number, the mean of the two in the middle.
 *
 * @throws {RangeError} if there is no value.
 */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * How far the values lie apart: (largest - smallest) / median, 0 for equal ones.
 *
 * @throws {RangeError} if there is no value.
 */
export function spread(values: readonly number[]): number {
  const middle = median(values);
  const width = Math.max(...values) - Math.min(...values);
  return width === 0 ? 0 : width / middle;
}

/**
 * The value below which a share of them lies; between two of them, in proportion.
 *
 * @param share 0 to 1; 0.5 is the median.
 * @throws {RangeError} if there is no value.
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const lower = sorted[Math.floor(at)];
  const upper = sorted[Math.ceil(at)];
  if (lower === undefined || upper === undefined) throw new RangeError('A quantile needs a value');
  return lower + (upper - lower) * (at - Math.floor(at));
}

/**
 * How far the median of so many values is off, about: its standard error, as of values that are
 * spread normally between their quartiles.
 *
 * @throws {RangeError} if there is no value.
 */
export function medianError(values: readonly number[]): number {
  const width = quantile(values, 0.75) - quantile(values, 0.25);
  return (0.93 * width) / Math.sqrt(values.length);
}
