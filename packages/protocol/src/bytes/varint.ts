/**
 * Remaining Length: 7 bits a byte, low bits first, bit 7 set if another byte follows
 * (MQTT 3.1.1, 2.2.3). It is read by the framer, which may have only some of its bytes.
 */

/** Bytes that `value` takes, 1 to 4: the shortest form. */
export function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  return value < 0x20_0000 ? 3 : 4;
}

/** Writes `value` (0 to 268,435,455) in its shortest form and returns the end. */
export function writeVarint(target: Uint8Array, at: number, value: number): number {
  while (value >= 0x80) {
    target[at++] = (value & 0x7f) | 0x80;
    value >>>= 7;
  }
  target[at++] = value;
  return at;
}
