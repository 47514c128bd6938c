/** Where one whole control packet lies in the bytes that hold it (MQTT 3.1.1, 2.2). */
export interface Frame {
  /** High nibble of the first byte: 0 to 15, of which 0 and 15 are no control packet. */
  readonly type: number;
  /** Low nibble of the first byte. */
  readonly flags: number;
  readonly source: Uint8Array;
  /** Index in `source` of the first byte of the fixed header. */
  readonly packetStart: number;
  /** Index in `source` of the first byte behind the fixed header. */
  readonly bodyStart: number;
  /** Index in `source` behind the last byte of the packet. */
  readonly bodyEnd: number;
}
