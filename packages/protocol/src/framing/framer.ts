import { ProtocolError } from '../faults.js';
import { FIXED_HEADER_BYTES_MAX, REMAINING_LENGTH_MAX } from '../limits.js';
import type { Frame } from './frame.js';

const NOTHING = new Uint8Array(0);
/** First allocation for an incomplete packet, if it declares as much. */
const PARTIAL_BYTES_START = 4096;

/**
 * Cuts a stream of chunks into control packets (MQTT 3.1.1, 2.2): feed a chunk, then call `next`
 * until it returns false. It is itself the current {@link Frame}, so framing allocates nothing; the
 * frame is the one that `next` has returned true for, and there is none after false.
 *
 * - A packet that lies whole in its chunk is framed in place: `source` is the chunk, and the
 *   frame is good for as long as the chunk is.
 * - A packet cut by chunk ends is collected, each byte copied once but for doubling: memory grows
 *   with what has arrived, never with what is declared. Then `owned` is true: `source` holds this
 *   packet alone, is never written again, and may be kept without a copy.
 * - A packet above `packetBytesMax` is refused as soon as its header is read.
 *
 * After a throw the stream has no next packet: every further `next` throws as well.
 */
export class Framer implements Frame {
  type = 0;
  flags = 0;
  source: Uint8Array = NOTHING;
  packetStart = 0;
  bodyStart = 0;
  bodyEnd = 0;
  /** Whether `source` belongs to the current packet alone. */
  owned = false;

  readonly #packetBytesMax: number;
  /** What was fed, or the framer's own copy of its rest after `hold`. */
  #chunk: Uint8Array = NOTHING;
  #at = 0;
  #end = 0;
  #held = false;
  /** An incomplete packet: its first bytes, how many, and how many it will have (0: unknown). */
  #partial: Uint8Array = NOTHING;
  #partialBytes = 0;
  #partialTotal = 0;

  /** @param packetBytesMax Largest packet taken, fixed header included. */
  constructor(packetBytesMax: number) {
    this.#packetBytesMax = packetBytesMax;
  }

  /** Bytes copied and kept because they cannot be framed yet or were held. */
  get bufferedBytes(): number {
    return this.#partialBytes + (this.#held ? this.#end - this.#at : 0);
  }

  /**
   * Offers source[start, end). The bytes stay the caller's, who leaves them as they are until
   * `next` has returned false or `hold` was called.
   */
  feed(source: Uint8Array, start: number, end: number): void {
    if (this.#at < this.#end) {
      this.#join(source, start, end);
      return;
    }
    this.#chunk = source;
    this.#at = start;
    this.#end = end;
    this.#held = false;
  }

  /**
   * Advances to the next whole packet. False: all that was fed is used, and an incomplete rest
   * has been copied.
   *
   * @throws {ProtocolError} `MALFORMED_PACKET` if Remaining Length has a fifth byte,
   *   `PACKET_TOO_LARGE` if the packet would exceed the limit; both before its body is buffered.
   */
  next(): boolean {
    if (this.#partialBytes > 0) return this.#nextFromPartial();
    const at = this.#at;
    const total = this.#packetBytes(this.#chunk, at, this.#end);
    if (total === 0 || total > this.#end - at) {
      this.#partialTotal = total;
      this.#append(this.#end - at);
      this.#release();
      return false;
    }
    this.#aim(this.#chunk, at, total, false);
    this.#at = at + total;
    return true;
  }

  /** Copies what is not framed yet, so that the caller may reuse the chunk. */
  hold(): void {
    if (this.#held || this.#at === this.#end) return;
    this.#join(NOTHING, 0, 0);
  }

  /** Makes a copy of what is not framed yet, with source[start, end) behind it. */
  #join(source: Uint8Array, start: number, end: number): void {
    const rest = this.#end - this.#at;
    const joined = new Uint8Array(rest + end - start);
    joined.set(this.#chunk.subarray(this.#at, this.#end));
    joined.set(source.subarray(start, end), rest);
    this.#chunk = joined;
    this.#at = 0;
    this.#end = joined.length;
    this.#held = true;
  }

  #nextFromPartial(): boolean {
    if (this.#partialTotal === 0) this.#completeHeader();
    if (this.#partialTotal > 0) {
      this.#append(Math.min(this.#partialTotal - this.#partialBytes, this.#end - this.#at));
    }
    if (this.#partialTotal === 0 || this.#partialBytes < this.#partialTotal) {
      this.#release();
      return false;
    }
    this.#aim(this.#partial, 0, this.#partialTotal, true);
    this.#partial = NOTHING;
    this.#partialBytes = 0;
    this.#partialTotal = 0;
    return true;
  }

  /** Takes the rest of the fixed header, which is at most five bytes, one by one. */
  #completeHeader(): void {
    for (;;) {
      this.#partialTotal = this.#packetBytes(this.#partial, 0, this.#partialBytes);
      if (this.#partialTotal > 0 || this.#at === this.#end) return;
      this.#append(1);
    }
  }

  /** Bytes of the packet that begins at `start`; 0 while its header is incomplete. */
  #packetBytes(source: Uint8Array, start: number, end: number): number {
    let at = start + 1;
    let remaining = 0;
    for (let shift = 0; at < end; shift += 7) {
      const byte = source[at++]!;
      remaining |= (byte & 0x7f) << shift;
      if (byte < 0x80) return this.#checkSize(at - start + remaining);
      if (shift === 21) refuseLength();
    }
    return 0;
  }

  #checkSize(total: number): number {
    if (total <= this.#packetBytesMax) return total;
    const problem = `Packet must have at most ${this.#packetBytesMax} bytes: it declares ${total}`;
    throw new ProtocolError('PACKET_TOO_LARGE', problem);
  }

  /** Moves `length` bytes from the chunk to the incomplete packet. */
  #append(length: number): void {
    if (length === 0) return;
    const needed = this.#partialBytes + length;
    if (needed > this.#partial.length) this.#reserve(needed);
    this.#partial.set(this.#chunk.subarray(this.#at, this.#at + length), this.#partialBytes);
    this.#partialBytes = needed;
    this.#at += length;
  }

  /** Doubles, but never beyond what the packet declares: when complete, it fills its buffer. */
  #reserve(needed: number): void {
    const most = this.#partialTotal === 0 ? FIXED_HEADER_BYTES_MAX : this.#partialTotal;
    const doubled = Math.max(needed, 2 * this.#partial.length, PARTIAL_BYTES_START);
    const grown = new Uint8Array(Math.min(most, doubled));
    grown.set(this.#partial.subarray(0, this.#partialBytes));
    this.#partial = grown;
  }

  #aim(source: Uint8Array, start: number, total: number, owned: boolean): void {
    const first = source[start]!;
    this.type = first >>> 4;
    this.flags = first & 0x0f;
    this.source = source;
    this.packetStart = start;
    this.bodyStart = start + headerBytes(source, start);
    this.bodyEnd = start + total;
    this.owned = owned;
  }

  /** Lets go of all bytes that are used up, so that an idle connection holds none. */
  #release(): void {
    this.source = NOTHING;
    this.#chunk = NOTHING;
    this.#at = 0;
    this.#end = 0;
    this.#held = false;
  }
}

function headerBytes(source: Uint8Array, start: number): number {
  let at = start + 1;
  while (source[at]! >= 0x80) at++;
  return at + 1 - start;
}

function refuseLength(): never {
  const problem = `Remaining Length must be at most ${REMAINING_LENGTH_MAX}: it has a fifth byte`;
  throw new ProtocolError('MALFORMED_PACKET', problem, 'MQTT-4.8.0-1');
}
