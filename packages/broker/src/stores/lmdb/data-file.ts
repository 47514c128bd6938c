import { open } from 'node:fs/promises';
import { LAYOUT_IS_KNOWN, PageFile } from './page-file.js';

/**
 * Looks at the file of an LMDB environment before LMDB does. Where the file is none of its own,
 * LMDB ends the process (SIGSEGV), and where it ends too early, reading it does (SIGBUS).
 *
 * A file may be a little shorter than its last page says, if those pages are free and were never
 * written; and it may have been cut. So what is missing is made up with zeros: free pages do not
 * mind, and {@link checkTrees} finds them where a page with data should be.
 *
 * @returns Whether there is a file with something in it.
 * @throws {Error} if it is no LMDB file of this machine's kind, or what the system says.
 */
export async function prepareDataFile(path: string): Promise<boolean> {
  if (!(await isWritable(path))) return false;
  const file = new PageFile(path);
  let size;
  let meta;
  try {
    ({ size } = file);
    if (size === 0 || !LAYOUT_IS_KNOWN) return size > 0;
    meta = file.newestMeta();
  } finally {
    file.close();
  }
  if (meta === undefined) throw new Error(`${path} is damaged, or no file of Magpie's`);
  const wanted = (meta.lastPage + 1) * meta.pageBytes;
  if (wanted > size) await extend(path, wanted);
  return true;
}

/** @returns Whether it is there. @throws {Error} if it is there and must not be written. */
async function isWritable(path: string): Promise<boolean> {
  try {
    await (await open(path, 'r+')).close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

async function extend(path: string, size: number): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.truncate(size);
  } finally {
    await handle.close();
  }
}
