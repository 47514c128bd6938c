import type { Space } from './lmdb-environment.js';

/** What the engine tells without being asked. */
export type EngineEvent =
  /** The file is being opened: leaf pages that were checked. */
  | { readonly type: 'checked'; readonly pages: number; readonly total: number }
  /** The newest that was written was not on disk after the machine had ended, and was left out. */
  | { readonly type: 'went-back' }
  /** What was written since the last sync cannot be brought to the disk. It is tried again. */
  | { readonly type: 'sync-failed'; readonly message: string }
  | { readonly type: 'sync-recovered' }
  /** A look at the file. */
  | ({ readonly type: 'space' } & Space)
  | ({ readonly type: 'compaction-began' } & Space)
  | {
      readonly type: 'compaction-ended';
      readonly beforeBytes: number;
      readonly afterBytes: number;
      readonly durationMs: number;
    }
  /** There is no room for the copy. It will be tried again, and is told once until it works. */
  | {
      readonly type: 'compaction-postponed';
      readonly neededBytes: number;
      readonly availableBytes: number;
    }
  /** The old file stays; it will be tried again. */
  | { readonly type: 'compaction-failed'; readonly message: string };
