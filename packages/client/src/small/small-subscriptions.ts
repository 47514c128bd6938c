import { matches, type QoS } from '@magpie/protocol';
import { ClientError, SubscribeRefusedError } from '../errors.js';
import { bytesCodec } from '../model/codec.js';
import { matchedFilter } from '../session/matched-filter.js';
import { type ReceivedFields, ReceivedMessage } from '../subscriptions/received-message.js';
import type { SmallHandler, SmallQoS } from './small-options.js';
import type { Asked } from './small-outbound.js';
import type { SmallWriter } from './small-writer.js';

/** A filter that the application wants. */
export interface WantedFilter {
  readonly filter: string;
  readonly qos: SmallQoS;
  readonly handler: SmallHandler;
  /** Told of the first answer of the server. */
  readonly settled: (error: Error | undefined, granted: QoS) => void;
}

/** What subscriptions need of their client. */
export interface SmallOwner {
  /** @returns The identifier of a request; `asked` is told of the answer. */
  ask(asked: Asked): number;
  /** Something failed that is nobody's promise. */
  fail(error: ClientError): void;
}

/**
 * What is subscribed, asked for again on each connection, and what is received: one message after
 * the other goes to the handlers, which is also the order of acknowledgements (MQTT-4.6.0-2).
 */
export class SmallSubscriptions {
  readonly #owner: SmallOwner;
  #wanted: WantedFilter[] = [];
  #received: ReceivedMessage[] = [];
  #working = false;
  #sink: SmallWriter | undefined;
  /** QoS 0 messages that found too many waiting. */
  dropped = 0;

  constructor(owner: SmallOwner) {
    this.#owner = owner;
  }

  add(wanted: WantedFilter): void {
    this.#wanted.push(wanted);
    this.#subscribe(wanted);
  }

  /** @param done Told when the server has let it go. */
  remove(wanted: WantedFilter, done: () => void): void {
    this.#wanted = this.#wanted.filter((one) => one !== wanted);
    const { filter } = wanted;
    if (this.#sink === undefined || this.#wanted.some((one) => one.filter === filter)) done();
    else
      this.#sink.send({ type: 'unsubscribe', packetId: this.#owner.ask(done), filters: [filter] });
  }

  connected(sink: SmallWriter): void {
    this.#sink = sink;
    this.#received = []; // of a session that is gone
    for (const wanted of this.#wanted) this.#subscribe(wanted);
  }

  disconnected(): void {
    this.#sink = undefined;
  }

  /** A message arrived. Its payload is its own. */
  receive(message: ReceivedFields): void {
    if (message.qos === 0 && this.#received.length >= RECEIVED_MAX) {
      this.dropped++;
      return;
    }
    this.#received.push(new ReceivedMessage(message, bytesCodec));
    if (!this.#working) void this.#work();
  }

  /** The client has ended. */
  abandon(error: ClientError): void {
    for (const { settled } of this.#wanted) settled(error, 0);
    this.#wanted = [];
  }

  #subscribe(wanted: WantedFilter): void {
    const { filter, qos, settled } = wanted;
    const asked: Asked = ([code]) => {
      if (code === undefined) return; // the connection was lost: the next one asks again
      if (code <= 2) settled(undefined, code as QoS);
      else {
        this.#wanted = this.#wanted.filter((one) => one !== wanted);
        const error = new SubscribeRefusedError(filter);
        settled(error, 0);
        this.#owner.fail(error);
      }
    };
    if (this.#sink === undefined) return;
    const packetId = this.#owner.ask(asked);
    this.#sink.send({ type: 'subscribe', packetId, subscriptions: [{ filter, qos }] });
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let next = this.#received[0]; next !== undefined; next = this.#received[0]) {
      const { topic, qos, packetId } = next;
      for (const { filter, handler } of this.#wanted) {
        if (!matches(matchedFilter(filter), topic)) continue;
        try {
          const result = handler(next);
          if (result instanceof Promise) await result;
        } catch (error) {
          const what = `A handler threw for ${topic}`;
          this.#owner.fail(new ClientError('handler-failed', what, error));
        }
      }
      if (this.#received[0] !== next) continue; // its connection is gone meanwhile
      this.#received.shift();
      if (qos > 0) this.#sink?.acknowledge(packetId);
    }
    this.#working = false;
  }
}

/** Messages that wait for handlers. Of QoS 1 a server sends only so many unacknowledged. */
const RECEIVED_MAX = 1000;
