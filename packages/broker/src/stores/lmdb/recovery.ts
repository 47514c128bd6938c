import type { TableName } from './tables.js';

/** How far the opening of a store is. */
export interface RecoveryProgress {
  /** What is read now: first the pages of the file, to check them, then table by table. */
  readonly what: 'pages' | TableName;
  /** Pages, or records, so far. */
  readonly done: number;
  /** All pages, or records, of this kind. */
  readonly total: number;
}

export interface RecoveryOptions {
  /** Told now and then, at the latest when something is done. */
  readonly onProgress?: (progress: RecoveryProgress) => void;
  /** Ends what is under way; nothing has been changed then. */
  readonly signal?: AbortSignal;
}

/** The store was told to end before it was open. */
export class RecoveryAborted extends Error {
  override readonly name = 'RecoveryAborted';

  constructor() {
    super('The store was told to end before it was open');
  }
}

/** @throws {RecoveryAborted} if it was told to end. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new RecoveryAborted();
}
