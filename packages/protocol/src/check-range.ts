/**
 * For numbers that callers pass: one text says what is wrong with any of them.
 *
 * @returns The value.
 * @throws {RangeError} if it is not from `min` to `max`, both included.
 */
export function checkRange(name: string, value: number, min: number, max = Infinity): number {
  if (value >= min && value <= max) return value;
  throw new RangeError(`${name} must be from ${min} to ${max}: it is ${value}`);
}
