import { UsageError } from '../mqtt/usage-error.js';

/**
 * `90s`, `15m`, `2h` or `7d` in ms.
 *
 * @throws {UsageError} if it is no time, or none at all.
 */
export function durationMs(flag: string, text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = Number(count) * (UNIT_MS[unit] ?? 0);
  if (ms > 0) return ms;
  throw new UsageError(`${flag} must be a time such as 90s, 15m, 2h or 7d: it is '${text}'`);
}

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
