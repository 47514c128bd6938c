import { ProtocolError } from '@magpie/protocol';
import { readPacket, type ServerPacket } from './read-packet.js';

/**
 * Cuts what a server sends into packets, in whatever chunks it comes (MQTT 3.1.1, 2.2).
 *
 * Packets are read where they lie. The beginning of one that is not there yet is copied into bytes
 * of its own, which grow with what arrives, not with what the packet declares.
 */
export class PacketReader {
  readonly #packetBytesMax: number;
  #bytes: Uint8Array = NOTHING;
  #at = 0;
  #end = 0;
  /** Whether the bytes are this reader's, and not the caller's. */
  #owned = false;
  /** Of the last message; before the first any valid one. */
  #topic = '/';

  /** @param packetBytesMax Largest packet taken, fixed header included. */
  constructor(packetBytesMax: number) {
    this.#packetBytesMax = packetBytesMax;
  }

  /** Whether no part of a packet waits for its rest. */
  get empty(): boolean {
    return this.#at === this.#end;
  }

  /** Takes bytes; they stay the caller's, who may use them again when {@link next} has no more. */
  feed(source: Uint8Array, start: number, end: number): void {
    if (!this.empty) {
      this.#append(source.subarray(start, end));
      return;
    }
    this.#bytes = source;
    this.#at = start;
    this.#end = end;
    this.#owned = false;
  }

  /**
   * @returns The next packet; `undefined`: it is not there yet.
   * @throws {ProtocolError} as {@link readPacket}; `PACKET_TOO_LARGE` before its body is there.
   */
  next(): ServerPacket | undefined {
    const bytes = this.#bytes;
    const start = this.#at;
    const arrived = this.#end;
    let at = start + 1;
    let length = 0;
    let byte = 0x80;
    for (let shift = 0; byte >= 0x80 && at < arrived; shift += 7) {
      if (shift > 21) throw new ProtocolError('MALFORMED_PACKET', 'a length of five bytes');
      byte = bytes[at++]!;
      length |= (byte & 0x7f) << shift;
    }
    const end = at + length;
    if (byte < 0x80 && end - start > this.#packetBytesMax) {
      throw new ProtocolError('PACKET_TOO_LARGE', `a packet of ${end - start} bytes`);
    }
    if (byte >= 0x80 || end > arrived) {
      if (!this.#owned) this.#append(NOTHING);
      return undefined;
    }
    this.#at = end;
    const packet = readPacket(bytes[start]!, bytes, at, end, this.#topic);
    if (packet.type === 'publish') this.#topic = packet.topic;
    return packet;
  }

  #append(more: Uint8Array): void {
    const kept = this.#bytes.subarray(this.#at, this.#end);
    if (!this.#owned || this.#end + more.length > this.#bytes.length) {
      this.#bytes = new Uint8Array(2 * (kept.length + more.length));
      this.#bytes.set(kept);
      this.#at = 0;
      this.#end = kept.length;
      this.#owned = true;
    }
    this.#bytes.set(more, this.#end);
    this.#end += more.length;
  }
}

const NOTHING = new Uint8Array(0);
