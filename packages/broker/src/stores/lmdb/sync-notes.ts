import { closeSync, fdatasyncSync, openSync, readSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { bootId } from './boot-id.js';
import { Damage } from './damage.js';
import { LAYOUT_IS_KNOWN, PageFile } from './page-file.js';
import {
  encodeSyncRecord,
  META_HEAD_BYTES,
  placeOfSyncRecord,
  type SyncRecord,
} from './sync-record.js';

/** The beginnings of both meta pages. */
export type Metas = SyncRecord['metas'];

/**
 * Syncs the file of an environment that LMDB itself does not sync, and notes in it what is on disk
 * (see sync-record.ts). A note is written when what it says is on disk, and counts when it is on
 * disk itself.
 */
export class SyncNotes {
  readonly #file: number;
  readonly #boot: string;
  readonly #pageBytes: number;
  #number: number;
  readonly #path: string;

  /** @throws {Error} what the system says. */
  constructor(path: string, boot = bootId()) {
    if (!LAYOUT_IS_KNOWN) {
      throw new Error('Only a machine with 64 bits, little endian, can sync otherwise than always');
    }
    const file = new PageFile(path);
    this.#number = file.syncRecord()?.number ?? 0;
    this.#pageBytes = file.metas()[0]?.pageBytes ?? PAGE_BYTES;
    file.close();
    this.#path = path;
    this.#boot = boot;
    this.#file = openSync(path, 'r+');
  }

  /** What LMDB has noted of its newest transactions. Not while it commits one. */
  metas(): Metas {
    const meta = (at: number) => {
      const bytes = Buffer.alloc(META_HEAD_BYTES);
      readSync(this.#file, bytes, 0, bytes.length, at);
      return bytes;
    };
    return [meta(0), meta(this.#pageBytes)];
  }

  /** Writes back what LMDB had noted. Not while an environment is open. */
  putMetas([first, second]: Metas): void {
    writeSync(this.#file, first, 0, first.length, 0);
    writeSync(this.#file, second, 0, second.length, this.#pageBytes);
  }

  /** Waits until everything that was written is on disk, and notes that. */
  sync(mode: SyncRecord['mode'], metas = this.metas()): void {
    fdatasyncSync(this.#file);
    const { bytes, at } = this.#note(mode, metas);
    writeSync(this.#file, bytes, 0, bytes.length, at);
    fdatasyncSync(this.#file);
  }

  /** The same, without the thread waiting. What is written meanwhile may or may not be on disk. */
  async syncMeanwhile(mode: SyncRecord['mode'], metas: Metas): Promise<void> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(this.#path, 'r+');
      await handle.datasync();
      const { bytes, at } = this.#note(mode, metas);
      await handle.write(bytes, 0, bytes.length, at);
      await handle.datasync();
    } finally {
      await handle?.close();
    }
  }

  /**
   * Notes that what was written since these metas may not be on disk, however long the machine
   * runs: the system has failed to write it.
   */
  distrust(mode: SyncRecord['mode'], metas = this.metas()): void {
    const { bytes, at } = this.#note(mode, metas, '');
    writeSync(this.#file, bytes, 0, bytes.length, at);
  }

  close(): void {
    closeSync(this.#file);
  }

  #note(mode: SyncRecord['mode'], metas: Metas, boot = this.#boot) {
    const number = ++this.#number;
    const pageBytes = this.#pageBytes;
    return {
      bytes: encodeSyncRecord({ number, mode, boot, pageBytes, metas }),
      at: placeOfSyncRecord(number, pageBytes),
    };
  }
}

/**
 * Sees to it that all of a file is on disk that its last owner did not sync to the end.
 *
 * @returns Whether it had to go back to what was on disk at the last sync: the machine has ended
 * since, or could not write.
 * @throws {Damage} if nobody can tell what is on disk.
 * @throws {Error} what the system says.
 */
export function settleSync(path: string, boot = bootId()): boolean {
  if (!LAYOUT_IS_KNOWN) return false;
  const file = new PageFile(path, boot);
  const record = file.syncRecord();
  const hasEnded = record !== undefined && file.machineHasEndedSince(record);
  file.close();
  if (record === undefined || record.mode === 'clean') return false;
  if (record.mode === 'os' && hasEnded) throw new Damage(DOUBT);
  const notes = new SyncNotes(path, boot);
  try {
    if (!hasEnded && syncs(notes, record)) return false;
    notes.putMetas(record.metas);
    notes.sync('clean', record.metas);
    return true;
  } finally {
    notes.close();
  }
}

/** Whether everything comes to the disk. Asked again the system would say yes, and be wrong. */
function syncs(notes: SyncNotes, { mode }: SyncRecord): boolean {
  try {
    notes.sync('clean');
    return true;
  } catch (error) {
    if (mode === 'interval') return false;
    notes.distrust('os');
    throw error;
  }
}

/** Said of a file whose owner left the sync to the system. */
export const DOUBT =
  'The machine stopped while the store was used with storage.sync: os: what is in data.mdb may be '
  + 'incomplete in ways that nobody can see';
/** What LMDB takes where it is asked for nothing. */
const PAGE_BYTES = 4096;
