import type { Logger } from '../../observe/logger.js';
import type { EngineEvent } from './engine-events.js';

/**
 * What the file of a store takes of the disk, for metrics. Says in the log what is done about it.
 */
export class DiskUse {
  readonly #log: Logger;
  fileBytes = 0;
  /** Of what the file holds; the rest is free for what comes, or for a compaction. */
  usedBytes = 0;
  compactions = 0;
  compactionsFailed = 0;
  /** Of all that have ended well. */
  compactionMs = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  take(event: EngineEvent): void {
    switch (event.type) {
      case 'checked':
        break;
      case 'space':
        this.fileBytes = event.fileBytes;
        this.usedBytes = event.usedBytes;
        break;
      case 'compaction-began': {
        const { fileBytes, usedBytes } = event;
        this.#log.info({ fileBytes, usedBytes }, 'compaction of the store begins');
        break;
      }
      case 'compaction-ended': {
        const { beforeBytes, afterBytes, durationMs } = event;
        this.compactions++;
        this.compactionMs += durationMs;
        const fields = { beforeBytes, afterBytes, durationMs: Math.round(durationMs) };
        this.#log.info(fields, 'compaction of the store has ended');
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
