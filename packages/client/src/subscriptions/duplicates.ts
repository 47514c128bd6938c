import type { Receipt } from '../session/receipt.js';

/** Tells what was handled before; `deduplicate()` makes one. It serves one subscription. */
export interface DuplicateFilter {
  isDuplicate(message: Receipt, nowMs: number): boolean;
  /** The message was handled. */
  settle(message: Receipt, nowMs: number): void;
  /** The server has a new session: its packet identifiers begin anew. */
  sessionLost(): void;
}
