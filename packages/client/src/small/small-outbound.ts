import { ClientError } from '../errors.js';
import type { Publication } from '../session/publication.js';
import { PacketIds } from './packet-ids.js';
import type { SmallWriter } from './small-writer.js';

/** A request of the client that waits for SUBACK or UNSUBACK. */
export type Asked = (returnCodes: readonly number[]) => void;

/**
 * What the application publishes at QoS 0 and 1, in order. What has no PUBACK when the connection
 * is lost goes out again on the next one, with DUP and the same identifier (MQTT-4.4.0-1).
 */
export class SmallOutbound {
  readonly #queueMax: number;
  #queue: Publication[] = [];
  readonly #ids = new PacketIds<Publication | Asked>();
  #inflight = 0;
  #sink: SmallWriter | undefined;

  constructor(queueMax: number) {
    this.#queueMax = queueMax;
  }

  /** @throws {ClientError} `outbox-full` */
  publish(publication: Publication): void {
    if (this.#queue.length >= this.#queueMax) {
      throw new ClientError('outbox-full', `Cannot publish to ${publication.topic}`);
    }
    this.#queue.push(publication);
    this.drain();
  }

  /** @returns The identifier of a request; `asked` is told of the answer. */
  ask(asked: Asked): number {
    return this.#ids.give(asked);
  }

  connected(sink: SmallWriter): void {
    this.#sink = sink;
    for (const [packetId, waiting] of this.#ids.entries()) {
      if (typeof waiting === 'object') sink.publish(waiting, packetId, true);
    }
    this.drain();
  }

  /** What was asked gets no answer any more: as if the server had said nothing. */
  disconnected(): void {
    this.#sink = undefined;
    for (const [packetId, waiting] of this.#ids.entries()) {
      if (typeof waiting === 'object') continue;
      this.#ids.take(packetId);
      waiting([]);
    }
  }

  /** SUBACK or UNSUBACK. @returns Whether it answers something that was asked. */
  answered(packetId: number, returnCodes: readonly number[]): boolean {
    const waiting = this.#ids.take(packetId);
    if (typeof waiting !== 'function') return false;
    waiting(returnCodes);
    return true;
  }

  /** PUBACK. @returns Whether it answers something that was sent. */
  acknowledged(packetId: number): boolean {
    const waiting = this.#ids.take(packetId);
    if (typeof waiting !== 'object') return false;
    this.#inflight--;
    waiting.settled?.(undefined);
    this.drain();
    return true;
  }

  /** Sends what waits, as far as window and network allow. */
  drain(): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    let sent = 0;
    for (const next of this.#queue) {
      if (sink.congested || (next.qos > 0 && this.#inflight >= INFLIGHT_MAX)) break;
      sent++;
      if (next.qos === 0) {
        sink.publish(next, 0, false);
        next.settled?.(undefined);
      } else {
        this.#inflight++;
        sink.publish(next, this.#ids.give(next), false);
      }
    }
    if (sent > 0) this.#queue = this.#queue.slice(sent);
  }

  /** The client has ended: whoever waits is told. */
  abandon(error: ClientError): void {
    for (const [, waiting] of this.#ids.entries()) {
      if (typeof waiting === 'object') waiting.settled?.(error);
    }
    for (const { settled } of this.#queue) settled?.(error);
  }
}

/** QoS 1 on their way at one time: mosquitto as it is delivered closes for more. */
const INFLIGHT_MAX = 20;
