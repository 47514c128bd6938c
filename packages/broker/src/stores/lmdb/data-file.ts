import { type FileHandle, open } from 'node:fs/promises';
import { endianness } from 'node:os';

/**
 * Looks at the file of an LMDB environment before LMDB does. Where the file is none of its own,
 * LMDB ends the process (SIGSEGV), and where it ends too early, reading it does (SIGBUS).
 *
 * A file may be a little shorter than its last page says, if those pages are free and were never
 * written; and it may have been cut. So what is missing is made up with zeros: free pages do not
 * mind, and LMDB refuses to take zeros for a page with data in it.
 *
 * @returns Whether there is a file with something in it.
 * @throws {Error} if it is no LMDB file of this machine's kind, or what the system says.
 */
export async function prepareDataFile(path: string): Promise<boolean> {
  const file = await openIfThere(path);
  if (file === undefined) return false;
  try {
    const { size } = await file.stat();
    if (size === 0 || !KNOWN_LAYOUT) return size > 0;
    const first = await readMeta(file, 0);
    const second = first && (await readMeta(file, first.pageBytes));
    if (first === undefined || second === undefined) {
      throw new Error(`${path} is damaged, or no file of Magpie's`);
    }
    const { lastPage } = second.transaction > first.transaction ? second : first;
    const wanted = (lastPage + 1) * first.pageBytes;
    if (wanted > size) await file.truncate(wanted);
    return true;
  } finally {
    await file.close();
  }
}

/** One of the two places where LMDB notes its newest transaction. */
interface Meta {
  readonly pageBytes: number;
  readonly lastPage: number;
  readonly transaction: number;
}

async function readMeta(file: FileHandle, at: number): Promise<Meta | undefined> {
  const page = Buffer.alloc(META_AT + META_BYTES);
  const { bytesRead } = await file.read(page, 0, page.length, at);
  if (bytesRead < page.length) return undefined;
  const meta = page.subarray(META_AT);
  const pageBytes = meta.readUInt32LE(PAGE_BYTES_AT);
  const isMeta = meta.readUInt32LE(0) === MAGIC && meta.readUInt16LE(VERSION_AT) === VERSION;
  if (!isMeta || !PAGE_SIZES.includes(pageBytes)) return undefined;
  const lastPage = Number(meta.readBigUInt64LE(LAST_PAGE_AT));
  if (lastPage > PAGES_MAX) return undefined;
  return { pageBytes, lastPage, transaction: Number(meta.readBigUInt64LE(TRANSACTION_AT)) };
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** LMDB writes its structures as they lie in memory: these are those of 64 bits, little endian. */
const KNOWN_LAYOUT =
  endianness() === 'LE' && ['x64', 'arm64', 'riscv64', 'loong64', 'ppc64'].includes(process.arch);
/** Behind the head of a page. */
const META_AT = 24;
const META_BYTES = 136;
const MAGIC = 0xbeefc0de;
const VERSION_AT = 4;
const VERSION = 2;
const PAGE_BYTES_AT = 24;
const PAGE_SIZES: readonly number[] = [4096, 8192, 16_384, 32_768, 65_536];
const LAST_PAGE_AT = 120;
const TRANSACTION_AT = 128;
/** 1 TiB in the smallest pages: a number beyond is damaged. */
const PAGES_MAX = 2 ** 28;
