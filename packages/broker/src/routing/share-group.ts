import type { QoS } from '@magpie/protocol';
import type { Subscriber, Subscription } from './subscriber.js';
import { SubscriptionSet } from './subscription-set.js';

/**
 * The members of one `$share/group/filter`: each message goes to one of them, in turn. A member
 * that could not take it now (away, its queue full), or may not have it, is passed over while
 * another can.
 */
export class ShareGroup {
  readonly name: string;
  readonly #members = new SubscriptionSet();
  #next = 0;

  constructor(name: string) {
    this.name = name;
  }

  get size(): number {
    return this.#members.size;
  }

  get members(): readonly Subscription[] {
    return this.#members.list;
  }

  put(subscriber: Subscriber, qos: QoS): boolean {
    return this.#members.put(subscriber, qos);
  }

  remove(subscriber: Subscriber): boolean {
    return this.#members.remove(subscriber);
  }

  /**
   * Who gets the next message. With nobody able to take it, whoever is next in turn among those who
   * may have it.
   */
  choose(topic: string, messageQos: QoS): Subscription | undefined {
    const members = this.#members.list;
    const start = this.#next >= members.length ? 0 : this.#next;
    let next = -1;
    for (let step = 0; step < members.length; step++) {
      const position = (start + step) % members.length;
      const member = members[position];
      if (member === undefined || member.subscriber.refuses(topic)) continue;
      if (member.subscriber.accepts(messageQos < member.qos ? messageQos : member.qos)) {
        this.#next = position + 1;
        return member;
      }
      if (next < 0) next = position;
    }
    if (next < 0) next = start;
    this.#next = next + 1;
    return members[next];
  }
}
