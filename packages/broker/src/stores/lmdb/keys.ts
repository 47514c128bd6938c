import { createHash } from 'node:crypto';
import { NUMBER_BYTES, readNumber, writeNumber } from './numbers.js';

/**
 * Keys of the tables. A number takes 8 bytes, big endian: order of bytes is order of numbers.
 *
 * LMDB takes keys of at most 1,978 bytes; a longer text is known by its hash.
 */

/** The key of a number up to 2^53, e.g. an arrival. */
export function numberKey(number: number): Uint8Array {
  const key = new Uint8Array(NUMBER_BYTES);
  writeNumber(key, 0, number);
  return key;
}

/** @throws {RangeError} if it is not such a key. */
export function numberOfKey(key: Uint8Array): number {
  if (key.length !== NUMBER_BYTES) throw wrongKey(key, NUMBER_BYTES);
  return readNumber(key, 0);
}

/** The key of something that belongs to a session: its number, then the one of the thing. */
export function sessionKey(session: number, number: number): Uint8Array {
  const key = new Uint8Array(2 * NUMBER_BYTES);
  writeNumber(key, 0, session);
  writeNumber(key, NUMBER_BYTES, number);
  return key;
}

/** @throws {RangeError} if it is not such a key. */
export function partsOfSessionKey(key: Uint8Array): { session: number; number: number } {
  if (key.length !== 2 * NUMBER_BYTES) throw wrongKey(key, 2 * NUMBER_BYTES);
  return { session: readNumber(key, 0), number: readNumber(key, NUMBER_BYTES) };
}

/** The key of a text of any length that belongs to a session. */
export function sessionTextKey(session: number, text: string): Uint8Array {
  const name = textKey(text);
  const key = new Uint8Array(NUMBER_BYTES + name.length);
  writeNumber(key, 0, session);
  key.set(name, NUMBER_BYTES);
  return key;
}

/** The session that such a key, or a {@link sessionKey}, belongs to. */
export function sessionOfKey(key: Uint8Array): number {
  if (key.length < NUMBER_BYTES) throw wrongKey(key, NUMBER_BYTES);
  return readNumber(key, 0);
}

/** The key of a text of any length. */
export function textKey(text: string): Uint8Array {
  const bytes = Buffer.from(text);
  if (bytes.length <= TEXT_BYTES_MAX) return Buffer.concat([WHOLE, bytes]);
  return Buffer.concat([HASHED, createHash('sha256').update(bytes).digest()]);
}

function wrongKey(key: Uint8Array, wanted: number): RangeError {
  return new RangeError(`its key has ${key.length} bytes instead of ${wanted}`);
}

const TEXT_BYTES_MAX = 1024;
const WHOLE = Buffer.of(1);
const HASHED = Buffer.of(2);
