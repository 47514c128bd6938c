import {
  BRANCH,
  LAYOUT_IS_KNOWN,
  LEAF,
  type Meta,
  numberAt,
  OVERFLOW,
  PAGE_HEAD_BYTES,
  PageFile,
  TREE_ROOT_BYTES,
  type TreeRoot,
  treeRootAt,
} from './page-file.js';

/**
 * Checks the trees of an LMDB file page by page. LMDB trusts its pages: where one is damaged it
 * ends the process, reads something else, or writes over what is in use. What is in the records is
 * not looked at here; they have checksums.
 *
 *     page      head: number 8 · transaction 8 · 2 · flags 2 · lower 2 · upper 2 (or pages 4)
 *     tree      root ─▶ branch pages: key, page ─▶ … ─▶ leaf pages: key, value, or where it is
 *     overflow  a head, then a value that is too large for a leaf, over several pages
 *
 * @throws {Error} in one line that names the page, or what the system says.
 */
export function checkTrees(path: string): void {
  if (!LAYOUT_IS_KNOWN) return;
  const file = new PageFile(path);
  try {
    if (file.size === 0) return;
    const meta = file.newestMeta();
    if (meta === undefined) throw new Error('Page 0 or 1 of data.mdb is damaged');
    new TreeCheck(file, meta).run();
  } finally {
    file.close();
  }
}

/** A record in a leaf page. */
interface Leaf {
  readonly page: Buffer;
  readonly flags: number;
  readonly valueAt: number;
  readonly valueBytes: number;
}

type TakeLeaf = (leaf: Leaf, page: number) => void;

/** What was found of a tree. */
interface Found {
  branchPages: number;
  leafPages: number;
  overflowPages: number;
  entries: number;
}

class TreeCheck {
  readonly #file: PageFile;
  readonly #meta: Meta;
  /** How each page is used. */
  readonly #uses: Uint8Array;
  /** Leaf pages are read one at a time, and there are many. */
  readonly #leafPage: Buffer;

  constructor(file: PageFile, meta: Meta) {
    this.#file = file;
    this.#meta = meta;
    this.#uses = new Uint8Array(meta.lastPage + 1);
    this.#uses.fill(USED, 0, 2);
    this.#leafPage = Buffer.alloc(meta.pageBytes);
  }

  run(): void {
    const { free, main } = this.#meta;
    const tables: TreeRoot[] = [];
    this.#tree('the list of tables', main, ({ page, flags, valueAt, valueBytes }, number) => {
      if (flags !== TABLE || valueBytes !== TREE_ROOT_BYTES) {
        throw this.#damage(number, 'it holds something else than tables');
      }
      tables.push(treeRootAt(page, valueAt));
    });
    for (const table of tables) this.#tree('a table', table, undefined);
    const freePages: number[] = [];
    this.#tree('the list of free pages', free, (leaf, number) => {
      freePages.push(...this.#freePages(leaf, number));
    });
    for (const page of freePages) this.#use(page, FREE);
  }

  #tree(name: string, tree: TreeRoot, each: TakeLeaf | undefined): void {
    const found: Found = { branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0 };
    if (tree.root !== undefined) this.#page(tree.root, tree.depth, found, each);
    for (const count of ['branchPages', 'leafPages', 'overflowPages', 'entries'] as const) {
      if (found[count] === tree[count]) continue;
      throw new Error(
        `data.mdb is damaged: ${name} has ${found[count]} ${count}, not ${tree[count]}`,
      );
    }
  }

  #page(number: number, depth: number, found: Found, each: TakeLeaf | undefined): void {
    const page = this.#read(number, depth === 1 ? LEAF : BRANCH);
    const limit = page.length - PAGE_HEAD_BYTES;
    const [lower, upper] = [page.readUInt16LE(20), page.readUInt16LE(22)];
    if (lower < 2 || lower % 2 !== 0 || lower > upper || upper > limit) {
      throw this.#damage(number, 'its bounds are wrong');
    }
    if (depth === 1) found.leafPages++;
    else found.branchPages++;
    for (let index = 0; index < lower; index += 2) {
      const offset = page.readUInt16LE(PAGE_HEAD_BYTES + index);
      if (offset < upper || offset > limit - NODE_HEAD_BYTES) {
        throw this.#damage(number, 'it points beyond its bounds');
      }
      const node = PAGE_HEAD_BYTES + offset;
      if (depth === 1) this.#leaf(number, page, node, found, each);
      else this.#page(childAt(page, node), depth - 1, found, each);
    }
  }

  #leaf(
    number: number,
    page: Buffer,
    node: number,
    found: Found,
    each: TakeLeaf | undefined,
  ): void {
    const valueBytes = page.readUInt32LE(node);
    const flags = page.readUInt16LE(node + 4);
    const keyBytes = page.readUInt16LE(node + 6);
    const valueAt = node + NODE_HEAD_BYTES + keyBytes;
    const inPage = flags === BIG ? BIG_BYTES : valueBytes;
    if (keyBytes === 0 || valueAt + inPage > page.length || flags > TABLE) {
      throw this.#damage(number, 'a record of it is');
    }
    found.entries++;
    if (flags !== BIG) {
      each?.({ page, flags, valueAt, valueBytes }, number);
      return;
    }
    const first = numberAt(page, valueAt);
    const pages = numberAt(page, valueAt + 16);
    if (pages !== Math.ceil((PAGE_HEAD_BYTES + valueBytes) / page.length)) {
      throw this.#damage(number, 'the size of a large record is');
    }
    const whole = this.#read(first, OVERFLOW, pages);
    found.overflowPages += pages;
    each?.({ page: whole, flags: 0, valueAt: PAGE_HEAD_BYTES, valueBytes }, first);
  }

  /** Free pages: how many words, and each a page, or minus how many and then the first of them. */
  *#freePages({ page, valueAt, valueBytes }: Leaf, number: number): Generator<number> {
    const words = valueBytes < 8 ? -1 : numberAt(page, valueAt);
    if (words < 0 || (words + 1) * 8 > valueBytes) {
      throw this.#damage(number, 'a list of free pages is');
    }
    let count = 1;
    for (let at = valueAt + 8; at < valueAt + 8 + words * 8; at += 8) {
      const word = Number(page.readBigInt64LE(at));
      if (word === 0) continue; // a gap that is kept for what comes
      if (word < 0) {
        count = -word;
        continue;
      }
      const end = word + count;
      if (end > this.#uses.length) throw this.#damage(number, 'it frees what is not there');
      for (let free = word; free < end; free++) yield free;
      count = 1;
    }
  }

  /** Reads a page, or several that belong together, and notes that they are used. */
  #read(number: number, kind: number, pages = 1): Buffer {
    const { pageBytes } = this.#meta;
    for (let each = number; each < number + pages; each++) this.#use(each, USED);
    const page = kind === LEAF ? this.#leafPage : Buffer.allocUnsafe(pageBytes * pages);
    if (!this.#file.read(page, number * pageBytes)) throw this.#damage(number, 'it is missing');
    if (numberAt(page, 0) !== number || (page.readUInt16LE(18) & KINDS) !== kind) {
      throw this.#damage(number, 'it is another one');
    }
    if (kind === OVERFLOW && page.readUInt32LE(20) !== pages) {
      throw this.#damage(number, 'its size is wrong');
    }
    return page;
  }

  #use(number: number, use: number): void {
    if (number >= this.#uses.length) throw this.#damage(number, 'it is behind the last');
    if (this.#uses[number] !== 0) throw this.#damage(number, 'it is used twice');
    this.#uses[number] = use;
  }

  #damage(number: number, how: string): Error {
    return new Error(`Page ${number} of data.mdb is damaged: ${how}`);
  }
}

function childAt(page: Buffer, node: number): number {
  return page.readUInt32LE(node) + page.readUInt16LE(node + 4) * 2 ** 32;
}

/** In front of a key: size of the value or number of a page, flags 2, size of the key 2. */
const NODE_HEAD_BYTES = 8;
/** The value lies elsewhere: its page 8 · transaction 8 · pages 8. */
const BIG = 1;
const BIG_BYTES = 24;
/** The value is the root of a table. */
const TABLE = 2;
/** Flags that stay on disk. */
const KINDS = 0xff;
const USED = 1;
const FREE = 2;
