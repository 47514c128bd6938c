/**
 * What a message of a load test carries: of which run and which stream it is, its number in the
 * stream, and when it was due. Loss, duplicates, order and latency come from this.
 * A payload begins with it, 24 bytes; where it looks like one of a device, see stamped-fields.ts.
 */
export interface Stamp {
  /** A number of the run, below 2^32: messages of others are not counted. */
  readonly run: number;
  readonly stream: number;
  /** From 0, below 2^32. */
  readonly sequence: number;
  /** When it should have been sent, in µs of the shared clock. */
  readonly dueUs: number;
}

/** The shortest payload that has room for a stamp. */
export const STAMP_BYTES = 24;

/** A payload of so many bytes, at least {@link STAMP_BYTES}. */
export function stampedPayload(stamp: Stamp, bytes: number): Uint8Array {
  const payload = Buffer.alloc(Math.max(bytes, STAMP_BYTES));
  payload.writeUInt32BE(MAGIC, 0);
  payload.writeUInt32BE(stamp.run, 4);
  payload.writeUInt32BE(stamp.stream, 8);
  payload.writeUInt32BE(stamp.sequence, 12);
  payload.writeDoubleBE(stamp.dueUs, 16);
  return payload;
}

/** The stamp of a payload; `undefined` if it has none. */
export function readStamp(payload: Uint8Array): Stamp | undefined {
  if (payload.length < STAMP_BYTES) return undefined;
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  if (bytes.readUInt32BE(0) !== MAGIC) return undefined;
  return {
    run: bytes.readUInt32BE(4),
    stream: bytes.readUInt32BE(8),
    sequence: bytes.readUInt32BE(12),
    dueUs: bytes.readDoubleBE(16),
  };
}

/** `MGPB`. */
const MAGIC = 0x4d475042;
