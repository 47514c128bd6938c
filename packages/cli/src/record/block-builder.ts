import type { RecordedMessage } from './recorded-message.js';
import { varintBytes, writeVarint } from './varint.js';

/**
 * Messages of a block, written one behind the other:
 *
 *     flags    1 byte: QoS in bits 0 and 1, bit 2 retained, bit 3 sent before
 *     topic    varint: 0 and then length and UTF-8 of a new one, else its number in this block
 *     delta    varint: µs since the message before it, or since the time of the block
 *     payload  varint of its length, and its bytes
 *
 * A block names its topics itself, so that one that is damaged costs nothing but itself.
 */
export class BlockBuilder {
  readonly #topics = new Map<string, number>();
  readonly #pieces: Uint8Array[] = [];
  #lastUs = 0;
  /** In microseconds since 1970. */
  startUs = 0;
  messages = 0;
  /** Of what was added, as it will be before compression. */
  bytes = 0;

  /** The payload must not be changed before {@link body} was taken. */
  add({ atUs, topic, payload, qos, retain, dup }: RecordedMessage): void {
    if (this.messages === 0) this.startUs = this.#lastUs = atUs;
    // A clock that was set back must not stop the recording.
    const delta = Math.max(0, atUs - this.#lastUs);
    this.#lastUs += delta;
    const number = this.#topics.get(topic) ?? 0;
    const name = number === 0 ? Buffer.from(topic) : NOTHING;
    const head = Buffer.allocUnsafe(HEAD_BYTES_MAX + name.length);
    head[0] = qos | (retain ? RETAIN : 0) | (dup ? DUP : 0);
    let at = writeVarint(head, 1, number);
    if (number === 0) {
      this.#topics.set(topic, this.#topics.size + 1);
      at = writeVarint(head, at, name.length);
      at += name.copy(head, at);
    }
    at = writeVarint(head, at, delta);
    at = writeVarint(head, at, payload.length);
    this.#pieces.push(head.subarray(0, at), payload);
    this.bytes += at + payload.length;
    this.messages++;
  }

  body(): Buffer {
    return Buffer.concat(this.#pieces, this.bytes);
  }
}

/** Bytes that a message needs at most, in a block that does not know its topic. */
export function recordBytesMax({ topic, payload }: RecordedMessage): number {
  return HEAD_BYTES_MAX + Buffer.byteLength(topic) + varintBytes(payload.length) + payload.length;
}

export const RETAIN = 0b0100;
export const DUP = 0b1000;
/** Flags and four numbers, without the bytes of the topic. */
const HEAD_BYTES_MAX = 1 + 4 * 8;
const NOTHING = Buffer.alloc(0);
