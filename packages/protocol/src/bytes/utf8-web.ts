/** UTF-8 for browsers, chosen by `#utf8`; what each function promises stands in utf8-node.ts. */

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Up to this length a loop in JavaScript beats the call into the runtime (measured). */
const WRITE_CHARS_MAX = 24;

export function decodeUtf8(source: Uint8Array, start: number, end: number): string | undefined {
  try {
    return decoder.decode(source.subarray(start, end));
  } catch {
    return undefined; // `fatal` throws a TypeError on ill-formed bytes, and on nothing else here
  }
}

export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else {
      bytes += 2;
      if (isPair(unit, text.charCodeAt(index + 1))) index++; // 4 bytes for 2 units
    }
  }
  return bytes;
}

export function writeUtf8(text: string, target: Uint8Array, at: number): number {
  const length = text.length;
  if (length > WRITE_CHARS_MAX) return at + encoder.encodeInto(text, target.subarray(at)).written;
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) return at + encoder.encodeInto(text, target.subarray(at)).written;
    target[at + index] = unit;
  }
  return at + length;
}

function isPair(first: number, second: number): boolean {
  return (first & 0xfc00) === 0xd800 && (second & 0xfc00) === 0xdc00;
}
