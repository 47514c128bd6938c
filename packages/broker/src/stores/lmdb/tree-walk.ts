import {
  BRANCH,
  LEAF,
  type Meta,
  numberAt,
  OVERFLOW,
  PAGE_HEAD_BYTES,
  type PageFile,
  TREE_ROOT_BYTES,
  type TreeRoot,
  treeRootAt,
} from './page-file.js';

/** What is wrong with a page, or with a tree as a whole. */
export interface PageDamage {
  /** `undefined`: the pages are right, but they are not all, or too many. */
  readonly page: number | undefined;
  /** Which tree it belongs to, e.g. `table messages`. */
  readonly tree: string;
  readonly how: string;
}

/** A record as it lies in its page. Views, valid until the walk goes on. */
export interface PageRecord {
  readonly key: Buffer;
  readonly value: Buffer;
  /** The root of a table, not a value: in the list of tables. */
  readonly isTable: boolean;
}

/** A leaf page. Valid until the walk goes on. */
export interface LeafPage {
  readonly number: number;
  readonly page: Buffer;
  /** Where the records begin that are whole. */
  readonly nodes: readonly number[];
}

/**
 * Walks through the trees of an LMDB file page by page, without LMDB, which trusts its pages: where
 * one is damaged it ends the process, reads something else, or writes over what is in use.
 *
 *     page      head: number 8 · transaction 8 · 2 · flags 2 · lower 2 · upper 2 (or pages 4)
 *     tree      root ─▶ branch pages: key, page ─▶ … ─▶ leaf pages: key, value, or where it is
 *     overflow  a head, then a value that is too large for a leaf, over several pages
 *
 * What is damaged is told and left out: the page, with all that hangs on it. Whoever is told may
 * throw. What is in the records is not looked at; they have checksums.
 */
export class TreeWalk {
  readonly #file: PageFile;
  readonly #meta: Meta;
  readonly #onDamage: (damage: PageDamage) => void;
  /** How each page is used. */
  readonly #uses: Uint8Array;

  constructor(file: PageFile, meta: Meta, onDamage: (damage: PageDamage) => void) {
    this.#file = file;
    this.#meta = meta;
    this.#onDamage = onDamage;
    this.#uses = new Uint8Array(meta.lastPage + 1);
    this.#uses.fill(USED, 0, META_PAGES);
  }

  /** The tables by name. */
  tables(): Map<string, TreeRoot> {
    const tables = new Map<string, TreeRoot>();
    for (const leaf of this.leaves(MAIN, this.#meta.main)) {
      for (const { key, value, isTable } of this.records(leaf)) {
        if (isTable && value.length === TREE_ROOT_BYTES) {
          tables.set(key.toString().replace(/\0$/, ''), treeRootAt(value, 0));
        } else this.#damaged(leaf.number, MAIN, 'it holds something else than tables');
      }
    }
    return tables;
  }

  /** All leaf pages of a tree, in order of key. */
  *leaves(name: string, root: TreeRoot): Generator<LeafPage> {
    const tree = new Tree(name, this.#meta.pageBytes);
    if (root.flags !== (name === FREE_LIST ? NUMBERS_AS_KEYS : 0)) {
      const how = `${name} is of the kind ${root.flags}`;
      this.#onDamage({ page: undefined, tree: name, how });
    }
    if (root.root !== undefined) yield* this.#subtree(tree, root.root, root.depth);
    if (tree.isDamaged) return; // then the numbers cannot be right
    for (const count of COUNTS) {
      if (tree[count] === root[count]) continue;
      const how = `${name} has ${tree[count]} ${count}, not ${root[count]}`;
      this.#onDamage({ page: undefined, tree: name, how });
    }
  }

  /** The records of a leaf page. */
  *records({ number, page, nodes }: LeafPage): Generator<PageRecord> {
    for (const node of nodes) {
      const keyAt = node + NODE_HEAD_BYTES;
      const valueAt = keyAt + page.readUInt16LE(node + 6);
      const valueBytes = page.readUInt32LE(node);
      const flags = page.readUInt16LE(node + 4);
      const key = page.subarray(keyAt, valueAt);
      let value = page.subarray(valueAt, valueAt + valueBytes);
      if (flags === BIG) {
        const first = numberAt(page, valueAt);
        value = Buffer.allocUnsafe(valueBytes);
        if (!this.#file.read(value, first * this.#meta.pageBytes + PAGE_HEAD_BYTES)) {
          this.#damaged(number, 'a record', `its value on page ${first} cannot be read`);
          continue;
        }
      }
      yield { key, value, isTable: flags === TABLE };
    }
  }

  /** Marks the pages that are free. Call it when all trees were walked through. */
  markFree(): void {
    const free: number[] = [];
    for (const leaf of this.leaves(FREE_LIST, this.#meta.free)) {
      for (const { value } of this.records(leaf)) {
        for (const page of this.#freePages(value, leaf.number)) free.push(page);
      }
    }
    for (const page of free) this.#use(page, FREE, FREE_LIST);
  }

  countFree(): number {
    let free = 0;
    for (const use of this.#uses) if (use === FREE) free++;
    return free;
  }

  /** Pages that are neither free nor in use, e.g. since the branch page above them is damaged. */
  lostPages(): number[] {
    const lost: number[] = [];
    for (const [number, use] of this.#uses.entries()) if (use === 0) lost.push(number);
    return lost;
  }

  /** A leaf page by its number. `undefined`: it is none, or damaged. */
  leaf(number: number): LeafPage | undefined {
    const tree = new Tree('a page that hangs on nothing', this.#meta.pageBytes);
    const page = tree.leafPage;
    if (!this.#file.read(page, number * page.length) || numberAt(page, 0) !== number) {
      return undefined;
    }
    const nodes = (page.readUInt16LE(18) & KINDS) === LEAF ? nodesOf(page) : '';
    return typeof nodes === 'string' ? undefined : this.#leaf(tree, number, page, nodes);
  }

  *#subtree(tree: Tree, number: number, depth: number): Generator<LeafPage> {
    const page = this.#read(tree, number, depth === 1 ? LEAF : BRANCH);
    if (page === undefined) return;
    const nodes = nodesOf(page);
    if (typeof nodes === 'string') {
      this.#damagedIn(tree, number, nodes);
      return;
    }
    if (depth === 1) {
      tree.leafPages++;
      const leaf = this.#leaf(tree, number, page, nodes);
      if (this.#isInOrder(tree, leaf)) yield leaf;
      else this.#uses[number] = 0; // it is of somewhere else, or free; or its place is damaged
      return;
    }
    tree.branchPages++;
    for (const [index, node] of nodes.entries()) {
      if (index > 0) tree.floor = keyOf(page, node);
      yield* this.#subtree(tree, childAt(page, node), depth - 1);
    }
  }

  /** Leaves out the records that are not whole. */
  #leaf(tree: Tree, number: number, page: Buffer, nodes: readonly number[]): LeafPage {
    let damaged: Set<number> | undefined;
    for (const node of nodes) {
      if (!this.#isWhole(tree, number, page, node)) (damaged ??= new Set()).add(node);
    }
    if (damaged === undefined) return { number, page, nodes };
    return { number, page, nodes: nodes.filter((node) => !damaged.has(node)) };
  }

  /** Looks at a record of a leaf page: is all of it there? */
  #isWhole(tree: Tree, number: number, page: Buffer, node: number): boolean {
    const valueBytes = page.readUInt32LE(node);
    const flags = page.readUInt16LE(node + 4);
    const keyBytes = page.readUInt16LE(node + 6);
    const valueAt = node + NODE_HEAD_BYTES + keyBytes;
    const inPage = flags === BIG ? BIG_BYTES : valueBytes;
    if (keyBytes === 0 || valueAt + inPage > page.length || flags > TABLE) {
      this.#damagedIn(tree, number, 'a record of it is');
      return false;
    }
    tree.entries++;
    return flags !== BIG || this.#isBigValueWhole(tree, number, page, valueAt, valueBytes);
  }

  #isBigValueWhole(
    tree: Tree,
    number: number,
    page: Buffer,
    valueAt: number,
    valueBytes: number,
  ): boolean {
    const first = numberAt(page, valueAt);
    const pages = numberAt(page, valueAt + 16);
    const { pageBytes } = this.#meta;
    if (pages !== Math.ceil((PAGE_HEAD_BYTES + valueBytes) / pageBytes)) {
      this.#damagedIn(tree, number, 'the size of a large record is');
      return false;
    }
    if (this.#read(tree, first, OVERFLOW, pages) === undefined) return false;
    tree.overflowPages += pages;
    return true;
  }

  /** LMDB finds a record by halving, and so only where the keys are in order. */
  #isInOrder(tree: Tree, { number, page, nodes }: LeafPage): boolean {
    const [first, last] = [nodes[0], nodes.at(-1)];
    if (first === undefined || last === undefined || tree.name === FREE_LIST) return true;
    const key = keyOf(page, first);
    const { floor, lastKey } = tree;
    if (
      (floor !== undefined && Buffer.compare(key, floor) < 0)
      || (lastKey !== undefined && Buffer.compare(key, lastKey) <= 0)
      || (floor !== undefined && lastKey !== undefined && Buffer.compare(lastKey, floor) >= 0)
    ) {
      this.#damagedIn(tree, number, 'its records are in the wrong place');
      return false;
    }
    tree.lastKey = keyOf(page, last);
    return true;
  }

  /** Free pages: how many words, and each a page, or minus how many and then the first of them. */
  *#freePages(value: Buffer, number: number): Generator<number> {
    const words = value.length < 8 ? -1 : numberAt(value, 0);
    if (words < 0 || (words + 1) * 8 > value.length) {
      this.#damaged(number, FREE_LIST, 'a list of free pages is');
      return;
    }
    let count = 1;
    for (let at = 8; at < 8 + words * 8; at += 8) {
      const word = Number(value.readBigInt64LE(at));
      if (word === 0) continue; // a gap that is kept for what comes
      if (word < 0) {
        count = -word;
        continue;
      }
      const end = word + count;
      if (end > this.#uses.length) {
        this.#damaged(number, FREE_LIST, 'it frees what is not there');
        return;
      }
      for (let free = word; free < end; free++) yield free;
      count = 1;
    }
  }

  /**
   * Reads a page, and notes that it is used, with those that belong to it.
   *
   * @returns Of overflow pages the head alone; `undefined`: it is damaged.
   */
  #read(tree: Tree, number: number, kind: number, pages = 1): Buffer | undefined {
    const { pageBytes, transaction } = this.#meta;
    for (let each = number; each < number + pages; each++) {
      if (this.#use(each, USED, tree.name)) continue;
      tree.isDamaged = true;
      return undefined;
    }
    const page =
      kind === LEAF
        ? tree.leafPage
        : Buffer.allocUnsafe(kind === OVERFLOW ? PAGE_HEAD_BYTES : pageBytes);
    const end = (number + pages) * pageBytes;
    let how: string | undefined;
    if (end > this.#file.size || !this.#file.read(page, number * pageBytes)) {
      how = 'it is missing';
    } else if (numberAt(page, 0) !== number || (page.readUInt16LE(18) & KINDS) !== kind) {
      how = 'it is another one';
    } else if (numberAt(page, 8) > transaction) {
      how = 'it is from a transaction that has not been';
    } else if (kind === OVERFLOW && page.readUInt32LE(20) !== pages) {
      how = 'its size is wrong';
    }
    if (how === undefined) return page;
    this.#damagedIn(tree, number, how);
    return undefined;
  }

  /** @returns Whether nobody else uses it. */
  #use(number: number, use: number, tree: string): boolean {
    if (number >= this.#uses.length) {
      this.#damaged(number, tree, 'it is behind the last');
      return false;
    }
    if (this.#uses[number] !== 0) {
      this.#damaged(number, tree, 'it is used twice');
      return false;
    }
    this.#uses[number] = use;
    return true;
  }

  #damagedIn(tree: Tree, page: number, how: string): void {
    tree.isDamaged = true;
    this.#damaged(page, tree.name, how);
  }

  #damaged(page: number, tree: string, how: string): void {
    this.#onDamage({ page, tree, how });
  }
}

/** A tree while it is walked through: what was found of it. */
class Tree {
  readonly name: string;
  /** Leaf pages are read one at a time, and there are many. */
  readonly leafPage: Buffer;
  branchPages = 0;
  leafPages = 0;
  overflowPages = 0;
  entries = 0;
  isDamaged = false;
  /** What comes has this key or a higher one. */
  floor: Buffer | undefined;
  lastKey: Buffer | undefined;

  constructor(name: string, pageBytes: number) {
    this.name = name;
    this.leafPage = Buffer.alloc(pageBytes);
  }
}

/** Where the records of a page begin, or what is wrong with it. */
function nodesOf(page: Buffer): number[] | string {
  const limit = page.length - PAGE_HEAD_BYTES;
  const [lower, upper] = [page.readUInt16LE(20), page.readUInt16LE(22)];
  if (lower < 2 || lower % 2 !== 0 || lower > upper || upper > limit) return 'its bounds are wrong';
  const nodes: number[] = [];
  for (let index = 0; index < lower; index += 2) {
    const offset = page.readUInt16LE(PAGE_HEAD_BYTES + index);
    if (offset < upper || offset > limit - NODE_HEAD_BYTES) return 'it points beyond its bounds';
    nodes.push(PAGE_HEAD_BYTES + offset);
  }
  return nodes;
}

/** A copy. */
function keyOf(page: Buffer, node: number): Buffer {
  const keyAt = node + NODE_HEAD_BYTES;
  return Buffer.from(page.subarray(keyAt, keyAt + page.readUInt16LE(node + 6)));
}

function childAt(page: Buffer, node: number): number {
  return page.readUInt32LE(node) + page.readUInt16LE(node + 4) * 2 ** 32;
}

const COUNTS = ['branchPages', 'leafPages', 'overflowPages', 'entries'] as const;
const MAIN = 'the list of tables';
/** The name of that tree. */
export const FREE_LIST = 'the list of free pages';
const META_PAGES = 2;
/** Flag of a tree. */
const NUMBERS_AS_KEYS = 8;
/** In front of a key: size of the value or number of a page, flags 2, size of the key 2. */
const NODE_HEAD_BYTES = 8;
/** The value lies elsewhere: its page 8 · transaction 8 · pages 8. */
const BIG = 1;
const BIG_BYTES = 24;
/** The value is the root of a table. */
const TABLE = 2;
/** Flags of a page that stay on disk. */
const KINDS = 0xff;
const USED = 1;
const FREE = 2;
