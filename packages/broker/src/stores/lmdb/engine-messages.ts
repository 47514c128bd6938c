import type { CompactionRules } from './compactor.js';
import type { Fetched } from './engine.js';
import type { EngineEvent } from './engine-events.js';
import type { SyncMode } from '../../config/sync-modes.js';
import type { ReadPiece } from './lmdb-environment.js';
import type { BatchBytes } from './write-batch.js';

/** What the engine's thread begins with. */
export interface EngineOptions {
  readonly directory: string;
  /** `never`: somebody else syncs the file, and needs nothing of it before. */
  readonly sync: SyncMode | 'never';
  readonly syncIntervalMs: number;
  readonly compaction: CompactionRules;
}

/** What the engine's thread is asked. It answers in order. */
export type EngineRequest =
  | {
      readonly type: 'read';
      readonly table: number;
      readonly after: Uint8Array | undefined;
      readonly bytesMax: number;
      /** Of the snapshot, not of what is there now. */
      readonly snapshot: boolean;
    }
  | {
      readonly type: 'fetch';
      readonly table: number;
      readonly numbers: Float64Array;
      readonly bytesMax: number;
    }
  | { readonly type: 'count'; readonly table: number }
  | { readonly type: 'write'; readonly batches: readonly BatchBytes[] }
  | { readonly type: 'snapshot' }
  | { readonly type: 'release' }
  | { readonly type: 'close' };

/** What it answers. The first is about opening and was not asked for. */
export type EngineAnswer =
  | { readonly type: 'done' }
  | { readonly type: 'count'; readonly count: number }
  | { readonly type: 'piece'; readonly piece: ReadPiece }
  /** Records in each table. */
  | { readonly type: 'snapshot'; readonly counts: readonly number[] }
  | { readonly type: 'fetched'; readonly piece: Fetched }
  | { readonly type: 'written'; readonly batches: readonly BatchBytes[] }
  | {
      readonly type: 'failed';
      readonly message: string;
      readonly isDamage: boolean;
      readonly batches: readonly BatchBytes[];
    };

/** What comes from the thread: answers, in order, and events between them. */
export type EngineMessage = EngineAnswer | { readonly type: 'event'; readonly event: EngineEvent };
