import { ProtocolError } from '@magpie/protocol';
import { decodeSmallPacket, type SmallPacket } from './small-packet.js';

/**
 * Cuts what a WebSocket brings into packets (MQTT 3.1.1, 2.2). A packet mostly comes in one message
 * of the WebSocket; one that does not is put together anew with each, so it must not be large.
 */
export class SmallFramer {
  readonly #packetBytesMax: number;
  #bytes = new Uint8Array(0);
  #at = 0;

  /** @param packetBytesMax Largest packet taken, fixed header included. */
  constructor(packetBytesMax: number) {
    this.#packetBytesMax = packetBytesMax;
  }

  /** Takes a copy of the bytes: what packets have is theirs. */
  feed(source: Uint8Array, start: number, end: number): void {
    const rest = this.#bytes.subarray(this.#at);
    this.#bytes = new Uint8Array(rest.length + end - start);
    this.#bytes.set(rest);
    this.#bytes.set(source.subarray(start, end), rest.length);
    this.#at = 0;
  }

  /**
   * @returns The next packet; `undefined`: it is not there yet.
   * @throws {ProtocolError} `MALFORMED_PACKET`; `PACKET_TOO_LARGE` before its body is there.
   */
  next(): SmallPacket | undefined {
    const bytes = this.#bytes;
    let at = this.#at + 1;
    let remaining = 0;
    let byte = 0x80;
    for (let shift = 0; byte >= 0x80; shift += 7) {
      if (at >= bytes.length) return undefined;
      if (shift > 21) throw new ProtocolError('MALFORMED_PACKET', 'a length of five bytes');
      byte = bytes[at++]!;
      remaining |= (byte & 0x7f) << shift;
    }
    const end = at + remaining;
    if (end - this.#at > this.#packetBytesMax) {
      throw new ProtocolError('PACKET_TOO_LARGE', `a packet of ${end - this.#at} bytes`);
    }
    if (end > bytes.length) return undefined;
    const first = bytes[this.#at]!;
    this.#at = end;
    return decodeSmallPacket(first, bytes.subarray(at, end));
  }
}
