import { mkdirSync } from 'node:fs';
import { link, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LmdbEnvironment, type ReplaceStep } from './lmdb-environment.js';
import { syncFile } from './sync-file.js';
import { TABLES } from './tables.js';
import type { BatchBytes } from './write-batch.js';

/** Moments at which the process may end. Whichever it is, one whole store is left. */
export type CompactionStep = 'begun' | 'copied' | 'synced' | ReplaceStep | 'ended';

/** For tests. */
export interface CompactionOptions {
  /** Bytes of records that are copied at a time. */
  readonly pieceBytes?: number;
  readonly onStep?: (step: CompactionStep) => void;
}

/**
 * Moves an environment to a file without free pages, while it is written to.
 *
 *     begin ──▶ copyNext … copyNext ──▶ sync ──▶ finish: sync the rest, close the old file, put the
 *                 writes between them             copy in its place, sync its name, open it
 *                 go to both files             ──▶ tidyUp: remove the old file
 *
 * The copy holds every record up to the last one that was copied, and may hold later ones: each
 * write goes to both, and what is copied comes from the newest state. So nothing has to be noted
 * down meanwhile, and it does not matter how long it takes. Records are read with their checksums:
 * a damaged one ends the compaction, and the old file stays.
 *
 * Calls come one after the other, never while a write is under way; but for {@link sync} and
 * {@link tidyUp}.
 */
export class Compaction {
  readonly #original: LmdbEnvironment;
  readonly #copy: LmdbEnvironment;
  readonly #pieceBytes: number;
  readonly #onStep: (step: CompactionStep) => void;
  /** Of `TABLES`, the one that is being copied. */
  #table = 0;
  #lastKey: Uint8Array | undefined;
  #unsyncedBytes = 0;
  #copiedRecords = 0;
  #over = false;

  private constructor(
    original: LmdbEnvironment,
    copy: LmdbEnvironment,
    { pieceBytes = PIECE_BYTES, onStep = () => {} }: CompactionOptions,
  ) {
    this.#original = original;
    this.#copy = copy;
    this.#pieceBytes = pieceBytes;
    this.#onStep = onStep;
  }

  static async begin(
    original: LmdbEnvironment,
    options: CompactionOptions = {},
  ): Promise<Compaction> {
    await removeUnfinished(original.directory);
    const directory = unfinishedIn(original.directory);
    mkdirSync(directory, { mode: 0o700 });
    const copy = LmdbEnvironment.open(directory, { durable: false });
    const compaction = new Compaction(original, copy, options);
    compaction.#onStep('begun');
    return compaction;
  }

  /** Whether it has ended, one way or the other. */
  get isOver(): boolean {
    return this.#over;
  }

  get copiedRecords(): number {
    return this.#copiedRecords;
  }

  /** Bytes that were copied since the last {@link sync}. */
  get unsyncedBytes(): number {
    return this.#unsyncedBytes;
  }

  /**
   * Copies the next records.
   *
   * @returns Whether everything is copied.
   * @throws {Error} if a record is damaged, or the copy cannot be written.
   */
  async copyNext(): Promise<boolean> {
    if (this.#table === TABLES.length) return true;
    const piece = this.#original.read(this.#table, this.#lastKey, this.#pieceBytes);
    if (piece.records > 0) await this.#copy.write([piece]);
    this.#unsyncedBytes += piece.end;
    this.#copiedRecords += piece.records;
    this.#lastKey = piece.last ? undefined : piece.lastKey;
    if (piece.last) this.#table++;
    this.#onStep('copied');
    return this.#table === TABLES.length;
  }

  /** The same batches were written to the original. */
  async wrote(batches: readonly BatchBytes[]): Promise<void> {
    await this.#copy.write(batches);
  }

  /** Brings what was copied so far to the disk. Writes may go on meanwhile. */
  async sync(): Promise<void> {
    this.#unsyncedBytes = 0;
    await syncFile(this.#copy.file);
  }

  /**
   * Everything is copied: the copy takes the place of the original.
   *
   * @throws {Error} if the copy is not the same, or what the system says. The original stays what
   * it is, or becomes the copy; both hold the same.
   */
  async finish(): Promise<void> {
    for (const [code, name] of TABLES.entries()) {
      const [count, copied] = [this.#original.count(code), this.#copy.count(code)];
      if (count === copied) continue;
      throw new Error(`The copy has ${copied} records of table ${name} instead of ${count}`);
    }
    await this.#copy.close();
    await syncFile(this.#copy.file);
    this.#onStep('synced');
    // With a second name the old file does not go at the rename: to take a large one from the disk
    // takes a quarter of a second for each GiB, and writes wait. Where links are not, they do.
    const old = join(unfinishedIn(this.#original.directory), 'old.mdb');
    await link(this.#original.file, old).catch(() => {});
    await this.#original.replaceFile(this.#copy.file, this.#onStep);
    this.#over = true;
  }

  /** Throws the copy away. */
  async giveUp(): Promise<void> {
    this.#over = true;
    await this.#copy.close();
    await this.tidyUp();
  }

  /**
   * Takes from the disk what is not needed any more. Writes may go on meanwhile. If it cannot be,
   * the next compaction does it, or the next start.
   */
  async tidyUp(): Promise<void> {
    await removeUnfinished(this.#original.directory).catch(() => {});
    this.#onStep('ended');
  }
}

/** Removes what a compaction left that was ended by the end of its process. */
export async function removeUnfinished(directory: string): Promise<void> {
  await rm(unfinishedIn(directory), { recursive: true, force: true });
}

function unfinishedIn(directory: string): string {
  return join(directory, 'compacting');
}

/** A write that comes while these are copied waits some milliseconds. */
const PIECE_BYTES = 262_144;
