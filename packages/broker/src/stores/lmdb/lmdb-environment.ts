import { closeSync, existsSync, fdatasyncSync, openSync, statSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import {
  type Database,
  open,
  type RangeOptions,
  type RootDatabase,
  type RootDatabaseOptionsWithPath,
} from 'lmdb';
import { BatchReader } from './batch-reader.js';
import { damage } from './damage.js';
import { fillUp } from './data-file.js';
import { DiskProbe } from './disk-probe.js';
import type { Fetched } from './engine.js';
import type { LazySync } from './lazy-sync.js';
import { NUMBER_BYTES, writeNumber } from './numbers.js';
import { syncDirectory } from './sync-file.js';
import { settleSync } from './sync-notes.js';
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
type Transaction = ReturnType<Root['useReadTransaction']>;

/** What {@link LmdbEnvironment.read} found. */
export interface ReadPiece extends BatchBytes {
  readonly records: number;
  readonly lastKey: Uint8Array | undefined;
  /** Whether the table ends with this piece. */
  readonly last: boolean;
}

/** How much of the file is needed. LMDB never gives a page back to the system. */
export interface Space {
  readonly fileBytes: number;
  /** Of pages in use. All others are free. */
  readonly usedBytes: number;
}

/** What {@link LmdbEnvironment.replaceFile} has done. */
export type ReplaceStep = 'closed' | 'renamed' | 'name-synced' | 'reopened';

export interface EnvironmentOptions {
  /** Whether a write ends when it is on disk. If not, somebody else syncs the file. */
  readonly durable?: boolean;
  /** Syncs what is written, if a write does not wait for that. */
  readonly lazy?: LazySync | undefined;
  /** Told of the leaf pages that were checked. */
  readonly onCheck?: (pages: number, total: number) => void;
  /** Told that the newest that was written is not on disk, and was left out. */
  readonly onWentBack?: () => void;
}

/**
 * The tables in an LMDB environment on disk. Everything here waits for the disk, so it runs in a
 * thread of its own: see engine-thread.ts.
 *
 * A value carries the CRC-32 of its table, key and bytes: LMDB has none, and a flipped bit must not
 * come out as a message.
 */
export class LmdbEnvironment {
  readonly directory: string;
  readonly #durable: boolean;
  readonly #lazy: LazySync | undefined;
  #root: Root | undefined;
  #probe: DiskProbe | undefined;
  #tables: readonly Table[] = [];
  #held: Transaction | undefined;
  /** Whether the system may still forget which file has the name. */
  #renamed = false;

  private constructor(directory: string, durable: boolean, lazy: LazySync | undefined) {
    this.directory = directory;
    this.#durable = durable && lazy === undefined;
    this.#lazy = lazy;
    lazy?.bind(
      () => this.#freshRoot().useReadTransaction(),
      () => this.write([]),
    );
  }

  /** @throws {Error} if a page of the file is damaged, or what LMDB says. */
  static open(
    directory: string,
    { durable = true, lazy, onCheck, onWentBack }: EnvironmentOptions = {},
  ): LmdbEnvironment {
    const environment = new LmdbEnvironment(directory, durable, lazy);
    if (existsSync(environment.file)) {
      if (settleSync(environment.file)) onWentBack?.();
      if (environment.#durable) syncWhatIsSeen(environment.file);
      checkTrees(environment.file, onCheck);
      fillUp(environment.file);
    }
    environment.#open();
    return environment;
  }

  get file(): string {
    return join(this.directory, DATA_FILE);
  }

  /**
   * Writes batches in one transaction and waits until it is on disk, where nobody else syncs it.
   *
   * A transaction that fails leaves nothing behind. After some failures LMDB refuses to go on, so
   * the environment is opened again with the next one.
   *
   * @throws {Error} what LMDB says.
   */
  async write(batches: readonly BatchBytes[]): Promise<void> {
    if (this.#renamed) await this.#keepName();
    await this.#lazy?.room();
    // What was written since the last sync is not there any more: back to that, and write it again.
    if (this.#lazy?.failure !== undefined) await this.close();
    const owed = this.#lazy?.owed ?? [];
    this.#probe ??= new DiskProbe(this.file);
    this.#probe.check(sizeOf(owed) + sizeOf(batches));
    try {
      const root = this.#freshRoot();
      root.transactionSync(() => {
        for (const batch of owed) this.#apply(batch);
        for (const batch of batches) this.#apply(batch);
      });
      this.#lazy?.wrote(batches);
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
   * @param snapshot Whether to read what was there at {@link hold}.
   * @throws {Error} naming table and key of a record that is damaged.
   */
  read(
    table: number,
    after: Uint8Array | undefined,
    bytesMax: number,
    snapshot = false,
  ): ReadPiece {
    const name = TABLES[table]!;
    const batch = new WriteBatch(bytesMax);
    const range: RangeOptions = snapshot ? { transaction: this.#heldTransaction() } : {};
    if (after !== undefined) Object.assign(range, { start: after, exclusiveStart: true });
    let lastKey = after;
    let records = 0;
    let last = true;
    this.#fresh();
    for (const { key, value } of this.#tables[table]!.getRange(range)) {
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
  fetch(table: number, numbers: Float64Array, bytesMax: number): Fetched {
    const name = TABLES[table]!;
    const batch = new WriteBatch(Math.min(bytesMax, numbers.length * FETCH_BYTES));
    let looked = 0;
    this.#fresh();
    const key = new Uint8Array(NUMBER_BYTES);
    for (const number of numbers) {
      writeNumber(key, 0, number);
      const value = bytesOf(this.#tables[table]!.getBinaryFast(key));
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
    this.#fresh();
    return (this.#tables[table]!.getStats() as Stats).entryCount;
  }

  space(): Space {
    const stats = this.#fresh().getStats() as Stats;
    let pages = META_PAGES + pagesOf(stats) + pagesOf(stats.free);
    for (const table of this.#tables) pages += pagesOf(table.getStats() as Stats);
    return { fileBytes: statSync(this.file).size, usedBytes: pages * stats.pageSize };
  }

  /**
   * Keeps what is there now readable until {@link release}, and its pages from being used again.
   *
   * @returns Records in each table.
   * @throws {Error} if something is held already.
   */
  hold(): readonly number[] {
    if (this.#held !== undefined) throw new Error('A backup is under way already');
    const root = this.#fresh();
    this.#held = root.useReadTransaction();
    return TABLES.map((_, table) => this.count(table));
  }

  release(): void {
    this.#held?.done();
    this.#held = undefined;
  }

  /**
   * Goes on with another file that is on disk and holds the same. Nothing is written to it before
   * it is sure which of the two has the name after a power loss.
   *
   * @param onStep Told what has been done.
   * @throws {Error} what the system says. What is opened with the next use is whole all the same.
   */
  async replaceFile(other: string, onStep: (step: ReplaceStep) => void): Promise<void> {
    await this.close();
    onStep('closed');
    await rename(other, this.file);
    this.#renamed = true;
    this.#lazy?.replaced();
    onStep('renamed');
    await this.#keepName();
    onStep('name-synced');
    this.#open();
    onStep('reopened');
  }

  /** Brings everything to the disk, and closes. @throws {Error} if that cannot be. */
  async end(): Promise<void> {
    try {
      await this.#lazy?.end();
    } finally {
      await this.close();
      this.#lazy?.closed();
    }
  }

  /** Until the next use, which opens it again. */
  async close(): Promise<void> {
    await this.#lazy?.closing();
    const root = this.#root;
    this.#probe?.close();
    this.#probe = undefined;
    this.release();
    this.#root = undefined;
    this.#tables = [];
    await root?.close();
  }

  #heldTransaction(): Transaction {
    if (this.#held !== undefined) return this.#held;
    throw new Error('The file of the store had to be opened again meanwhile');
  }

  async #keepName(): Promise<void> {
    await syncDirectory(this.directory);
    this.#renamed = false;
  }

  #open(): Root {
    this.#lazy?.opening();
    const root = open<Uint8Array, Uint8Array>({
      path: this.directory,
      noSubdir: false, // it would take a directory with a dot in its name for a file
      // An acknowledgement waits for the disk anyway: one transaction, one fsync, and no state in
      // which the newest data is there but not safe.
      overlappingSync: false,
      noSync: !this.#durable,
      compression: false,
      maxDbs: TABLES.length,
      permissionsMode: 0o600,
      ...BINARY,
    } as RootDatabaseOptionsWithPath);
    const table = (name: string) => root.openDB<Uint8Array, Uint8Array>({ name, ...BINARY });
    // In one transaction: each costs an fsync where the tables are new.
    this.#tables = root.transactionSync(() => TABLES.map(table));
    this.#root = root;
    this.#lazy?.opened(this.file);
    return root;
  }

  /**
   * LMDB may still look at what was there before the last write: then it would not read what is
   * there now, and free pages of that could not be used.
   */
  #fresh(): Root {
    const failure = this.#lazy?.failure;
    if (failure === undefined) return this.#freshRoot();
    throw new Error(`What was written could not be synced, and is written again: ${failure}`);
  }

  #freshRoot(): Root {
    const root = this.#root ?? this.#open();
    root.resetReadTxn();
    return root;
  }

  #apply({ bytes, end }: BatchBytes): void {
    const write = new BatchReader(bytes, end);
    const view = new DataView(bytes.buffer);
    const numberKey = new Uint8Array(NUMBER_BYTES);
    while (write.next()) {
      const table = this.#tables[write.table]!;
      const key = write.keyIn(numberKey);
      if (write.kind === PUT) {
        view.setUint32(write.valueEnd, checksum(write, bytes));
        void table.put(key, bytes.subarray(write.valueStart, write.valueEnd + CHECKSUM_BYTES));
      } else if (write.kind === REMOVE) {
        void table.remove(key);
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

function sizeOf(batches: readonly BatchBytes[]): number {
  let bytes = 0;
  for (const { end } of batches) bytes += end;
  return bytes;
}

/**
 * A process that was killed may have noted a transaction that is not on disk yet: whoever sees it
 * now tells others of it.
 */
function syncWhatIsSeen(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fdatasyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * What LMDB lends until the next call is a buffer whose `length` is not the one that its methods
 * know.
 */
function bytesOf(lent: Buffer | undefined): Uint8Array | undefined {
  return lent && new Uint8Array(lent.buffer, lent.byteOffset, lent.length);
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
/** What LMDB tells of a tree. */
interface TreeStats {
  readonly pageSize: number;
  readonly entryCount: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

/** What it tells of a table; of the root it is the list of tables. */
interface Stats extends TreeStats {
  readonly free: TreeStats;
}

function pagesOf({ treeBranchPageCount, treeLeafPageCount, overflowPages }: TreeStats): number {
  return treeBranchPageCount + treeLeafPageCount + overflowPages;
}

/** The file of an environment, in its directory. */
export const DATA_FILE = 'data.mdb';
const META_PAGES = 2;
const BINARY = { encoding: 'binary', keyEncoding: 'binary' } as const;
