/** First in, first out, without moving what waits at every step. */
export class Fifo<T> {
  #items: (T | undefined)[] = NOTHING;
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    if (this.#items === NOTHING) this.#items = [];
    this.#items.push(item);
  }

  peek(): T | undefined {
    return this.#items[this.#head];
  }

  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#items[this.#head++] = undefined;
    if (this.#head === this.#items.length || this.#head >= COMPACT_AT) this.#compact();
    return item;
  }

  /** Takes one out of the middle. @returns Whether it was there. */
  remove(item: T): boolean {
    const at = this.#items.indexOf(item, this.#head);
    if (at < 0) return false;
    this.#items.splice(at, 1);
    return true;
  }

  /** A copy of all, the oldest first. */
  items(): T[] {
    return this.#items.slice(this.#head) as T[];
  }

  clear(): void {
    this.#items = NOTHING;
    this.#head = 0;
  }

  #compact(): void {
    if (this.#head * 2 < this.#items.length) return;
    this.#items = this.#items.slice(this.#head);
    this.#head = 0;
  }
}

/** Of all that hold nothing: most clients of a process are idle. Never written. */
const NOTHING = Object.freeze<never[]>([]) as never[];
/** Free places at the front that are worth a look. */
const COMPACT_AT = 1024;
