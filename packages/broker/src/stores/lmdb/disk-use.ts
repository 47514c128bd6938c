import type { Logger } from '../../observe/logger.js';
import type { SyncMode } from '../../config/sync-modes.js';
import type { EngineEvent } from './engine-events.js';

/**
 * What the file of a store takes of the disk, for metrics. Says in the log what is done about it.
 */
export class DiskUse {
  readonly #log: Logger;
  readonly sync: SyncMode;
  fileBytes = 0;
  /** Of what the file holds; the rest is free for what comes, or for a compaction. */
  usedBytes = 0;
  compactions = 0;
  compactionsFailed = 0;
  /** Of all that have ended well. */
  compactionMs = 0;
  /** 1 while what does not wait for the disk cannot be brought there. */
  syncFailed = 0;

  /** @param sync When the file is synced. */
  constructor(log: Logger, sync: SyncMode = 'always') {
    this.#log = log;
    this.sync = sync;
  }

  take(event: EngineEvent): void {
    switch (event.type) {
      case 'checked':
        break;
      case 'went-back': {
        const what =
          'the machine stopped or could not write, and the newest in the store was not on disk: '
          + 'it goes on with what was there at the last sync';
        this.#log.warn({ event: 'store-went-back' }, what);
        break;
      }
      case 'sync-failed': {
        this.syncFailed = 1;
        const what = `the store cannot be synced, it will be tried again: ${event.message}`;
        this.#log.error({ event: 'store-sync-failed' }, what);
        break;
      }
      case 'sync-recovered':
        this.syncFailed = 0;
        this.#log.warn({ event: 'store-sync-recovered' }, 'the store can be synced again');
        break;
      case 'space':
        this.fileBytes = event.fileBytes;
        this.usedBytes = event.usedBytes;
        break;
      case 'compaction-began': {
        const { fileBytes, usedBytes } = event;
        const fields = { event: 'compaction-began', fileBytes, usedBytes } as const;
        this.#log.info(fields, 'compaction of the store begins');
        break;
      }
      case 'compaction-ended': {
        const { beforeBytes, afterBytes, durationMs } = event;
        this.compactions++;
        this.compactionMs += durationMs;
        const tookMs = Math.round(durationMs);
        this.#log.info(
          { event: 'compaction-ended', beforeBytes, afterBytes, durationMs: tookMs },
          'compaction of the store has ended',
        );
        break;
      }
      case 'compaction-postponed': {
        const { neededBytes, availableBytes } = event;
        const what = 'no room on the disk to compact the store: it will be tried again';
        this.#log.warn({ event: 'compaction-postponed', neededBytes, availableBytes }, what);
        break;
      }
      case 'compaction-failed': {
        this.compactionsFailed++;
        const what = `compaction of the store failed, it will be tried again: ${event.message}`;
        this.#log.warn({ event: 'compaction-failed' }, what);
        break;
      }
    }
  }
}
