/**
 * Packets written by hand, byte by byte: what an encoder refuses to make, a broker still has to
 * stand. Nothing here checks anything.
 */

/**
 * Bytes from a commented hex dump: `hex('10 0004 "MQTT"  # protocol name')`.
 *
 * Whitespace is ignored, `#` starts a comment that runs to the end of its line, and what stands
 * between double quotes is taken as UTF-8 text.
 *
 * @throws {TypeError} if something else than hex digits is left, or an odd number of them.
 */
export function hex(dump: string): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const line of dump.split('\n')) {
    for (const token of line.match(/"[^"]*"|#.*|[^\s"#]+/g) ?? []) {
      if (token.startsWith('#')) continue;
      if (token.startsWith('"')) parts.push(Buffer.from(token.slice(1, -1), 'utf8'));
      else parts.push(hexDigits(token));
    }
  }
  return Buffer.concat(parts);
}

/** A packet: its first byte, the remaining length of what follows, and what follows. */
export function framed(firstByte: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(firstByte), remainingLength(body.length), body]);
}

/** A field with a two-byte length in front (MQTT 3.1.1, 1.5.3): text, or bytes that are no text. */
export function field(content: string | Uint8Array): Uint8Array {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  return Buffer.concat([uint16(bytes.length), bytes]);
}

/** Two bytes, most significant first (MQTT 3.1.1, 1.5.2). */
export function uint16(value: number): Uint8Array {
  return Buffer.of((value >> 8) & 0xff, value & 0xff);
}

/** The shortest encoding of a remaining length (MQTT 3.1.1, 2.2.3). */
export function remainingLength(length: number): Uint8Array {
  const bytes: number[] = [];
  let rest = length;
  do {
    const more = rest > 127;
    bytes.push((rest % 128) + (more ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
}

function hexDigits(token: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})+$/i.test(token)) {
    throw new TypeError(`A hex dump holds pairs of hex digits: found ${token}`);
  }
  return Buffer.from(token, 'hex');
}
