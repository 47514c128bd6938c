/**
 * UTF-8 for Node.js, chosen by `#utf8`; its twin for browsers is utf8-web.ts, and both pass the
 * same tests. The only file of this package that knows Node.
 *
 * The methods taken from Buffer work on any Uint8Array and need no view of the region, which
 * `TextDecoder` and `Buffer.toString` would.
 */
import { Buffer, isUtf8 } from 'node:buffer';

interface RegionMethods {
  readonly latin1Slice: (this: Uint8Array, start: number, end: number) => string;
  readonly utf8Slice: (this: Uint8Array, start: number, end: number) => string;
  readonly utf8Write: (this: Uint8Array, text: string, at: number, bytesMax: number) => number;
}

const { latin1Slice, utf8Slice, utf8Write } = Buffer.prototype as unknown as RegionMethods;

/** Up to these lengths a loop in JavaScript beats the call into the runtime (measured). */
const SCAN_BYTES_MAX = 64;
const WRITE_CHARS_MAX = 24;

/**
 * Decodes source[start, end) strictly (RFC 3629): no surrogates, no overlong forms, nothing
 * replaced; U+FEFF is kept. `undefined` if the bytes are ill-formed.
 *
 * @param guess What it may well be: then no string is made.
 */
export function decodeUtf8(
  source: Uint8Array,
  start: number,
  end: number,
  guess?: string,
): string | undefined {
  if (guess !== undefined && isSpelled(guess, source, start, end)) return guess;
  if (end - start <= SCAN_BYTES_MAX && isAscii(source, start, end)) {
    return latin1Slice.call(source, start, end);
  }
  return isUtf8(source.subarray(start, end)) ? utf8Slice.call(source, start, end) : undefined;
}

/** Bytes that `text` takes in UTF-8; a lone surrogate counts as U+FFFD. */
export function utf8Length(text: string): number {
  return Buffer.byteLength(text);
}

/**
 * Writes `text` at `target[at]` and returns the end. The caller has made room; a lone surrogate
 * is written as U+FFFD, so that what is written is always well formed.
 */
export function writeUtf8(text: string, target: Uint8Array, at: number): number {
  const length = text.length;
  if (length > WRITE_CHARS_MAX) return at + utf8Write.call(target, text, at, target.length - at);
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) return at + utf8Write.call(target, text, at, target.length - at);
    target[at + index] = unit;
  }
  return at + length;
}

/** Whether the bytes are `text`, if that is ASCII. */
function isSpelled(text: string, source: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = start; at < end; at++) {
    const byte = source[at]!;
    if (byte >= 0x80 || byte !== text.charCodeAt(at - start)) return false;
  }
  return true;
}

function isAscii(source: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (source[at]! >= 0x80) return false;
  return true;
}
