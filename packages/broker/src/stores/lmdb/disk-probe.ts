import { closeSync, openSync, statfsSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** What is asked of the system; tests answer themselves. */
export interface DiskProbeOptions {
  /** Bytes that may be written yet to the file system of a directory. */
  readonly room?: (directory: string) => number;
}

/**
 * Sees whether the disk takes what LMDB is about to write to its file.
 *
 * Where a write of LMDB itself fails, the library describes that in more bytes than it has for it
 * (lmdb 3.5.6, mdb_page_flush) and may end the process. So a disk that is full is noticed by its
 * numbers, and one that cannot be written by a write of our own: to bytes of the first page that
 * nobody uses, which the commit brings to the disk anyway.
 */
export class DiskProbe {
  readonly #file: number;
  readonly #directory: string;
  readonly #room: (directory: string) => number;

  /** @throws {Error} what the system says. */
  constructor(path: string, { room = roomIn }: DiskProbeOptions = {}) {
    this.#directory = dirname(path);
    this.#room = room;
    this.#file = openSync(path, 'r+');
  }

  /**
   * @param bytes Size of the records.
   * @throws {Error} if the disk is full, or cannot be written.
   */
  check(bytes: number): void {
    const needed = ROOM_BYTES + bytes * PAGES_FACTOR;
    const free = this.#room(this.#directory);
    if (free < needed) {
      throw new Error(
        `No space left on device: ${free} bytes are free, a write may need ${needed}`,
      );
    }
    writeSync(this.#file, NOTHING, 0, NOTHING.length, PLACE);
  }

  close(): void {
    closeSync(this.#file);
  }
}

function roomIn(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

/** Behind LMDB's meta page and our notes there, see sync-record.ts. */
const PLACE = 2048;
const NOTHING = new Uint8Array(8);
/** For the branches of trees, and pages that change by a few bytes each. */
const ROOM_BYTES = 1_048_576;
/** A record may have pages of its own, and one of each tree above it. */
const PAGES_FACTOR = 8;
