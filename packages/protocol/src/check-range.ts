/**
 * For numbers that callers pass: one text says what is wrong with any of them.
 *
 * @returns The value.
 * @throws {RangeError} if it is no number from `min` to `max`, both included.
 */
export function checkRange(name: string, value: number, min: number, max = Infinity): number {
  // A program without types may pass a text.
  if (typeof value === 'number' && value >= min && value <= max) return value;
  throw new RangeError(`${name} must be a number from ${min} to ${max}: it is ${String(value)}`);
}
