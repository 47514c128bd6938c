import type { Limits } from '../model/limits.js';
import { type StoredPlace, StoredRun } from './stored-run.js';

/** What can wait in a queue. */
export interface Queueable {
  /** What it counts for the limits in bytes. */
  readonly bytes: number;
}

/** What all queues hold together. */
export class QueueTotals {
  messages = 0;
  bytes = 0;
}

type QueueLimits = Pick<
  Limits,
  'queuedMessagesMax' | 'queuedBytesMax' | 'queuedMessagesTotalMax' | 'queuedBytesTotalMax'
>;

/**
 * What waits to be sent to one session, first in first out, bounded in count and bytes. Messages
 * that lie in the store stand in it as runs: they count like all others.
 */
export class DeliveryQueue<T extends Queueable> {
  readonly #limits: QueueLimits;
  readonly #totals: QueueTotals;
  #items: (T | StoredRun | undefined)[] = [];
  #head = 0;
  #messages = 0;
  #bytes = 0;
  #lastStored = -1;

  constructor(limits: QueueLimits, totals: QueueTotals) {
    this.#limits = limits;
    this.#totals = totals;
  }

  /** Messages in it. */
  get length(): number {
    return this.#messages;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The newest message that was added and lies in the store; -1 if there was none. */
  get lastStored(): number {
    return this.#lastStored;
  }

  /** Whether one more item of this size stays within the limits. */
  fits(bytes: number): boolean {
    const limits = this.#limits;
    return (
      this.#messages < limits.queuedMessagesMax
      && this.#bytes + bytes <= limits.queuedBytesMax
      && this.#totals.messages < limits.queuedMessagesTotalMax
      && this.#totals.bytes + bytes <= limits.queuedBytesTotalMax
    );
  }

  /**
   * Whether an item of this size would be within the limits if there were no other in this queue.
   */
  fitsAlone(bytes: number): boolean {
    const limits = this.#limits;
    return (
      limits.queuedMessagesMax > 0
      && bytes <= limits.queuedBytesMax
      && this.#totals.messages - this.#messages < limits.queuedMessagesTotalMax
      && this.#totals.bytes - this.#bytes + bytes <= limits.queuedBytesTotalMax
    );
  }

  /** Adds at the end, within the limits or not: ask {@link fits} first. */
  push(item: T): void {
    this.#items.push(item);
    this.#count(1, item.bytes);
  }

  /** The same for a message that lies in the store. Its sequence number is above all others. */
  pushStored(sequence: number, bytes: number): void {
    const last = this.#items.at(-1);
    const added = last instanceof StoredRun && last.push(sequence, bytes);
    if (!added) this.#items.push(new StoredRun(sequence, bytes));
    this.#lastStored = sequence;
    this.#count(1, bytes);
  }

  /** What is oldest: an item, or the run whose first message it is. */
  peek(): T | StoredRun | undefined {
    return this.#items[this.#head];
  }

  /**
   * What is in it, oldest first. It may be walked in steps: what is taken out meanwhile is passed
   * over, unless many are at once.
   */
  *items(): Generator<T | StoredRun> {
    const items = this.#items;
    for (let at = this.#head; at < items.length; at++) {
      const item = items[at];
      if (item !== undefined) yield item;
    }
  }

  /** Takes the oldest message out. */
  shift(): T | StoredPlace | undefined {
    const item = this.#items[this.#head];
    if (item instanceof StoredRun) return this.#shiftStored(item);
    if (item === undefined) return undefined;
    this.#dropHead();
    this.#count(-1, -item.bytes);
    return item;
  }

  /**
   * Takes out all items that are unwanted; the others, and what lies in the store, stay in order.
   *
   * @returns What was taken out.
   */
  remove(unwanted: (item: T) => boolean): T[] {
    const removed: T[] = [];
    const kept: (T | StoredRun)[] = [];
    for (let at = this.#head; at < this.#items.length; at++) {
      const item = this.#items[at];
      if (item === undefined) continue;
      if (!(item instanceof StoredRun) && unwanted(item)) removed.push(item);
      else kept.push(item);
    }
    if (removed.length === 0) return removed;
    this.#items = kept;
    this.#head = 0;
    for (const item of removed) this.#count(-1, -item.bytes);
    return removed;
  }

  /** Takes everything out. */
  clear(): void {
    this.#items = [];
    this.#head = 0;
    this.#count(-this.#messages, -this.#bytes);
  }

  #shiftStored(run: StoredRun): StoredPlace | undefined {
    const place = run.shift();
    if (run.length === 0) this.#dropHead();
    if (place !== undefined) this.#count(-1, -place.bytes);
    return place;
  }

  #dropHead(): void {
    this.#items[this.#head++] = undefined;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head >= 1024 && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
  }

  #count(messages: number, bytes: number): void {
    this.#messages += messages;
    this.#bytes += bytes;
    this.#totals.messages += messages;
    this.#totals.bytes += bytes;
  }
}
