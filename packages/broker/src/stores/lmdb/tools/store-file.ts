import { LAYOUT_IS_KNOWN, type Meta, PageFile, type TreeRoot } from '../page-file.js';
import { checksumOf } from '../record-checksum.js';
import { DOUBT } from '../sync-notes.js';
import { TABLE_CODES, TABLES, type TableName } from '../tables.js';
import { FREE_LIST, type LeafPage, type PageDamage, TreeWalk } from '../tree-walk.js';
import { CHECKSUM_BYTES } from '../write-batch.js';
import { type Finding, recordFinding } from './finding.js';
import { Pauses } from './pauses.js';
import type { OnToolProgress } from './tool-progress.js';

/** A record as it was written. Views, valid until the next one is read. */
export interface StoredRecord {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export interface PageCounts {
  readonly pageBytes: number;
  readonly fileBytes: number;
  readonly pages: number;
  readonly free: number;
  /** Neither free nor in use. A compaction gives them back. */
  readonly lost: number;
}

/**
 * The file of a store, read page by page without LMDB: so nothing of it is changed, and damage ends
 * nothing. Opening it walks through all pages and tells what is wrong with them; reading a table
 * tells what is wrong with its records.
 *
 * Where a page is damaged that leads to others, these hang on nothing. They are found all the same,
 * and the checksum of a record tells which table it is of.
 */
export class StoreFile {
  readonly #file: PageFile;
  readonly #onFinding: (finding: Finding) => void;
  readonly #meta: Meta;
  #tables: ReadonlyMap<string, TreeRoot> = new Map();
  /** Tables that are not whole. */
  readonly #damaged = new Set<TableName>();
  /** Pages that hang on nothing. */
  #lost: readonly number[] = [];
  #free = 0;
  #isFreeListWhole = true;

  private constructor(path: string, onFinding: (finding: Finding) => void) {
    this.#onFinding = onFinding;
    this.#file = new PageFile(path);
    this.#meta = this.#chooseMeta(path);
  }

  /**
   * @param signal Aborted: it ends in the middle.
   * @throws {Error} in one clear line: it is no file of a store, this machine cannot read it, or
   * what the system says. And what `onFinding` throws.
   */
  static async open(
    path: string,
    onFinding: (finding: Finding) => void,
    signal: AbortSignal,
    onProgress: OnToolProgress = () => {},
  ): Promise<StoreFile> {
    if (!LAYOUT_IS_KNOWN) {
      throw new Error('Only a machine with 64 bits, little endian, can read a store page by page');
    }
    const file = new StoreFile(path, onFinding);
    try {
      await file.#walkAll(new Pauses(signal), onProgress);
      return file;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  close(): void {
    this.#file.close();
  }

  /** All records of a table that are whole, in order of key but for those found at last. */
  *records(table: TableName): Generator<StoredRecord> {
    const walk = this.#walk(() => {}); // told at the first walk
    const root = this.#tables.get(table);
    if (root !== undefined) {
      for (const leaf of walk.leaves(`table ${table}`, root)) {
        yield* this.#recordsIn(walk, leaf, table, this.#onFinding);
      }
    }
    // What is free may hold old records. Where that is not known, they cannot be told apart.
    if (!this.#damaged.has(table) || !this.#isFreeListWhole) return;
    const lost = this.#walk(() => {});
    for (const number of this.#lost) {
      const leaf = lost.leaf(number);
      // Of another table, mostly: that is no finding.
      if (leaf !== undefined) yield* this.#recordsIn(lost, leaf, table, () => {});
    }
  }

  *#recordsIn(
    walk: TreeWalk,
    leaf: LeafPage,
    table: TableName,
    onFinding: (finding: Finding) => void,
  ): Generator<StoredRecord> {
    for (const { key, value: whole, isTable } of walk.records(leaf)) {
      const end = whole.length - CHECKSUM_BYTES;
      const value = whole.subarray(0, Math.max(end, 0));
      if (isTable || end < 0) onFinding(recordFinding(table, key, 'it is too short'));
      else if (checksumOf(TABLE_CODES[table], key, value) !== whole.readUInt32BE(end)) {
        onFinding(recordFinding(table, key, 'its checksum is wrong'));
      } else yield { key, value };
    }
  }

  get counts(): PageCounts {
    const { pageBytes, lastPage } = this.#meta;
    return {
      pageBytes,
      fileBytes: this.#file.size,
      pages: lastPage + 1,
      free: this.#free,
      lost: this.#lost.length,
    };
  }

  /** How many records there are, by what the file says of its tables. */
  get recordCount(): number {
    return this.#sumOf(({ entries }) => entries);
  }

  #sumOf(figure: (root: TreeRoot) => number): number {
    return [...this.#tables.values()].reduce((sum, root) => sum + figure(root), 0);
  }

  /** Walks through all pages once, for what is wrong with them and how they are used. */
  async #walkAll(pauses: Pauses, onProgress: OnToolProgress): Promise<void> {
    const walk = this.#walk((damage) => {
      if (damage.tree === FREE_LIST) this.#isFreeListWhole = false;
      else if (!damage.tree.startsWith('table ')) this.#damageAll();
      this.#tell(damage);
    });
    this.#tables = walk.tables();
    const total = this.#sumOf(({ leafPages }) => leafPages);
    let done = 0;
    for (const [name, root] of this.#tables) {
      const leaves = walk.leaves(`table ${name}`, root);
      while (leaves.next().done !== true) {
        done++;
        if (!pauses.isDue) continue;
        onProgress({ what: 'pages', done, total: Math.max(total, done) });
        await pauses.pause();
      }
    }
    onProgress({ what: 'pages', done, total: done });
    walk.markFree();
    this.#lost = walk.lostPages();
    this.#free = walk.countFree();
  }

  /** Without the list of tables, any record may hang on nothing. */
  #damageAll(): void {
    for (const table of TABLES) this.#damaged.add(table);
  }

  #tell({ page, tree, how }: PageDamage): void {
    const table = TABLES.find((name) => tree === `table ${name}`);
    if (table !== undefined) this.#damaged.add(table);
    this.#onFinding({ table, key: undefined, page, how });
  }

  #walk(onDamage: (damage: PageDamage) => void): TreeWalk {
    return new TreeWalk(this.#file, this.#meta, onDamage);
  }

  /** Where the newest transaction is that can be read. */
  #chooseMeta(path: string): Meta {
    const record = this.#file.syncRecord();
    if (record?.mode === 'os' && this.#file.machineHasEndedSince(record)) {
      this.#tell({ page: undefined, tree: '', how: DOUBT });
    }
    const newest = this.#file.newestMeta();
    if (newest !== undefined) return newest;
    const metas = this.#file.metas();
    for (const [page, meta] of metas.entries()) {
      if (meta !== undefined) continue;
      const how = 'it does not say what the newest pages are; the last transaction may be missing';
      if (metas.some((other) => other !== undefined)) this.#tell({ page, tree: '', how });
    }
    const [first, second] = metas.filter((meta) => meta !== undefined);
    if (first === undefined) {
      throw new Error(`${path} is no file of Magpie's, or its beginning is lost`);
    }
    if (second === undefined) return first;
    const how = 'pages 0 and 1 are not of two transactions in turn; the last one may be missing';
    this.#tell({ page: undefined, tree: '', how });
    return this.#damagesOf(second) < this.#damagesOf(first) ? second : first;
  }

  #damagesOf(meta: Meta): number {
    let damages = 0;
    const walk = new TreeWalk(this.#file, meta, () => damages++);
    for (const [name, root] of walk.tables()) {
      const leaves = walk.leaves(name, root);
      while (leaves.next().done !== true);
    }
    walk.markFree();
    return damages;
  }
}
