import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';
import { bootId } from './boot-id.js';
import {
  decodeSyncRecord,
  placeOfSyncRecord,
  SYNC_RECORD_BYTES,
  type SyncRecord,
} from './sync-record.js';

/**
 * Pages of an LMDB file, read without LMDB. Only where LMDB's structures are known: it writes them
 * as they lie in memory, and these are those of 64 bits, little endian.
 */
export const LAYOUT_IS_KNOWN =
  endianness() === 'LE' && ['x64', 'arm64', 'riscv64', 'loong64', 'ppc64'].includes(process.arch);

/** Bytes of the head of a page: number 8 · transaction 8 · 2 · flags 2 · 4, see below. */
export const PAGE_HEAD_BYTES = 24;
export const BRANCH = 1;
export const LEAF = 2;
export const OVERFLOW = 4;

/** The root of one tree and what it should hold: 48 bytes in a meta page or in the main tree. */
export interface TreeRoot {
  /** What LMDB knows of its keys and values. */
  readonly flags: number;
  readonly depth: number;
  readonly branchPages: number;
  readonly leafPages: number;
  readonly overflowPages: number;
  readonly entries: number;
  /** `undefined`: the tree is empty. */
  readonly root: number | undefined;
}

/** One of the two places where LMDB notes its newest transaction. */
export interface Meta {
  readonly pageBytes: number;
  readonly lastPage: number;
  readonly transaction: number;
  /** Which pages are free. */
  readonly free: TreeRoot;
  /** The tables by name. */
  readonly main: TreeRoot;
}

export class PageFile {
  readonly #file: number;
  readonly #boot: string;

  /** @param boot The run of the machine, see boot-id.ts. */
  constructor(path: string, boot = bootId()) {
    this.#file = openSync(path, 'r');
    this.#boot = boot;
  }

  get size(): number {
    return fstatSync(this.#file).size;
  }

  /**
   * Both meta pages, each `undefined` if it is none, or damaged. If the machine has ended since
   * they were written and what they say may not be on disk, those that are.
   */
  metas(): readonly [first: Meta | undefined, second: Meta | undefined] {
    const record = this.syncRecord();
    if (record?.mode === 'interval' && this.machineHasEndedSince(record)) {
      const [first, second] = record.metas;
      return [metaOf(first), metaOf(second)];
    }
    return this.#writtenMetas();
  }

  /** The newest of what a store has noted that does not sync with every commit, if one has. */
  syncRecord(): SyncRecord | undefined {
    const [first, second] = this.#writtenMetas();
    const pageBytes = first?.pageBytes ?? second?.pageBytes;
    const records: SyncRecord[] = [];
    for (const size of pageBytes === undefined ? PAGE_SIZES : [pageBytes]) {
      for (const number of [0, 1]) {
        const bytes = Buffer.alloc(SYNC_RECORD_BYTES);
        if (!this.read(bytes, placeOfSyncRecord(number, size))) continue;
        const record = decodeSyncRecord(bytes);
        if (record?.pageBytes === size && record.number % 2 === number) records.push(record);
      }
    }
    return records.toSorted((one, other) => other.number - one.number)[0];
  }

  /** Whether what had not been synced when this was noted may be gone. */
  machineHasEndedSince({ boot }: SyncRecord): boolean {
    return boot === '' || boot !== this.#boot;
  }

  /**
   * The newest transaction. `undefined`: one of the meta pages is damaged, or none, so nobody can
   * tell which is the newest.
   */
  newestMeta(): Meta | undefined {
    const [first, second] = this.metas();
    if (first === undefined || second === undefined || !isPair(first, second)) return undefined;
    return second.transaction > first.transaction ? second : first;
  }

  /** Reads a part of the file. @returns Whether it was there whole. */
  read(into: Buffer, at: number): boolean {
    return readSync(this.#file, into, 0, into.length, at) === into.length;
  }

  close(): void {
    closeSync(this.#file);
  }

  #writtenMetas(): readonly [first: Meta | undefined, second: Meta | undefined] {
    const first = this.#meta(0);
    // Where the second is, the first says; if it is damaged, the second itself.
    const sizes = first === undefined ? PAGE_SIZES : [first.pageBytes];
    const second = sizes.map((pageBytes) => this.#meta(pageBytes));
    return [first, second.find((meta, index) => meta?.pageBytes === sizes[index])];
  }

  #meta(at: number): Meta | undefined {
    const page = Buffer.alloc(PAGE_HEAD_BYTES + META_BYTES);
    return this.read(page, at) ? metaOf(page) : undefined;
  }
}

function metaOf(page: Buffer): Meta | undefined {
  const meta = page.subarray(PAGE_HEAD_BYTES);
  const pageBytes = meta.readUInt32LE(FREE_AT);
  const isMeta = meta.readUInt32LE(0) === MAGIC && meta.readUInt16LE(4) === VERSION;
  if (!isMeta || !PAGE_SIZES.includes(pageBytes)) return undefined;
  const lastPage = numberAt(meta, LAST_PAGE_AT);
  if (lastPage > PAGES_MAX || numberAt(meta, MAP_AT) > MAP_BYTES_MAX) return undefined;
  const transaction = numberAt(meta, TRANSACTION_AT);
  const [free, main] = [treeRootAt(meta, FREE_AT), treeRootAt(meta, MAIN_AT)];
  return { pageBytes, lastPage, transaction, free, main };
}

/** Transactions are noted in turn, those with odd numbers in the second page. */
function isPair({ transaction: even }: Meta, { transaction: odd }: Meta): boolean {
  if (even === 0 || odd === 0) return true; // a new file, or a copy
  return even % 2 === 0 && Math.abs(even - odd) === 1;
}

export function treeRootAt(bytes: Buffer, at: number): TreeRoot {
  const root = bytes.readBigUInt64LE(at + 40);
  return {
    flags: bytes.readUInt16LE(at + 4),
    depth: bytes.readUInt16LE(at + 6),
    branchPages: numberAt(bytes, at + 8),
    leafPages: numberAt(bytes, at + 16),
    overflowPages: numberAt(bytes, at + 24),
    entries: numberAt(bytes, at + 32),
    root: root === NO_PAGE ? undefined : Number(root),
  };
}

/** A page number, or a count. One that is too large to be right comes out too large. */
export function numberAt(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32;
}

export const TREE_ROOT_BYTES = 48;
const META_BYTES = 136;
const MAGIC = 0xbeefc0de;
const VERSION = 2;
/** How much memory LMDB maps. */
const MAP_AT = 16;
/** What processes can have. */
const MAP_BYTES_MAX = 2 ** 47;
const FREE_AT = 24;
const MAIN_AT = FREE_AT + TREE_ROOT_BYTES;
const LAST_PAGE_AT = 120;
const TRANSACTION_AT = 128;
const PAGE_SIZES: readonly number[] = [4096, 8192, 16_384, 32_768, 65_536];
/** 1 TiB in the smallest pages: a number beyond is damaged. */
const PAGES_MAX = 2 ** 28;
const NO_PAGE = 2n ** 64n - 1n;
