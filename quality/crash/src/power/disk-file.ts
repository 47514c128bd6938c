import type { Random } from '../random.js';
import { drawAge, type Survival } from './survival.js';

/** Bytes that were written to a page. */
interface Patch {
  readonly order: number;
  readonly at: number;
  readonly data: Buffer;
}

interface Size {
  readonly order: number;
  readonly size: number;
}

/**
 * The content of a file: what is on disk for sure, and what was written since. The system writes
 * pages to the disk when it likes, in any order, and each as it is at that moment; so of each page
 * any state since the last sync may be there. The size is one more such thing. A disk writes
 * sectors whole, pages not.
 */
export class DiskFile {
  /** Zeros behind {@link #safeSize}. */
  #safe: Buffer;
  #safeSize: number;
  /** By page, in order. */
  readonly #patches = new Map<number, Patch[]>();
  #sizes: Size[] = [];

  /** @param safe On disk. Changed from now on. */
  constructor(safe: Buffer) {
    this.#safe = safe;
    this.#safeSize = safe.length;
  }

  get size(): number {
    return this.#sizes.at(-1)?.size ?? this.#safeSize;
  }

  write(order: number, at: number, data: Buffer): void {
    const end = at + data.length;
    for (let start = at; start < end; ) {
      const page = Math.floor(start / PAGE);
      const stop = Math.min(end, (page + 1) * PAGE);
      const patch = { order, at: start - page * PAGE, data: data.subarray(start - at, stop - at) };
      this.#patch(page, patch);
      start = stop;
    }
    if (end > this.size) this.#sizes.push({ order, size: end });
  }

  truncate(order: number, size: number): void {
    // What lies behind the end reads as zeros if the file grows again.
    for (let start = size; start < this.size; ) {
      const page = Math.floor(start / PAGE);
      const at = start - page * PAGE;
      this.#patch(page, { order, at, data: Buffer.alloc(PAGE - at) });
      start = (page + 1) * PAGE;
    }
    if (size !== this.size) this.#sizes.push({ order, size });
  }

  /** Whatever is older than `order` is on disk. */
  sync(order: number): void {
    this.#syncPages([...this.#patches.keys()], order);
  }

  /** The pages of a range are on disk. */
  syncRange(at: number, bytes: number, order: number): void {
    const pages: number[] = [];
    for (let page = Math.floor(at / PAGE); page * PAGE < at + bytes; page++) pages.push(page);
    this.#syncPages(pages, order);
  }

  /** What is there while there is power. */
  asItIs(): Buffer {
    return this.#after(this.size, (versions) => () => versions);
  }

  /** What may be on disk when the power fails now. */
  afterPowerLoss(random: Random, survival: Survival): Buffer {
    const sizes = [this.#safeSize, ...this.#sizes.map(({ size }) => size)];
    const size = sizes[drawAge(random, survival, sizes.length - 1)]!;
    return this.#after(size, (versions) => {
      if (random.chance(survival.torn)) return () => random.between(0, versions);
      const version = drawAge(random, survival, versions);
      return () => version;
    });
  }

  /** @param choose How many patches each sector of a page has, of so many. */
  #after(size: number, choose: (versions: number) => (sector: number) => number): Buffer {
    const pages = Math.ceil(Math.max(size, this.#safeSize) / PAGE);
    const content = Buffer.alloc(pages * PAGE);
    this.#safe.copy(content, 0, 0, this.#safeSize);
    for (const [page, patches] of this.#patches) {
      const version = choose(patches.length);
      for (let sector = 0; sector < PAGE; sector += SECTOR) {
        const from = page * PAGE + sector;
        if (from >= content.length) continue;
        const part = content.subarray(from, from + SECTOR);
        for (const patch of patches.slice(0, version(sector))) put(part, sector, patch);
      }
    }
    return content.subarray(0, size);
  }

  #patch(page: number, patch: Patch): void {
    const patches = this.#patches.get(page);
    if (patches === undefined) this.#patches.set(page, [patch]);
    else patches.push(patch);
  }

  #syncPages(pages: readonly number[], order: number): void {
    const size = this.#sizes.findLast((each) => each.order < order)?.size ?? this.#safeSize;
    this.#sizes = this.#sizes.filter((each) => each.order >= order);
    this.#reserve(size);
    for (const page of pages) {
      const patches = this.#patches.get(page) ?? [];
      for (const patch of patches) if (patch.order < order) put(this.#safe, -page * PAGE, patch);
      const later = patches.filter((patch) => patch.order >= order);
      if (later.length === 0) this.#patches.delete(page);
      else this.#patches.set(page, later);
    }
    this.#safe.fill(0, size, Math.max(size, this.#safeSize));
    this.#safeSize = size;
  }

  /** Files grow often and by little. */
  #reserve(size: number): void {
    if (size <= this.#safe.length) return;
    const larger = Buffer.alloc(size * 2);
    this.#safe.copy(larger, 0, 0, this.#safeSize);
    this.#safe = larger;
  }
}

/** Puts a patch on bytes that begin at `start` of its page. */
function put(part: Buffer, start: number, { at, data }: Patch): void {
  const from = Math.max(at, start);
  const to = Math.min(at + data.length, start + part.length);
  if (from < to) data.copy(part, from - start, from - at, to - at);
}

/** What the system writes at once. */
export const PAGE = 4096;
/** What a disk writes whole. */
const SECTOR = 512;
