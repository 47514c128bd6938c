import {
  type ClientRequest,
  encodeClientRequest,
  publishHeadLength,
  utf8Length,
  writePublishHead,
} from '@magpie/protocol';
import type { Publication } from '../session/publication.js';

/** Where packets go. */
export interface SmallLink {
  /** The network takes bytes more slowly than it is given. */
  readonly congested: boolean;
  write(packet: Uint8Array): void;
}

/** Writes each packet by itself, at once: a WebSocket gathers them. */
export class SmallWriter {
  readonly #link: SmallLink;

  constructor(link: SmallLink) {
    this.#link = link;
  }

  get congested(): boolean {
    return this.#link.congested;
  }

  publish({ topic, payload, qos, retain }: Publication, packetId: number, dup: boolean): void {
    const { length } = payload;
    const topicBytes = utf8Length(topic);
    const packet = new Uint8Array(publishHeadLength(topicBytes, length, qos) + length);
    const at = writePublishHead(packet, 0, topic, topicBytes, length, qos, retain, dup, packetId);
    packet.set(payload, at);
    this.#link.write(packet);
  }

  /** PUBACK: there is no QoS 2. */
  acknowledge(packetId: number): void {
    this.#link.write(new Uint8Array([0x40, 2, packetId >> 8, packetId]));
  }

  /** @throws {RangeError} if a field is larger than MQTT can say. */
  send(packet: ClientRequest): void {
    this.#link.write(encodeClientRequest(packet));
  }
}
