import type { Limits } from '../model/limits.js';

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

/** What waits to be sent to one session, first in first out, bounded in count and bytes. */
export class DeliveryQueue<T extends Queueable> {
  readonly #limits: QueueLimits;
  readonly #totals: QueueTotals;
  #items: (T | undefined)[] = [];
  #head = 0;
  #bytes = 0;

  constructor(limits: QueueLimits, totals: QueueTotals) {
    this.#limits = limits;
    this.#totals = totals;
  }

  get length(): number {
    return this.#items.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether one more item of this size stays within the limits. */
  fits(bytes: number): boolean {
    const limits = this.#limits;
    return (
      this.length < limits.queuedMessagesMax
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
      && this.#totals.messages - this.length < limits.queuedMessagesTotalMax
      && this.#totals.bytes - this.#bytes + bytes <= limits.queuedBytesTotalMax
    );
  }

  /** Adds at the end, within the limits or not: ask {@link fits} first. */
  push(item: T): void {
    this.#items.push(item);
    this.#count(1, item.bytes);
  }

  peek(): T | undefined {
    return this.#items[this.#head];
  }

  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#items[this.#head++] = undefined;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head >= 1024 && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    this.#count(-1, -item.bytes);
    return item;
  }

  /** Takes out all that are unwanted; the others stay in order. @returns What was taken out. */
  remove(unwanted: (item: T) => boolean): T[] {
    const removed: T[] = [];
    const kept: T[] = [];
    for (let at = this.#head; at < this.#items.length; at++) {
      const item = this.#items[at];
      if (item !== undefined) (unwanted(item) ? removed : kept).push(item);
    }
    if (removed.length === 0) return removed;
    this.#items = kept;
    this.#head = 0;
    for (const item of removed) this.#count(-1, -item.bytes);
    return removed;
  }

  #count(messages: number, bytes: number): void {
    this.#bytes += bytes;
    this.#totals.messages += messages;
    this.#totals.bytes += bytes;
  }
}
