import { ShareGroup } from './share-group.js';
import type { Subscriber, Subscription } from './subscriber.js';
import { SubscriptionSet } from './subscription-set.js';
import type { QoS } from '@magpie/protocol';

/** Who subscribed to exactly one filter: alone (the set itself), or as members of share groups. */
export class FilterEnd extends SubscriptionSet {
  /** By name: any client may make thousands of groups of one filter. */
  #groups: Map<string, ShareGroup> | undefined;

  get isEmpty(): boolean {
    return this.size === 0 && this.#groups === undefined;
  }

  /** Adds or replaces a member of a share group. @returns Whether it was new. */
  putShared(groupName: string, subscriber: Subscriber, qos: QoS): boolean {
    this.#groups ??= new Map();
    let group = this.#groups.get(groupName);
    if (group === undefined) {
      group = new ShareGroup(groupName);
      this.#groups.set(groupName, group);
    }
    return group.put(subscriber, qos);
  }

  /** @returns Whether it was there. A group without members is forgotten. */
  removeShared(groupName: string, subscriber: Subscriber): boolean {
    const group = this.#groups?.get(groupName);
    if (group?.remove(subscriber) !== true) return false;
    if (group.size === 0) this.#groups?.delete(groupName);
    if (this.#groups?.size === 0) this.#groups = undefined;
    return true;
  }

  collect(own: Subscription[], groups: ShareGroup[]): void {
    const list = this.list;
    for (let index = 0; index < list.length; index++) own.push(list[index] as Subscription);
    if (this.#groups !== undefined) for (const group of this.#groups.values()) groups.push(group);
  }
}
