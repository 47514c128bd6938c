import { UsageError } from '../mqtt/usage-error.js';

/**
 * A time as people write it: `90s`, `10m`, `2h`, `1d`.
 *
 * @param flag Named if it is none.
 * @returns Milliseconds.
 * @throws {UsageError} if it is no number with one of these units.
 */
export function timeSpanMs(flag: string, text: string): number {
  const unitMs = UNITS_MS.get(text.slice(-1));
  const amount = text.slice(0, -1);
  if (unitMs === undefined || !/^\d+(\.\d+)?$/.test(amount)) {
    throw new UsageError(
      `${flag} must be a number with s, m, h or d, such as 10m: it is '${text}'`,
    );
  }
  return Math.round(Number(amount) * unitMs);
}

/**
 * How long something shall last.
 *
 * @throws {UsageError} as {@link timeSpanMs}, or if it is nothing, or beyond what a date can be.
 */
export function durationMs(flag: string, text: string): number {
  const ms = timeSpanMs(flag, text);
  if (ms > 0 && ms <= DURATION_MS_MAX) return ms;
  throw new UsageError(`${flag} must be more than 0 and at most 999999d: it is '${text}'`);
}

const DURATION_MS_MAX = 999_999 * 86_400_000;
const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);
