import type { QoS } from '@magpie/protocol';
import { ClientError } from '../errors.js';
import type { Receipt } from '../session/receipt.js';
import type { SubscribeOptions } from '../subscriptions/subscribe-options.js';
import { type Consumer, type MessageHandler, Subscription } from '../subscriptions/subscription.js';
import type { HostReply } from './tab-messages.js';
import type { PortOfTab } from './tab-port.js';
import { fromWire } from './wire-error.js';

interface Entry {
  readonly consumer: Consumer & { granted(qos: QoS): void };
  readonly qos: QoS;
  readonly bufferMax: number;
  /** The host whose message is being handled; only that one waits for it. */
  from: PortOfTab | undefined;
}

/** Replies that are about one subscription. */
export type SubscriptionReply = Extract<HostReply, { readonly id: number }>;

/** What they need of their tab. */
export interface TabSubscriptionsOwner {
  readonly nowMs: number;
  fail(error: ClientError): void;
}

/** The subscriptions of a tab. A new host is asked for them again. */
export class TabSubscriptions {
  readonly #entries = new Map<number, Entry>();
  readonly #owner: TabSubscriptionsOwner;
  #port: PortOfTab | undefined;
  #ids = 0;
  /** Unsubscribed, and the host has not said so: who waits for it. */
  readonly #leaving = new Map<number, () => void>();

  constructor(owner: TabSubscriptionsOwner) {
    this.#owner = owner;
  }

  add<T>(
    filter: string,
    options: SubscribeOptions<T>,
    handler: MessageHandler<T> | undefined,
    port: PortOfTab | undefined,
  ): Subscription<T> {
    const id = ++this.#ids;
    const { qos = 0, bufferMax = 1000 } = options;
    const tab = this.#owner;
    const owner = {
      get nowMs() {
        return tab.nowMs;
      },
      done: () => this.#done(id),
      dropped: () => this.#done(id),
      failed: (cause: unknown, topic: string) =>
        tab.fail(new ClientError('handler-failed', `A handler or codec threw for ${topic}`, cause)),
      left: () => this.#left(id),
    };
    // The host sends one message at a time, so nothing piles up here.
    const own = { ...options, bufferMax: Infinity, handlersMax: 1 };
    const consumer = new Subscription<T>(filter, own, handler, owner);
    this.#entries.set(id, { consumer, qos, bufferMax, from: undefined });
    port?.post({ type: 'subscribe', id, filter, qos, bufferMax });
    return consumer;
  }

  of(filter: string): readonly Consumer[] {
    const consumers = [...this.#entries.values()].map(({ consumer }) => consumer);
    return consumers.filter((consumer) => consumer.filter === filter);
  }

  joined(port: PortOfTab): void {
    this.#port = port;
    for (const tell of this.#leaving.values()) tell(); // a new host has never known them
    this.#leaving.clear();
    for (const [id, { consumer, qos, bufferMax }] of this.#entries) {
      port.post({ type: 'subscribe', id, filter: consumer.filter, qos, bufferMax });
    }
  }

  take(reply: SubscriptionReply, port: PortOfTab): void {
    if (reply.type === 'unsubscribed') {
      this.#leaving.get(reply.id)?.();
      this.#leaving.delete(reply.id);
      return;
    }
    const entry = this.#entries.get(reply.id);
    if (entry === undefined) return; // unsubscribed meanwhile
    const { consumer } = entry;
    if (reply.type === 'granted') consumer.granted(reply.qos);
    else if (reply.type === 'refused') {
      this.#entries.delete(reply.id);
      consumer.end(fromWire(reply.error));
    } else if (reply.type === 'dropped') {
      const what = `${reply.count} messages of ${consumer.filter} went by while a handler ran`;
      this.#owner.fail(new ClientError('handler-failed', what, undefined, 'let it return sooner'));
    } else {
      entry.from = port;
      consumer.push(receiptOf(reply));
    }
  }

  /** The server has a new session. */
  sessionLost(): void {
    for (const { consumer } of this.#entries.values()) consumer.sessionLost();
  }

  /** The tab goes. @param why For loops; `undefined`: they just end. */
  end(why: Error | undefined): void {
    for (const [id, { consumer }] of this.#entries) {
      this.#entries.delete(id);
      consumer.end(why);
    }
    for (const tell of this.#leaving.values()) tell();
    this.#leaving.clear();
    this.#port = undefined;
  }

  #done(id: number): void {
    const entry = this.#entries.get(id);
    if (entry?.from === undefined) return;
    if (entry.from === this.#port) entry.from.post({ type: 'done', id });
    entry.from = undefined;
  }

  #left(id: number): Promise<void> {
    const port = this.#port;
    if (!this.#entries.delete(id) || port === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#leaving.set(id, resolve);
      port.post({ type: 'unsubscribe', id });
    });
  }
}

function receiptOf(message: Extract<HostReply, { readonly type: 'message' }>): Receipt {
  const { topic, payload, qos, retain, dup, packetId } = message;
  return {
    topic,
    payload,
    qos,
    retain,
    dup,
    packetId,
    connection: 0,
    holders: 0,
    consumed: false,
  };
}
