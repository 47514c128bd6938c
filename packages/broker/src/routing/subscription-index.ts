import type { QoS } from '@magpie/protocol';
import { FilterEnd } from './filter-end.js';
import {
  FilterTree,
  HAS_CHILDREN,
  HAS_MULTI,
  HAS_PLUS,
  HAS_SINGLE,
  levelHash,
} from './filter-tree.js';
import type { ShareGroup } from './share-group.js';
import type { Subscriber, Subscription } from './subscriber.js';

/**
 * Which subscriptions match a topic: a tree of filter levels (MQTT 3.1.1, 4.7).
 *
 *     sport/+/score     root ─ sport ─ + ─ score ● subscriptions
 *     sport/#           root ─ sport ● subscriptions of `#` below here, and of this level itself
 *
 * A match visits, per level, the node of that level and the node of `+`; its cost depends on the
 * topic and on the filters that share its levels, not on how many filters there are.
 */
export class SubscriptionIndex {
  readonly #seed: number;
  readonly #tree: FilterTree;
  /** Filters that end at a node; by node. */
  readonly #single: (FilterEnd | undefined)[] = [undefined];
  /** Filters that end at a node with `/#`; by node. */
  readonly #multi: (FilterEnd | undefined)[] = [undefined];
  /** Start and hash of each level of the topic being matched; kept to spare arrays per match. */
  readonly #starts: number[] = [];
  readonly #hashes: number[] = [];
  #size = 0;
  #shared = 0;
  #generation = 0;

  /** @param seed Any 32 bits; random ones where subscribers are not trusted. */
  constructor(seed = 0) {
    this.#seed = seed;
    this.#tree = new FilterTree(seed);
  }

  /** Subscriptions held. */
  get size(): number {
    return this.#size;
  }

  /** Those of them that are members of a share group. */
  get shared(): number {
    return this.#shared;
  }

  /** Nodes of the tree: none when nobody subscribes. */
  get nodes(): number {
    return this.#tree.size;
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
    const { path, multi } = splitFilter(filter);
    let node = 0;
    for (const level of path) {
      node = this.#tree.childOrNew(node, level);
      if (node === this.#single.length) {
        this.#single.push(undefined);
        this.#multi.push(undefined);
      }
    }
    const ends = multi ? this.#multi : this.#single;
    const end = (ends[node] ??= new FilterEnd());
    this.#tree.mark(node, multi ? HAS_MULTI : HAS_SINGLE, true);
    const isNew =
      group === undefined ? end.put(subscriber, qos) : end.putShared(group, subscriber, qos);
    if (isNew) this.#size++;
    if (isNew && group !== undefined) this.#shared++;
    return isNew;
  }

  /** @returns Whether there was such a subscription. */
  remove(filter: string, subscriber: Subscriber, group?: string): boolean {
    const { path, multi } = splitFilter(filter);
    const node = this.#nodeOf(path);
    const ends = multi ? this.#multi : this.#single;
    const end = node === undefined ? undefined : ends[node];
    if (node === undefined || end === undefined) return false;
    const removed =
      group === undefined ? end.remove(subscriber) : end.removeShared(group, subscriber);
    if (!removed) return false;
    this.#generation++;
    this.#size--;
    if (group !== undefined) this.#shared--;
    if (end.isEmpty) {
      ends[node] = undefined;
      this.#tree.mark(node, multi ? HAS_MULTI : HAS_SINGLE, false);
      this.#prune(node);
    }
    return true;
  }

  /**
   * Collects what matches.
   *
   * @param topic A valid topic name. A filter that starts with a wildcard does not match one that
   * starts with `$` (MQTT-4.7.2-1).
   * @param own Gets every matching subscription; a subscriber with overlapping ones appears
   * repeatedly.
   * @param groups Gets every share group with a matching filter.
   */
  match(topic: string, own: Subscription[], groups: ShareGroup[]): void {
    const count = this.#split(topic);
    if (topic.charCodeAt(0) !== DOLLAR) {
      this.#walk(0, this.#tree.flags(0), 0, count, topic, own, groups);
      return;
    }
    const first = this.#find(0, 0, topic);
    if (first < 0) return;
    const flags = this.#tree.flagsAt(first);
    this.#walk(this.#tree.nodeAt(first), flags, 1, count, topic, own, groups);
  }

  /** Finds the levels of the topic. @returns How many there are. */
  #split(topic: string): number {
    const starts = this.#starts;
    const hashes = this.#hashes;
    const seed = this.#seed;
    let count = 0;
    let start = 0;
    while (start >= 0) {
      const slash = topic.indexOf('/', start);
      starts[count] = start;
      hashes[count++] = levelHash(topic, start, slash < 0 ? topic.length : slash, seed);
      start = slash < 0 ? -1 : slash + 1;
    }
    starts[count] = topic.length + 1;
    return count;
  }

  #find(node: number, depth: number, topic: string): number {
    const start = this.#starts[depth] as number;
    const end = (this.#starts[depth + 1] as number) - 1;
    return this.#tree.find(node, topic, start, end, this.#hashes[depth] as number);
  }

  /** Runs per message on a topic whose route is not known; `depth` levels are behind us. */
  #walk(
    node: number,
    flags: number,
    depth: number,
    count: number,
    topic: string,
    own: Subscription[],
    groups: ShareGroup[],
  ): void {
    // `a/#` matches `a` too (4.7.1.2): look at `#` before asking whether a level is left.
    if ((flags & HAS_MULTI) !== 0) this.#multi[node]?.collect(own, groups);
    if (depth === count) {
      if ((flags & HAS_SINGLE) !== 0) this.#single[node]?.collect(own, groups);
      return;
    }
    const tree = this.#tree;
    if ((flags & HAS_CHILDREN) !== 0) {
      const at = this.#find(node, depth, topic);
      if (at >= 0) {
        this.#walk(tree.nodeAt(at), tree.flagsAt(at), depth + 1, count, topic, own, groups);
      }
    }
    if ((flags & HAS_PLUS) !== 0) {
      const plus = tree.plus(node);
      this.#walk(plus, tree.flags(plus), depth + 1, count, topic, own, groups);
    }
  }

  #nodeOf(path: readonly string[]): number | undefined {
    let node = 0;
    for (const level of path) {
      if (level === '+') {
        node = this.#tree.plus(node);
        if (node === 0) return undefined;
      } else {
        const { length } = level;
        const at = this.#tree.find(node, level, 0, length, levelHash(level, 0, length, this.#seed));
        if (at < 0) return undefined;
        node = this.#tree.nodeAt(at);
      }
    }
    return node;
  }

  /** Takes nodes out that lead nowhere, from this one upwards. */
  #prune(node: number): void {
    while (node !== 0 && this.#tree.flags(node) === 0) node = this.#tree.remove(node);
  }
}

function splitFilter(filter: string): { path: string[]; multi: boolean } {
  const path = filter.split('/');
  const multi = path.at(-1) === '#';
  if (multi) path.pop();
  return { path, multi };
}

const DOLLAR = 0x24;
