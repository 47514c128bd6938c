import { BATCH_HEADER } from './batch-format.js';

/** A payload is not a whole batch. */
export class BatchFormatError extends Error {
  override readonly name = 'BatchFormatError';
  /** Where in the payload it ceased to be one, in bytes. */
  readonly at: number;

  constructor(problem: string, at: number) {
    super(`Not a batch of readings: ${problem} at byte ${at}`);
    this.at = at;
  }
}

/** Readings of a batch unless the caller sets another limit; a reading may cost one byte only. */
const READINGS_MAX = 65_536;
/** A length has at most so many bytes (MQTT 3.1.1, 2.2.3). */
const LENGTH_BYTES_MAX = 4;

/** Whether a payload begins as a batch does. */
export function isBatch(payload: Uint8Array): boolean {
  return BATCH_HEADER.every((byte, at) => payload[at] === byte);
}

/**
 * The readings of a batch (batch-format.ts), in the order in which they were added.
 *
 * They are VIEWS into the payload: a caller that keeps one longer than the payload copies it.
 *
 * @param readingsMax Most readings taken from one batch; each takes at least one byte of it.
 * @throws {BatchFormatError} if the payload is no batch, ends in the middle of a reading, or holds
 * more readings than that. Nothing of it is handed out then.
 */
export function unpackBatch(payload: Uint8Array, readingsMax = READINGS_MAX): Uint8Array[] {
  if (!isBatch(payload)) throw new BatchFormatError('it must begin with 4D 42 01', 0);
  const readings: Uint8Array[] = [];
  let at = BATCH_HEADER.length;
  while (at < payload.length) {
    if (readings.length >= readingsMax) {
      throw new BatchFormatError(`more than ${readingsMax} readings`, at);
    }
    const start = at;
    let length = 0;
    let shift = 0;
    for (let more = true; more; shift += 7) {
      const byte = payload[at];
      if (byte === undefined) throw new BatchFormatError('a length is cut off', start);
      if (at++ - start === LENGTH_BYTES_MAX) {
        throw new BatchFormatError('a length has more than 4 bytes', start);
      }
      length |= (byte & 0x7f) << shift;
      more = byte >= 0x80;
    }
    if (length > payload.length - at) {
      throw new BatchFormatError(`a reading of ${length} bytes is cut off`, start);
    }
    readings.push(payload.subarray(at, (at += length)));
  }
  return readings;
}
