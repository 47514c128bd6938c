import type { QoS } from '@magpie/protocol';
import { ShareGroup } from './share-group.js';
import type { Subscriber, Subscription } from './subscriber.js';
import { SubscriptionSet } from './subscription-set.js';

/**
 * Which subscriptions match a topic: a tree of filter levels (MQTT 3.1.1, 4.7).
 *
 *     sport/+/score     root ─ sport ─ + ─ score ● subscriptions
 *     sport/#           root ─ sport ● subscriptions of `#` below here, and of this level itself
 *
 * A match visits, per level, the node of that level and the node of `+`; its cost depends on the topic and
 * on the filters that share its levels, not on how many filters there are.
 */
export class SubscriptionIndex {
  readonly #root = new FilterNode(undefined, '');
  /** Levels of the topic being matched; kept to spare an array per match. */
  readonly #levels: string[] = [];
  #size = 0;
  #generation = 0;

  /** Subscriptions held. */
  get size(): number {
    return this.#size;
  }

  /** Changes with every change: what was matched under another generation is out of date. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Subscribes, or replaces the QoS of the same subscriber's subscription to the same filter.
   *
   * @param filter A valid topic filter, without `$share`.
   * @param group Name of the share group; `undefined` for a subscription of one's own.
   * @returns Whether it is new.
   */
  add(filter: string, subscriber: Subscriber, qos: QoS, group?: string): boolean {
    this.#generation++;
    const { node, multi } = this.#descend(filter);
    const isNew = group === undefined
      ? node.ownSet(multi).put(subscriber, qos)
      : node.group(multi, group).put(subscriber, qos);
    if (isNew) this.#size++;
    return isNew;
  }

  /** @returns Whether there was such a subscription. */
  remove(filter: string, subscriber: Subscriber, group?: string): boolean {
    const found = this.#find(filter);
    if (found === undefined || !found.node.remove(found.multi, subscriber, group)) return false;
    this.#generation++;
    this.#size--;
    found.node.prune();
    return true;
  }

  /**
   * Collects what matches.
   *
   * @param topic A valid topic name. A filter that starts with a wildcard does not match one that starts
   * with `$` (MQTT-4.7.2-1).
   * @param own Gets every matching subscription; a subscriber with overlapping ones appears repeatedly.
   * @param groups Gets every share group with a matching filter.
   */
  match(topic: string, own: Subscription[], groups: ShareGroup[]): void {
    const levels = this.#levels;
    let count = 0;
    for (let start = 0; start >= 0; count++) {
      const slash = topic.indexOf('/', start);
      levels[count] = slash < 0 ? topic.slice(start) : topic.slice(start, slash);
      start = slash < 0 ? -1 : slash + 1;
    }
    if (topic.charCodeAt(0) === DOLLAR) {
      const node = this.#root.child(levels[0] ?? '');
      if (node !== undefined) walk(node, levels, 1, count, own, groups);
    } else {
      walk(this.#root, levels, 0, count, own, groups);
    }
  }

  #descend(filter: string): { node: FilterNode; multi: boolean } {
    const { path, multi } = splitFilter(filter);
    let node = this.#root;
    for (const level of path) node = node.childOrNew(level);
    return { node, multi };
  }

  #find(filter: string): { node: FilterNode; multi: boolean } | undefined {
    const { path, multi } = splitFilter(filter);
    let node: FilterNode | undefined = this.#root;
    for (const level of path) {
      node = level === '+' ? node.plus : node.child(level);
      if (node === undefined) return undefined;
    }
    return { node, multi };
  }
}

/** Runs per message on a topic not matched before. `depth` levels of the topic are behind us. */
function walk(node: FilterNode, levels: readonly string[], depth: number, count: number,
  own: Subscription[], groups: ShareGroup[]): void {
  // `a/#` matches `a` too (4.7.1.2): look at `#` before asking whether a level is left.
  if (node.multi !== undefined) node.multi.collect(own, groups);
  if (depth === count) {
    if (node.single !== undefined) node.single.collect(own, groups);
    return;
  }
  const child = node.child(levels[depth] ?? '');
  if (child !== undefined) walk(child, levels, depth + 1, count, own, groups);
  if (node.plus !== undefined) walk(node.plus, levels, depth + 1, count, own, groups);
}

function splitFilter(filter: string): { path: string[]; multi: boolean } {
  const path = filter.split('/');
  const multi = path.at(-1) === '#';
  if (multi) path.pop();
  return { path, multi };
}

/** Who subscribed to exactly one filter, alone or in groups. */
class FilterEnd {
  own: SubscriptionSet | undefined;
  groups: ShareGroup[] | undefined;

  get empty(): boolean {
    return this.own === undefined && this.groups === undefined;
  }

  collect(own: Subscription[], groups: ShareGroup[]): void {
    if (this.own !== undefined) for (const entry of this.own.list) own.push(entry);
    if (this.groups !== undefined) for (const group of this.groups) groups.push(group);
  }
}

class FilterNode {
  readonly #parent: FilterNode | undefined;
  readonly #level: string;
  #children: Map<string, FilterNode> | undefined;
  plus: FilterNode | undefined;
  /** Filters that end here. */
  single: FilterEnd | undefined;
  /** Filters that end here with `/#`. */
  multi: FilterEnd | undefined;

  constructor(parent: FilterNode | undefined, level: string) {
    this.#parent = parent;
    this.#level = level;
  }

  child(level: string): FilterNode | undefined {
    return this.#children === undefined ? undefined : this.#children.get(level);
  }

  childOrNew(level: string): FilterNode {
    if (level === '+') return (this.plus ??= new FilterNode(this, level));
    this.#children ??= new Map();
    let child = this.#children.get(level);
    if (child === undefined) {
      child = new FilterNode(this, level);
      this.#children.set(level, child);
    }
    return child;
  }

  ownSet(multi: boolean): SubscriptionSet {
    return (this.#end(multi).own ??= new SubscriptionSet());
  }

  group(multi: boolean, name: string): ShareGroup {
    const groups = (this.#end(multi).groups ??= []);
    let group = groups.find((other) => other.name === name);
    if (group === undefined) groups.push((group = new ShareGroup(name)));
    return group;
  }

  remove(multi: boolean, subscriber: Subscriber, groupName: string | undefined): boolean {
    const end = multi ? this.multi : this.single;
    if (end === undefined) return false;
    if (groupName === undefined) {
      if (end.own?.remove(subscriber) !== true) return false;
      if (end.own.size === 0) end.own = undefined;
    } else {
      const group = end.groups?.find((other) => other.name === groupName);
      if (group?.remove(subscriber) !== true) return false;
      if (group.size === 0) end.groups = end.groups?.filter((other) => other !== group);
      if (end.groups?.length === 0) end.groups = undefined;
    }
    if (end.empty && multi) this.multi = undefined;
    if (end.empty && !multi) this.single = undefined;
    return true;
  }

  /** Takes this node out of the tree if nothing is left in it, and so on upwards. */
  prune(): void {
    const empty = this.#children === undefined && this.plus === undefined
      && this.single === undefined && this.multi === undefined;
    if (empty) this.#parent?.removeChild(this);
  }

  removeChild(child: FilterNode): void {
    if (this.plus === child) this.plus = undefined;
    else this.#children?.delete(child.#level);
    if (this.#children?.size === 0) this.#children = undefined;
    this.prune();
  }

  #end(multi: boolean): FilterEnd {
    if (multi) return (this.multi ??= new FilterEnd());
    return (this.single ??= new FilterEnd());
  }
}

const DOLLAR = 0x24;
