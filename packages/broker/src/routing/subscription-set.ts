import type { QoS } from '@magpie/protocol';
import type { Subscriber, Subscription } from './subscriber.js';

/**
 * The subscriptions of one filter: a list to walk, and an index beside it once searching the list
 * would cost more than the index.
 */
export class SubscriptionSet {
  readonly list: Subscription[] = [];
  #positions: Map<Subscriber, number> | undefined;

  get size(): number {
    return this.list.length;
  }

  /** Adds or replaces (MQTT-3.8.4-3). @returns Whether it was new. */
  put(subscriber: Subscriber, qos: QoS): boolean {
    const position = this.#find(subscriber);
    if (position >= 0) {
      this.list[position] = { subscriber, qos };
      return false;
    }
    this.#positions?.set(subscriber, this.list.length);
    this.list.push({ subscriber, qos });
    if (this.#positions === undefined && this.list.length > INDEXED_ABOVE) {
      this.#positions = new Map(this.list.map((entry, index) => [entry.subscriber, index]));
    }
    return true;
  }

  /** @returns Whether it was there. The last entry takes its place. */
  remove(subscriber: Subscriber): boolean {
    const position = this.#find(subscriber);
    if (position < 0) return false;
    const last = this.list.pop();
    if (last !== undefined && position < this.list.length) {
      this.list[position] = last;
      this.#positions?.set(last.subscriber, position);
    }
    this.#positions?.delete(subscriber);
    return true;
  }

  #find(subscriber: Subscriber): number {
    if (this.#positions !== undefined) return this.#positions.get(subscriber) ?? -1;
    return this.list.findIndex((entry) => entry.subscriber === subscriber);
  }
}

const INDEXED_ABOVE = 16;
