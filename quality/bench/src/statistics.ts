/**
 * The middle value; of an even number, the mean of the two in the middle.
 *
 * @throws {RangeError} if there is no value.
 */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new RangeError('A median needs a value');
  return (lower + upper) / 2;
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
