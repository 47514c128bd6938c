import { UsageError } from '../mqtt/usage-error.js';

/** A moment of a recording: µs from its first message on, or µs since 1970. */
export interface TimeBound {
  readonly us: number;
  readonly fromStart: boolean;
}

/**
 * `90` or `90.5`: seconds from the first message on; `2026-01-31T08:05:09Z`: a date and time.
 *
 * @throws {UsageError} if it is neither.
 */
export function timeBound(flag: string, text: string): TimeBound {
  const seconds = text.trim() === '' ? Number.NaN : Number(text);
  if (seconds >= 0 && seconds < SECONDS_MAX) {
    return { us: Math.round(seconds * 1_000_000), fromStart: true };
  }
  const ms = DATE.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return { us: ms * 1000, fromStart: false };
  const forms = 'seconds from the first message, or a time such as 2026-01-31T08:05:09Z';
  throw new UsageError(`${flag} must be ${forms}: it is '${text}'`);
}

/** @param startUs Of the first message, since 1970. @returns The moment, since 1970. */
export function boundUs({ us, fromStart }: TimeBound, startUs: number): number {
  return fromStart ? startUs + us : us;
}

const DATE = /^\d{4}-\d\d-\d\d/;
/** A century. */
const SECONDS_MAX = 100 * 366 * 86_400;
