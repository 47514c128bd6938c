import type { TableName } from './tables.js';
import type { BatchBytes } from './write-batch.js';

/**
 * What keeps the records of a store: tables of keys and values in order of key, written in batches
 * of which each is there as a whole or not at all.
 *
 * It knows nothing of sessions and messages; {@link LmdbStore} knows nothing of files.
 */
export interface Engine {
  /** Records in a table. */
  count(table: TableName): Promise<number>;
  /**
   * All records of a table, in pieces: batches of puts, in order of key, each of about the same
   * size. Their memory is the caller's.
   *
   * @throws {Error} naming table and key of a record that is damaged.
   */
  read(table: TableName): AsyncIterable<BatchBytes>;
  /**
   * The records with these numbers as keys, in their order: batches of puts in one piece, which is
   * the caller's. What is not there is left out. It sees all that was written before it was asked.
   *
   * @param bytesMax Size of the piece, but for one record.
   * @throws {Error} naming table and key of a record that is damaged, or what the system says.
   */
  fetch(table: TableName, numbers: Float64Array, bytesMax: number): Promise<Fetched>;
  /**
   * Writes a batch. One at a time, each after the end of the one before.
   *
   * @param batches What is written, the oldest first: all of it or nothing. Their memory is the
   * engine's until it has ended.
   * @returns The same batches when they are safe: their memory may be used again.
   * @throws {WriteFailure} with the batches, if nothing of them was written.
   */
  write(batches: readonly BatchBytes[]): Promise<readonly BatchBytes[]>;
  /**
   * What is there now: it stays as it is, whatever is written, until it is disposed of. One at a
   * time. What is removed meanwhile keeps its room on the disk.
   *
   * @throws {Error} if there is one already.
   */
  snapshot(): Promise<Snapshot>;
  close(): Promise<void>;
}

export interface Snapshot extends AsyncDisposable {
  /** See {@link Engine.read}. */
  read(table: TableName): AsyncIterable<BatchBytes>;
}

/** What {@link Engine.fetch} found. */
export interface Fetched extends BatchBytes {
  /** How many of the numbers were looked for: the piece had no room for the others. */
  readonly looked: number;
}

/** Nothing was written. */
export class WriteFailure extends Error {
  /** What was not written. */
  readonly batches: readonly BatchBytes[];

  constructor(message: string, batches: readonly BatchBytes[]) {
    super(message);
    this.name = 'WriteFailure';
    this.batches = batches;
  }
}
