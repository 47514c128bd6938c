/**
 * UTF-8 for browsers, chosen by `#utf8`; what each function promises stands in utf8-node.ts. Each
 * byte of it is loaded by pages: it leaves to the runtime what that does nearly as fast as a loop.
 */

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

export function decodeUtf8(source: Uint8Array, start: number, end: number): string | undefined {
  try {
    return decoder.decode(source.subarray(start, end));
  } catch {
    return undefined; // `fatal` throws a TypeError on ill-formed bytes, and on nothing else here
  }
}

export function utf8Length(text: string): number {
  return encoder.encode(text).length;
}

export function writeUtf8(text: string, target: Uint8Array, at: number): number {
  return at + encoder.encodeInto(text, target.subarray(at)).written;
}
