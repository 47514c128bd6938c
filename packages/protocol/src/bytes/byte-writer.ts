/**
 * Writes MQTT data types (MQTT 3.1.1, 1.5) into a region the caller has measured. Each function
 * returns the end of what it wrote. The target may be a large shared arena.
 */
import { utf8Length, writeUtf8 } from '#utf8';
import { STRING_BYTES_MAX } from '../limits.js';

export function writeUint16(target: Uint8Array, at: number, value: number): number {
  target[at] = value >>> 8;
  target[at + 1] = value;
  return at + 2;
}

/** Writes a string that {@link stringSize} has measured, with its two-byte length. */
export function writeString(target: Uint8Array, at: number, text: string): number {
  const end = writeUtf8(text, target, at + 2);
  writeUint16(target, at, end - at - 2);
  return end;
}

/** Writes bytes that {@link binarySize} has measured, with their two-byte length. */
export function writeBinary(target: Uint8Array, at: number, bytes: Uint8Array): number {
  writeUint16(target, at, bytes.length);
  target.set(bytes, at + 2);
  return at + 2 + bytes.length;
}

/**
 * Bytes that a string takes with its length.
 *
 * @throws {RangeError} if it is longer than MQTT can say.
 */
export function stringSize(text: string, field: string): number {
  const bytes = utf8Length(text);
  if (bytes > STRING_BYTES_MAX) refuse(bytes, field);
  return 2 + bytes;
}

/**
 * Bytes that binary data takes with its length.
 *
 * @throws {RangeError} if it is longer than MQTT can say.
 */
export function binarySize(bytes: Uint8Array, field: string): number {
  if (bytes.length > STRING_BYTES_MAX) refuse(bytes.length, field);
  return 2 + bytes.length;
}

function refuse(bytes: number, field: string): never {
  throw new RangeError(`${field} must have at most ${STRING_BYTES_MAX} bytes: it has ${bytes}`);
}
