import { createHash } from 'node:crypto';

/**
 * Keys of the databases: numbers big endian, so that order of bytes is order of numbers.
 *
 * LMDB takes keys of at most 1,978 bytes; a longer text is known by its hash.
 */

/** The key of a number up to 2^53, e.g. an arrival. */
export function numberKey(number: number): Buffer {
  const key = Buffer.allocUnsafe(8);
  key.writeBigUInt64BE(BigInt(number));
  return key;
}

/** The number in such a key. */
export function numberOfKey(key: Uint8Array): number {
  return Number(Buffer.from(key.buffer, key.byteOffset, 8).readBigUInt64BE());
}

/** The key of something that belongs to a session: its number, then the one of the thing. */
export function sessionKey(session: number, number: number): Buffer {
  const key = Buffer.allocUnsafe(16);
  key.writeBigUInt64BE(BigInt(session));
  key.writeBigUInt64BE(BigInt(number), 8);
  return key;
}

/** The two numbers in such a key. */
export function partsOfSessionKey(key: Uint8Array): { session: number; number: number } {
  const bytes = Buffer.from(key.buffer, key.byteOffset, 16);
  return { session: Number(bytes.readBigUInt64BE()), number: Number(bytes.readBigUInt64BE(8)) };
}

/** The key of a text of any length. */
export function textKey(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length <= TEXT_BYTES_MAX) return Buffer.concat([WHOLE, bytes]);
  return Buffer.concat([HASHED, createHash('sha256').update(bytes).digest()]);
}

const TEXT_BYTES_MAX = 1024;
const WHOLE = Buffer.of(1);
const HASHED = Buffer.of(2);
