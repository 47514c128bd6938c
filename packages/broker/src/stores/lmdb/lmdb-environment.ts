import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type Database, open, type RootDatabase, type RootDatabaseOptionsWithPath } from 'lmdb';
import { BatchReader } from './batch-reader.js';
import { damage } from './damage.js';
import type { Fetched } from './engine.js';
import { numberKey } from './keys.js';
import { TABLES } from './tables.js';
import { checkTrees } from './tree-check.js';
import {
  type BatchBytes,
  CHECKSUM_BYTES,
  HEAD_BYTES,
  PUT,
  REMOVE,
  WriteBatch,
} from './write-batch.js';

type Table = Database<Uint8Array, Uint8Array>;
type Root = RootDatabase<Uint8Array, Uint8Array>;

/** What {@link LmdbEnvironment.read} found. */
export interface ReadPiece extends BatchBytes {
  readonly records: number;
  readonly lastKey: Uint8Array | undefined;
  /** Whether the table ends with this piece. */
  readonly last: boolean;
}

/**
 * The tables in an LMDB environment on disk. Everything here waits for the disk, so it runs in a
 * thread of its own: see engine-thread.ts.
 *
 * A value carries the CRC-32 of its table, key and bytes: LMDB has none, and a flipped bit must not
 * come out as a message.
 */
export class LmdbEnvironment {
  readonly #directory: string;
  #root: Root | undefined;
  #tables: readonly Table[] = [];

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** @throws {Error} if a page of the file is damaged, or what LMDB says. */
  static open(directory: string): LmdbEnvironment {
    const file = join(directory, 'data.mdb');
    if (existsSync(file)) checkTrees(file);
    const environment = new LmdbEnvironment(directory);
    environment.#open();
    return environment;
  }

  /**
   * Writes batches in one transaction and waits until it is on disk.
   *
   * A transaction that fails leaves nothing behind. After some failures LMDB refuses to go on, so
   * the environment is opened again with the next one.
   *
   * @throws {Error} what LMDB says.
   */
  async write(batches: readonly BatchBytes[]): Promise<void> {
    const root = this.#root ?? this.#open();
    try {
      root.transactionSync(() => {
        for (const batch of batches) this.#apply(batch);
      });
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /**
   * Reads records of a table in order of key.
   *
   * @param after The last key that was read before.
   * @param bytesMax Size of the piece; a record that is larger comes alone.
   * @throws {Error} naming table and key of a record that is damaged.
   */
  read(table: number, after: Uint8Array | undefined, bytesMax: number): ReadPiece {
    const name = TABLES[table]!;
    const batch = new WriteBatch(bytesMax);
    const range = after === undefined ? {} : { start: after, exclusiveStart: true };
    let lastKey = after;
    let records = 0;
    let last = true;
    for (const { key, value } of this.#table(table).getRange(range)) {
      const bytes = batch.bytesUsed + HEAD_BYTES + key.length + value.length;
      if (records > 0 && bytes > bytesMax) {
        last = false;
        break;
      }
      if (lastKey !== undefined && Buffer.compare(lastKey, key) >= 0) {
        throw damage(name, key, 'its place is wrong');
      }
      if (value.length < CHECKSUM_BYTES) throw damage(name, key, 'it is too short');
      batch.putWithChecksum(name, key, value);
      records++;
      lastKey = key;
    }
    return { ...checked(batch), records, lastKey, last };
  }

  /**
   * Reads single records, see {@link Engine.fetch}.
   *
   * @throws {Error} naming table and key of a record that is damaged.
   */
  fetch(table: number, numbers: readonly number[], bytesMax: number): Fetched {
    const name = TABLES[table]!;
    const batch = new WriteBatch(Math.min(bytesMax, numbers.length * FETCH_BYTES));
    let looked = 0;
    for (const number of numbers) {
      const key = numberKey(number);
      const value = this.#table(table).get(key);
      if (value !== undefined) {
        const bytes = batch.bytesUsed + HEAD_BYTES + key.length + value.length;
        if (!batch.isEmpty && bytes > bytesMax) break;
        if (value.length < CHECKSUM_BYTES) throw damage(name, key, 'it is too short');
        batch.putWithChecksum(name, key, value);
      }
      looked++;
    }
    return { ...checked(batch), looked };
  }

  /** Records in a table, as its root says. */
  count(table: number): number {
    const stats: { readonly entryCount?: number } = this.#table(table).getStats();
    return stats.entryCount ?? 0;
  }

  async close(): Promise<void> {
    const root = this.#root;
    this.#root = undefined;
    this.#tables = [];
    await root?.close();
  }

  #open(): Root {
    const root = open<Uint8Array, Uint8Array>({
      path: this.#directory,
      // An acknowledgement waits for the disk anyway: one transaction, one fsync, and no state in
      // which the newest data is there but not safe.
      overlappingSync: false,
      compression: false,
      maxDbs: TABLES.length,
      permissionsMode: 0o600,
      ...BINARY,
    } as RootDatabaseOptionsWithPath);
    const table = (name: string) => root.openDB<Uint8Array, Uint8Array>({ name, ...BINARY });
    // In one transaction: each costs an fsync where the tables are new.
    this.#tables = root.transactionSync(() => TABLES.map(table));
    this.#root = root;
    return root;
  }

  #table(table: number): Table {
    if (this.#root === undefined) this.#open();
    return this.#tables[table]!;
  }

  #apply({ bytes, end }: BatchBytes): void {
    const write = new BatchReader(bytes, end);
    const view = new DataView(bytes.buffer);
    while (write.next()) {
      const table = this.#tables[write.table]!;
      if (write.kind === PUT) {
        view.setUint32(write.valueEnd, checksum(write, bytes));
        void table.put(
          write.key,
          bytes.subarray(write.valueStart, write.valueEnd + CHECKSUM_BYTES),
        );
      } else if (write.kind === REMOVE) {
        void table.remove(write.key);
      } else {
        this.#removeRange(table, write.key, write.value);
      }
    }
  }

  #removeRange(table: Table, start: Uint8Array, end: Uint8Array): void {
    const keys = [...table.getKeys({ start, end })];
    for (const key of keys) void table.remove(key);
  }
}

/** @throws {Error} at the first record that is not what was written. */
function checked(piece: WriteBatch): BatchBytes {
  const taken = piece.take(new Uint8Array(0));
  const record = new BatchReader(taken.bytes, taken.end);
  const view = new DataView(taken.bytes.buffer);
  while (record.next()) {
    if (view.getUint32(record.valueEnd) !== checksum(record, taken.bytes)) {
      throw damage(TABLES[record.table]!, record.key, 'its checksum is wrong');
    }
  }
  return taken;
}

/** Of everything but the kind of a write: table, lengths, key and value. */
function checksum({ start, valueEnd }: BatchReader, bytes: Uint8Array): number {
  return crc32(bytes.subarray(start + 1, valueEnd));
}

/** Memory to begin with for each record that is fetched. */
const FETCH_BYTES = 256;
const BINARY = { encoding: 'binary', keyEncoding: 'binary' } as const;
