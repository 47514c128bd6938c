/** Changes packets on their way over a link, as a broker or network that is wrong would. */
import {
  ByteReader,
  decode,
  encode,
  Framer,
  type Packet,
  PACKET_BYTES_MAX,
} from '@magpie/protocol';
import type { Random } from '../random.js';
import type { Tamper } from '../world/network.js';

/** What becomes of a packet: itself, another one, several, none. */
export type Change = (packet: Packet) => readonly Packet[];

/** Made for each link: what it remembers is that link's. */
export interface Changes {
  readonly toBroker?: (random: Random) => Change;
  readonly toClient?: (random: Random) => Change;
}

export function tamper({ toBroker, toClient }: Changes): Tamper {
  return (random) => ({
    toBroker: carrier(toBroker?.(random)),
    toClient: carrier(toClient?.(random)),
  });
}

/** Takes packets out of a stream and puts in what becomes of them. */
function carrier(change: Change | undefined): (bytes: Uint8Array) => Uint8Array {
  if (change === undefined) return (bytes) => bytes;
  const framer = new Framer(PACKET_BYTES_MAX);
  const reader = new ByteReader();
  return (bytes) => {
    const copy = new Uint8Array(bytes); // packets that are held back outlive the call
    framer.feed(copy, 0, copy.length);
    const carried: Uint8Array[] = [];
    try {
      while (framer.next()) {
        for (const packet of change(decode(framer, 4, reader))) carried.push(encode(packet, 4));
      }
    } catch {
      return bytes; // no packets at all: a vandal's
    }
    framer.hold();
    return Buffer.concat(carried);
  };
}
