import type { Outbox, OutboxState, StoredPublication } from './outbox.js';

const NOTHING = new Uint8Array(0);

/** Forgets when the process ends: the session keeps what it needs itself. */
export class MemoryOutbox implements Outbox {
  readonly safeAtOnce = true;
  readonly #publications = new Map<number, StoredPublication>();
  readonly #received = new Set<number>();

  load(): Promise<OutboxState> {
    const publications = [...this.#publications.values()].sort(
      (one, other) => one.sequence - other.sequence,
    );
    return Promise.resolve({ publications, received: [...this.#received] });
  }

  put(publication: StoredPublication): void {
    this.#publications.set(publication.sequence, publication);
  }

  release(sequence: number): void {
    const known = this.#publications.get(sequence);
    if (known === undefined) return;
    this.#publications.set(sequence, { ...known, payload: NOTHING, released: true });
  }

  remove(sequence: number): void {
    this.#publications.delete(sequence);
  }

  addReceived(packetId: number): void {
    this.#received.add(packetId);
  }

  deleteReceived(packetId: number): void {
    this.#received.delete(packetId);
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
