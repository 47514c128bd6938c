import { ByteReader, decode, Framer } from '@magpie/protocol';
import { wordsOf } from '../packet-words.testing.js';
import type { Publication } from '../session/publication.js';
import type { SmallLink } from './small-writer.js';

/** Notes what is written, in words. */
export class RecordingLink implements SmallLink {
  congested = false;
  #written: string[] = [];

  write(packet: Uint8Array): void {
    const framer = new Framer(packet.length);
    const reader = new ByteReader();
    framer.feed(packet, 0, packet.length);
    while (framer.next()) this.#written.push(wordsOf(decode(framer, 4, reader)));
  }

  take(): string[] {
    return this.#written.splice(0);
  }
}

/** A publish of one letter or more. @param told Told when it is done. */
export function publication(
  payload: string,
  qos: 0 | 1,
  told?: (error: Error | undefined) => void,
): Publication {
  return {
    topic: 't',
    payload: new TextEncoder().encode(payload),
    qos,
    retain: false,
    sequence: -1,
    ready: true,
    maybeSent: false,
    released: false,
    settled: told,
  };
}
