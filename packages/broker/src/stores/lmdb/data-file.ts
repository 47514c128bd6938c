import { type FileHandle, open } from 'node:fs/promises';
import { endianness } from 'node:os';

/**
 * Looks at the file of an LMDB environment before LMDB maps it into memory: where the file ends too
 * early, reading it would end the process (SIGBUS).
 *
 * A file may be a little shorter than its last page says, if those pages are free and were never
 * written; and it may have been cut. So what is missing is made up with zeros: free pages do not
 * mind, and LMDB refuses to take zeros for a page with data in it.
 *
 * @returns Whether there is a file with something in it.
 * @throws {Error} if it is no LMDB file, or what the system says.
 */
export async function prepareDataFile(path: string): Promise<boolean> {
  const file = await openIfThere(path);
  if (file === undefined) return false;
  try {
    const { size } = await file.stat();
    if (size === 0 || !KNOWN_LAYOUT) return size > 0;
    const wanted = await sizeByMeta(file);
    if (wanted === undefined) throw new Error(`${path} is damaged, or no file of Magpie's`);
    if (wanted > size) await file.truncate(wanted);
    return true;
  } finally {
    await file.close();
  }
}

/** What the newest of the two meta pages says. `undefined`: there is none. */
async function sizeByMeta(file: FileHandle): Promise<number | undefined> {
  const first = await readMeta(file, 0);
  if (first === undefined) return undefined;
  const second = await readMeta(file, first.pageBytes);
  if (second === undefined) return undefined;
  const { lastPage } = second.transaction > first.transaction ? second : first;
  return (lastPage + 1) * first.pageBytes;
}

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
  if (meta.readUInt32LE(0) !== MAGIC || !isPageSize(pageBytes)) return undefined;
  const lastPage = Number(meta.readBigUInt64LE(LAST_PAGE_AT));
  return { pageBytes, lastPage, transaction: Number(meta.readBigUInt64LE(TRANSACTION_AT)) };
}

function isPageSize(bytes: number): boolean {
  return bytes >= 256 && bytes <= 65_536 && (bytes & (bytes - 1)) === 0;
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
const PAGE_BYTES_AT = 24;
const LAST_PAGE_AT = 120;
const TRANSACTION_AT = 128;
