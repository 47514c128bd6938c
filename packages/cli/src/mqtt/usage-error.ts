/** What somebody typed cannot be done. The message is one line, and says what was expected. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * A whole number as it was typed.
 *
 * @throws {UsageError} if it is none from `min` to `max`.
 */
export function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new UsageError(`${flag} must be a whole number from ${min} to ${max}: it is '${text}'`);
}

/**
 * Seconds as they were typed, in ms.
 *
 * @throws {UsageError} if they are none from 0 to a day.
 */
export function secondsInMs(flag: string, text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= 0 && value <= DAY_S) return value * 1000;
  throw new UsageError(`${flag} must be from 0 to ${DAY_S} seconds: it is '${text}'`);
}

const DAY_S = 86_400;
