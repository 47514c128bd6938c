import { UsageError } from './usage-error.js';

/**
 * Bytes as they were typed: `65536`, `64k`, `100M`, `2G`, in powers of 1024.
 *
 * @throws {UsageError} if they are none from 1 to 2^53 - 1.
 */
export function byteSize(flag: string, text: string): number {
  const [, digits = '', unit = ''] = /^(\d+)([kKMG]?)i?B?$/.exec(text) ?? [];
  const bytes = Number(digits) * (UNITS[unit.toLowerCase()] ?? 1);
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new UsageError(
    `${flag} must be a number of bytes such as 65536, 64k, 100M: it is '${text}'`,
  );
}

const UNITS: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 };
