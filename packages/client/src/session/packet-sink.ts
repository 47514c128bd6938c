import type { ClientRequest } from '@magpie/protocol';
import type { Publication } from './publication.js';

/** The way out to the server while there is a connection. Bytes leave at the end of the turn. */
export interface PacketSink {
  /** @param packetId 0 with QoS 0. */
  publish(publication: Publication, packetId: number, dup: boolean): void;
  acknowledge(type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp', packetId: number): void;
  send(packet: ClientRequest): void;
  /** The network takes bytes more slowly than it is given: what can wait should. */
  readonly congested: boolean;
}
