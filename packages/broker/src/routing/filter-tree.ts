/** What there is at a node, so that a match looks only where something is. */
export const HAS_PLUS = 1;
export const HAS_CHILDREN = 2;
/** A filter ends here. */
export const HAS_SINGLE = 4;
/** A filter ends here with `/#`. */
export const HAS_MULTI = 8;

/**
 * The levels of all topic filters as a tree, in typed arrays.
 *
 *     node   0 is the root; a node is its number
 *     slots  open addressing: (parent, hash of the level, child, what the child has) side by side
 *
 * With 100,000 filters a match spends its time waiting for memory: a look-up here is one cache
 * line, and what is not there is not looked for. Objects with a `Map` each need two to three times
 * as many loads that miss the cache (`bench --only matching`). `+` is no child but a link of its
 * own; `#` is not in the tree.
 */
export class FilterTree {
  /** (parent, hash, child, flags of the child); child 0 marks a free slot. */
  #slots = new Int32Array(INITIAL_SLOTS * SLOT);
  #slotMask = INITIAL_SLOTS - 1;
  #slotsUsed = 0;
  /** Per node: node of `+` below, number of children, parent, hash of the level, flags. */
  #nodes: Int32Array = new Int32Array(INITIAL_NODES * NODE);
  #nodeCount = 1;
  /** Per node: the level's text. */
  readonly #texts: string[] = [''];
  readonly #freeNodes: number[] = [];
  readonly #seed: number;

  /** @param seed Of {@link levelHash}. */
  constructor(seed = 0) {
    this.#seed = seed;
  }

  /** Nodes beside the root. */
  get size(): number {
    return this.#nodeCount - 1 - this.#freeNodes.length;
  }

  /**
   * Finds the child for the level `text[start, end)` with this {@link levelHash}.
   *
   * @returns Where {@link nodeAt} and {@link flagsAt} find it; -1 if there is none.
   */
  find(parent: number, text: string, start: number, end: number, hash: number): number {
    const slots = this.#slots;
    for (let slot = this.#home(parent, hash); ; slot = (slot + 1) & this.#slotMask) {
      const at = slot * SLOT;
      const child = slots[at + 2] as number;
      if (child === 0) return -1;
      if (slots[at] !== parent || slots[at + 1] !== hash) continue;
      // Equal hashes do not make equal levels: a peer may have chosen them.
      const own = this.#texts[child] as string;
      if (own.length === end - start && text.startsWith(own, start)) return at;
    }
  }

  /** The node that {@link find} found. */
  nodeAt(at: number): number {
    return this.#slots[at + 2] as number;
  }

  /** What the node that {@link find} found has. */
  flagsAt(at: number): number {
    return this.#slots[at + 3] as number;
  }

  /** What this node has. */
  flags(node: number): number {
    return this.#nodes[node * NODE + 4] as number;
  }

  /** Notes that the node has this, or no longer has it. */
  mark(node: number, flag: number, present: boolean): void {
    const flags = present ? this.flags(node) | flag : this.flags(node) & ~flag;
    const at = node * NODE;
    this.#nodes[at + 4] = flags;
    const parent = this.#nodes[at + 2] as number;
    if (node === 0 || this.plus(parent) === node) return;
    const slot = this.#slotOf(parent, this.#nodes[at + 3] as number, node);
    this.#slots[slot * SLOT + 3] = flags;
  }

  /** The child for `+`; 0 if there is none. */
  plus(parent: number): number {
    return this.#nodes[parent * NODE] as number;
  }

  /** The child for a level of a filter, made if it is not there. */
  childOrNew(parent: number, level: string): number {
    if (level === '+') {
      const plus = this.plus(parent);
      if (plus !== 0) return plus;
      const made = this.#newNode(parent, level, 0);
      this.#nodes[parent * NODE] = made;
      this.mark(parent, HAS_PLUS, true);
      return made;
    }
    const hash = levelHash(level, 0, level.length, this.#seed);
    const known = this.find(parent, level, 0, level.length, hash);
    if (known >= 0) return this.nodeAt(known);
    const made = this.#newNode(parent, level, hash);
    this.#nodes[parent * NODE + 1]!++;
    if ((this.#slotsUsed + 1) * 2 > this.#slotMask) this.#growSlots();
    this.#put(parent, hash, made, 0);
    this.mark(parent, HAS_CHILDREN, true);
    return made;
  }

  /** Removes a node that has nothing. @returns Its parent. */
  remove(node: number): number {
    const at = node * NODE;
    const parent = this.#nodes[at + 2] as number;
    if (this.plus(parent) === node) {
      this.#nodes[parent * NODE] = 0;
      this.mark(parent, HAS_PLUS, false);
    } else {
      this.#take(parent, this.#nodes[at + 3] as number, node);
      const children = --this.#nodes[parent * NODE + 1]!;
      if (children === 0) this.mark(parent, HAS_CHILDREN, false);
    }
    this.#texts[node] = '';
    this.#freeNodes.push(node);
    return parent;
  }

  #newNode(parent: number, level: string, hash: number): number {
    const node = this.#freeNodes.pop() ?? this.#nodeCount++;
    if ((node + 1) * NODE > this.#nodes.length) this.#nodes = doubled(this.#nodes);
    this.#nodes.set([0, 0, parent, hash, 0], node * NODE);
    this.#texts[node] = level;
    return node;
  }

  #home(parent: number, hash: number): number {
    const mixed = Math.imul(parent ^ (hash >>> 16), 0x9e3779b1) ^ Math.imul(hash, 0x85ebca6b);
    return (mixed ^ (mixed >>> 15)) & this.#slotMask;
  }

  #put(parent: number, hash: number, child: number, flags: number): void {
    let slot = this.#home(parent, hash);
    while (this.#slots[slot * SLOT + 2] !== 0) slot = (slot + 1) & this.#slotMask;
    this.#slots.set([parent, hash, child, flags], slot * SLOT);
    this.#slotsUsed++;
  }

  #slotOf(parent: number, hash: number, child: number): number {
    let slot = this.#home(parent, hash);
    while (this.#slots[slot * SLOT + 2] !== child) slot = (slot + 1) & this.#slotMask;
    return slot;
  }

  /**
   * Frees the slot of a child and moves up what was displaced by it, so that no gap hides anything.
   */
  #take(parent: number, hash: number, child: number): void {
    const slots = this.#slots;
    const mask = this.#slotMask;
    let gap = this.#slotOf(parent, hash, child);
    this.#slotsUsed--;
    for (let next = (gap + 1) & mask; slots[next * SLOT + 2] !== 0; next = (next + 1) & mask) {
      const home = this.#home(slots[next * SLOT] as number, slots[next * SLOT + 1] as number);
      if (((next - home) & mask) < ((next - gap) & mask)) continue;
      slots.copyWithin(gap * SLOT, next * SLOT, next * SLOT + SLOT);
      gap = next;
    }
    slots.fill(0, gap * SLOT, gap * SLOT + SLOT);
  }

  #growSlots(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2);
    this.#slotMask = this.#slotMask * 2 + 1;
    this.#slotsUsed = 0;
    for (let at = 0; at < old.length; at += SLOT) {
      const [parent = 0, hash = 0, child = 0, flags = 0] = old.subarray(at, at + SLOT);
      if (child !== 0) this.#put(parent, hash, child, flags);
    }
  }
}

/**
 * Hash of `text[start, end)`, a level of a topic or filter.
 *
 * @param seed Any 32 bits. Random ones keep peers from choosing levels of equal hash, which would
 * make each match look at all of them.
 */
export function levelHash(text: string, start: number, end: number, seed = 0): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash | 0;
}

function doubled(array: Int32Array): Int32Array {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

const SLOT = 4;
const NODE = 5;
const INITIAL_SLOTS = 64;
const INITIAL_NODES = 64;
