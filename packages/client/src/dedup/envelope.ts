import { checkRange } from '@magpie/protocol';

/**
 * An application message identifier in front of a payload. Everything another language needs to
 * read it:
 *
 *     4D 45        "ME"
 *     01           version of the format
 *     length       of the identifier in bytes, one byte: 1 to 255
 *     identifier   any bytes
 *     payload      the rest
 */
const HEADER: readonly number[] = [0x4d, 0x45, 0x01];
const ID_BYTES_MAX = 255;

/** What an envelope holds: VIEWS into the payload it was opened from. */
export interface Opened {
  readonly id: Uint8Array;
  readonly payload: Uint8Array;
}

/**
 * Puts a payload into an envelope. Who publishes the same message again uses the same identifier.
 *
 * @param id 1 to 255 bytes, unlike that of any other message of the same topic.
 * @throws {RangeError} if it has another length.
 */
export function sealEnvelope(id: Uint8Array, payload: Uint8Array): Uint8Array {
  checkRange('id bytes', id.length, 1, ID_BYTES_MAX);
  const start = HEADER.length + 1 + id.length;
  const sealed = new Uint8Array(start + payload.length);
  sealed.set(HEADER);
  sealed[HEADER.length] = id.length;
  sealed.set(id, HEADER.length + 1);
  sealed.set(payload, start);
  return sealed;
}

/** Opens an envelope; `undefined` if the payload is none, which is no fault: not all are sealed. */
export function openEnvelope(sealed: Uint8Array): Opened | undefined {
  if (!HEADER.every((byte, at) => sealed[at] === byte)) return undefined;
  const idBytes = sealed[HEADER.length] ?? 0;
  const at = HEADER.length + 1;
  if (idBytes === 0 || at + idBytes > sealed.length) return undefined;
  return { id: sealed.subarray(at, at + idBytes), payload: sealed.subarray(at + idBytes) };
}
