import type { ClientPacket } from '@magpie/protocol';
import { wordsOf } from '../packet-words.testing.js';
import type { PacketSink } from './packet-sink.js';
import type { Publication } from './publication.js';

/** Notes what is sent, in words. */
export class RecordingSink implements PacketSink {
  congested = false;
  #sent: string[] = [];

  take(): string[] {
    return this.#sent.splice(0);
  }

  publish({ topic, payload, qos }: Publication, packetId: number, dup: boolean): void {
    const text = new TextDecoder().decode(payload);
    const id = qos === 0 ? '' : ` id ${packetId}`;
    this.#sent.push(`publish ${qos} ${topic}=${text}${id}${dup ? ' dup' : ''}`);
  }

  acknowledge(type: string, packetId: number): void {
    this.#sent.push(`${type} ${packetId}`);
  }

  send(packet: ClientPacket): void {
    this.#sent.push(wordsOf(packet));
  }
}
