import { messageBytes } from './message-bytes.js';

/** Messages that wait: first in, first out, without moving what waits at every step. */
export class Fifo<T extends Parameters<typeof messageBytes>[0]> {
  #items: (T | undefined)[] = NOTHING;
  #head = 0;
  /** Of topics and payloads. */
  bytes = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    if (this.#items === NOTHING) this.#items = [];
    this.#items.push(item);
    this.bytes += messageBytes(item);
  }

  peek(): T | undefined {
    return this.#items[this.#head];
  }

  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.bytes -= messageBytes(item);
    this.#items[this.#head++] = undefined;
    if (this.#head === this.#items.length) {
      // Popped: whoever takes each item as it comes would make the array anew with each.
      for (; this.#head > 0; this.#head--) this.#items.pop();
    } else if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#items.length) {
      this.#items.splice(0, this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Takes one out of the middle. @returns Whether it was there. */
  remove(item: T): boolean {
    const at = this.#items.indexOf(item, this.#head);
    if (at < 0) return false;
    this.#items.splice(at, 1);
    this.bytes -= messageBytes(item);
    return true;
  }

  /** Takes all out, the oldest first. */
  takeAll(): T[] {
    const items = this.items();
    this.#items = NOTHING;
    this.#head = 0;
    this.bytes = 0;
    return items;
  }

  /** A copy of all, the oldest first. */
  items(): T[] {
    return this.#items.slice(this.#head) as T[];
  }
}

/** Of all that hold nothing: most clients of a process are idle. Never written. */
const NOTHING = Object.freeze<never[]>([]) as never[];
/** Free places at the front that are worth a look. */
const COMPACT_AT = 1024;
