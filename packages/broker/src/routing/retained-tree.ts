import { isBrokerTopic } from '../model/broker-topic.js';
import type { Message } from '../model/message.js';

/** Reads retained messages, without changing them. */
export type RetainedView = Pick<RetainedTree, 'count' | 'bytes' | 'get' | 'each' | 'levelsBelow'>;

/** A level of the tree of topics. */
export interface RetainedLevel {
  readonly level: string;
  /** The message whose topic ends here. */
  readonly message: Message | undefined;
  /** Whether there are topics below. */
  readonly isParent: boolean;
}

/**
 * The retained message of each topic, in a tree of topic levels, so that looking up a filter with
 * wildcards visits only the levels it can match (MQTT 3.1.1, 3.3.1.3).
 */
export class RetainedTree {
  readonly #root = new TopicNode();
  #count = 0;
  #bytes = 0;
  #changes = 0;

  /** Counts the messages ever set: what was set later has a higher number. */
  get changes(): number {
    return this.#changes;
  }

  /** Retained messages held; what the broker tells of itself does not count. */
  get count(): number {
    return this.#count;
  }

  /** Bytes of their topics and payloads. */
  get bytes(): number {
    return this.#bytes;
  }

  get(topic: string): Message | undefined {
    let node: TopicNode | undefined = this.#root;
    for (const level of topic.split('/')) {
      node = node.children?.get(level);
      if (node === undefined) return undefined;
    }
    return node.message;
  }

  /** Sets or replaces. The message must own its bytes. @returns The number of this change. */
  set(message: Message): number {
    return this.#put(message, ++this.#changes);
  }

  /** Sets what a store remembered. */
  restore(message: Message, change: number): void {
    this.raiseChanges(change);
    this.#put(message, change);
  }

  /** What is set from now on has a higher number than this. */
  raiseChanges(least: number): void {
    this.#changes = Math.max(this.#changes, least);
  }

  /** @returns Whether there was one. */
  delete(topic: string): boolean {
    const levels = topic.split('/');
    const path: TopicNode[] = [this.#root];
    for (const level of levels) {
      const child = path.at(-1)?.children?.get(level);
      if (child === undefined) return false;
      path.push(child);
    }
    const node = path.at(-1);
    if (node?.message === undefined) return false;
    this.#forget(node.message);
    node.message = undefined;
    for (let depth = levels.length; depth > 0 && path[depth]?.empty === true; depth--) {
      path[depth - 1]?.removeChild(levels[depth - 1] ?? '');
    }
    return true;
  }

  /**
   * The messages whose topic matches the filter, in no particular order.
   *
   * @param asOf Leaves out what was set after {@link changes} had this value.
   */
  matching(filter: string, asOf = this.#changes): Message[] {
    const found: Message[] = [];
    collect(this.#root, filter.split('/'), 0, (node) => {
      if (node.message !== undefined && node.change <= asOf) found.push(node.message);
    });
    return found;
  }

  /**
   * The same in the order in which they were set, with the numbers of their changes.
   *
   * @param after Leaves out what had been set when {@link changes} had this value.
   */
  matchingInOrder(filter: string, after: number, asOf: number): RetainedInOrder {
    const found: Message[] = [];
    const numbers: number[] = [];
    collect(this.#root, filter.split('/'), 0, ({ message, change }) => {
      if (message === undefined || change > asOf || change <= after) return;
      found.push(message);
      numbers.push(change);
    });
    // A third of the time that it takes to sort objects; there may be a million.
    const order = Uint32Array.from(found.keys()).sort((one, other) => {
      return numbers[one]! - numbers[other]!;
    });
    const changes = Float64Array.from(order, (at) => numbers[at]!);
    return { messages: Array.from(order, (at) => found[at]!), changes };
  }

  /**
   * Walks what {@link matching} finds without collecting it. It may be walked in steps: what is set
   * meanwhile may be met or not.
   */
  *each(filter: string): IterableIterator<Message> {
    const levels = filter.split('/');
    const start: Place = { node: this.#root, depth: 0 };
    const open: Iterator<Place>[] = [[start].values()];
    for (let siblings = open.at(-1); siblings !== undefined; siblings = open.at(-1)) {
      const next = siblings.next();
      if (next.done === true) {
        open.pop();
        continue;
      }
      const { node, depth } = next.value;
      const level = levels[depth];
      if (node.message !== undefined && (level === undefined || level === '#')) yield node.message;
      if (level !== undefined) open.push(placesBelow(node, depth, level, node === this.#root));
    }
  }

  /**
   * The levels right below a topic, for who walks the tree.
   *
   * @param topic Levels on the way; `undefined`: the first levels of all topics.
   */
  *levelsBelow(topic: string | undefined): IterableIterator<RetainedLevel> {
    let node: TopicNode | undefined = this.#root;
    for (const level of topic?.split('/') ?? []) node = node?.children?.get(level);
    for (const [level, { message, children }] of node?.children ?? []) {
      yield { level, message, isParent: children !== undefined };
    }
  }

  /** How many {@link matching} would find now. */
  countMatching(filter: string): number {
    let count = 0;
    collect(this.#root, filter.split('/'), 0, (node) => {
      if (node.message !== undefined) count++;
    });
    return count;
  }

  #put(message: Message, change: number): number {
    let node = this.#root;
    for (const level of message.topic.split('/')) {
      node.children ??= new Map();
      let child = node.children.get(level);
      if (child === undefined) node.children.set(level, (child = new TopicNode()));
      node = child;
    }
    if (node.message !== undefined) this.#forget(node.message);
    node.message = message;
    node.change = change;
    if (isBrokerTopic(message.topic)) return change;
    this.#count++;
    this.#bytes += message.bytes;
    return change;
  }

  #forget(message: Message): void {
    if (isBrokerTopic(message.topic)) return;
    this.#count--;
    this.#bytes -= message.bytes;
  }
}

/** Messages, and for each the number of its change, ascending. */
export interface RetainedInOrder {
  readonly messages: readonly Message[];
  readonly changes: Float64Array;
}

class TopicNode {
  children: Map<string, TopicNode> | undefined;
  message: Message | undefined;
  change = 0;

  get empty(): boolean {
    return this.message === undefined && this.children === undefined;
  }

  removeChild(level: string): void {
    this.children?.delete(level);
    if (this.children?.size === 0) this.children = undefined;
  }
}

interface Place {
  readonly node: TopicNode;
  /** Levels of the filter that lead here. */
  readonly depth: number;
}

function* placesBelow(
  node: TopicNode,
  depth: number,
  level: string,
  isRoot: boolean,
): IterableIterator<Place> {
  if (level !== '+' && level !== '#') {
    const child = node.children?.get(level);
    if (child !== undefined) yield { node: child, depth: depth + 1 };
    return;
  }
  const next = level === '#' ? depth : depth + 1;
  for (const [name, child] of node.children ?? []) {
    if (!isRoot || !name.startsWith('$')) yield { node: child, depth: next }; // MQTT-4.7.2-1
  }
}

type Visit = (node: TopicNode) => void;

function collect(node: TopicNode, levels: readonly string[], depth: number, visit: Visit): void {
  let below: TopicNode | undefined = node;
  for (let at = depth; below !== undefined; at++) {
    const level = levels[at];
    if (level === undefined) return visit(below);
    if (level === '#') return collectAll(below, at === 0, visit);
    if (level === '+') {
      for (const [name, child] of below.children ?? []) {
        if (at > 0 || !name.startsWith('$')) collect(child, levels, at + 1, visit);
      }
      return;
    }
    below = below.children?.get(level);
  }
}

/**
 * A filter that starts with a wildcard leaves out topics that start with `$` (MQTT-4.7.2-1). No
 * recursion here, since a topic from inside may have more levels than the stack has room for.
 */
function collectAll(start: TopicNode, isRoot: boolean, visit: Visit): void {
  const open = [start];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    visit(node);
    for (const [name, child] of node.children ?? []) {
      if (!isRoot || node !== start || !name.startsWith('$')) open.push(child);
    }
  }
}
