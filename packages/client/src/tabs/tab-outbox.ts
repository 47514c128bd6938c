import type { IndexedDbOutbox } from '../outbox/indexeddb/indexeddb-outbox.js';
import type { Outbox, OutboxState, StoredPublication } from '../outbox/outbox.js';

/**
 * The outbox of a shared connection. With each publication it notes which publish of which tab that
 * was, in the same transaction: a host that takes over knows what it needs not be told again.
 */
export class TabOutbox implements Outbox {
  readonly safeAtOnce = false;
  /** Resolves when all that a predecessor had accepted is done. */
  readonly restored: Promise<void>;
  readonly #inner: IndexedDbOutbox;
  /** By tab: the number of its last publish that was accepted. */
  readonly #accepted: Map<string, number>;
  /** Filters that the session at the server has. */
  readonly #filters: Set<string>;
  readonly #left = new Set<number>();
  #tellRestored: (() => void) | undefined;

  private constructor(inner: IndexedDbOutbox, notes: ReadonlyMap<string, unknown>) {
    this.#inner = inner;
    this.#accepted = new Map(
      [...notes].flatMap(([key, value]) =>
        key.startsWith(TAB) ? [[key.slice(TAB.length), value as number]] : [],
      ),
    );
    const filters = [...notes.keys()].filter((key) => key.startsWith(FILTER));
    this.#filters = new Set(filters.map((key) => key.slice(FILTER.length)));
    this.restored = new Promise((resolve) => {
      this.#tellRestored = resolve;
    });
  }

  static async of(inner: IndexedDbOutbox): Promise<TabOutbox> {
    return new TabOutbox(inner, await inner.notes());
  }

  /** Tabs of which something was accepted. */
  get tabs(): Iterable<string> {
    return this.#accepted.keys();
  }

  /** Filters that the session at the server has, a predecessor's included. */
  get filters(): ReadonlySet<string> {
    return this.#filters;
  }

  acceptedOf(tab: string): number {
    return this.#accepted.get(tab) ?? 0;
  }

  /** Called with the `put` of that publish, before anything else can come between. */
  accept(tab: string, number: number): void {
    this.#accepted.set(tab, number);
    this.#inner.note(TAB + tab, number);
  }

  /** The tab is gone for good. */
  forget(tab: string): void {
    if (this.#accepted.delete(tab)) this.#inner.note(TAB + tab, undefined);
  }

  setFilter(filter: string, subscribed: boolean): void {
    if (this.#filters.has(filter) === subscribed) return;
    if (subscribed) this.#filters.add(filter);
    else this.#filters.delete(filter);
    this.#inner.note(FILTER + filter, subscribed ? true : undefined);
  }

  async load(): Promise<OutboxState> {
    const state = await this.#inner.load();
    for (const { sequence } of state.publications) this.#left.add(sequence);
    this.#lookRestored();
    return state;
  }

  put(publication: StoredPublication): void {
    this.#inner.put(publication);
  }

  release(sequence: number): void {
    this.#inner.release(sequence);
  }

  remove(sequence: number): void {
    this.#inner.remove(sequence);
    if (this.#left.delete(sequence)) this.#lookRestored();
  }

  addReceived(packetId: number): void {
    this.#inner.addReceived(packetId);
  }

  deleteReceived(packetId: number): void {
    this.#inner.deleteReceived(packetId);
  }

  flush(): Promise<void> {
    return this.#inner.flush();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
  }

  #lookRestored(): void {
    if (this.#left.size === 0) this.#tellRestored?.();
  }
}

const TAB = 'tab:';
const FILTER = 'filter:';
