import { ShareGroup } from './share-group.js';
import type { Subscriber, Subscription } from './subscriber.js';
import { SubscriptionSet } from './subscription-set.js';
import type { QoS } from '@magpie/protocol';

/** Who subscribed to exactly one filter: alone (the set itself), or as members of share groups. */
export class FilterEnd extends SubscriptionSet {
  #groups: ShareGroup[] | undefined;

  get isEmpty(): boolean {
    return this.size === 0 && this.#groups === undefined;
  }

  /** Adds or replaces a member of a share group. @returns Whether it was new. */
  putShared(groupName: string, subscriber: Subscriber, qos: QoS): boolean {
    this.#groups ??= [];
    let group = this.#groups.find((other) => other.name === groupName);
    if (group === undefined) {
      group = new ShareGroup(groupName);
      this.#groups.push(group);
    }
    return group.put(subscriber, qos);
  }

  /** @returns Whether it was there. A group without members is forgotten. */
  removeShared(groupName: string, subscriber: Subscriber): boolean {
    const group = this.#groups?.find((other) => other.name === groupName);
    if (group?.remove(subscriber) !== true) return false;
    if (group.size === 0) {
      const rest = this.#groups?.filter((other) => other !== group);
      this.#groups = rest?.length === 0 ? undefined : rest;
    }
    return true;
  }

  collect(own: Subscription[], groups: ShareGroup[]): void {
    const list = this.list;
    for (let index = 0; index < list.length; index++) own.push(list[index] as Subscription);
    if (this.#groups !== undefined) groups.push(...this.#groups);
  }
}
