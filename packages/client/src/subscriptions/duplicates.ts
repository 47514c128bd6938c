import type { Receipt } from '../session/receipt.js';

/** Tells what was handled before; `deduplicate()` makes one. It serves one subscription. */
export interface DuplicateFilter {
  isDuplicate(message: Receipt, nowMs: number): boolean;
  /** The message was handled. */
  settle(message: Receipt, nowMs: number): void;
  /** The server has a new session: its packet identifiers begin anew. */
  sessionLost(): void;
}

/** The filter of a subscription on the clock of its client; or none. */
export class Duplicates {
  readonly #filter: DuplicateFilter | undefined;
  readonly #nowMs: () => number;
  /** Messages that were dropped, since they were handled before. */
  dropped = 0;

  constructor(filter: DuplicateFilter | undefined, nowMs: () => number) {
    this.#filter = filter;
    this.#nowMs = nowMs;
  }

  isDuplicate(receipt: Receipt): boolean {
    if (this.#filter?.isDuplicate(receipt, this.#nowMs()) !== true) return false;
    this.dropped++;
    return true;
  }

  settle(receipt: Receipt): void {
    this.#filter?.settle(receipt, this.#nowMs());
  }

  sessionLost(): void {
    this.#filter?.sessionLost();
  }
}
