import { closeSync, ftruncateSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Damage } from './damage.js';
import { LAYOUT_IS_KNOWN, PageFile } from './page-file.js';
import { DOUBT } from './sync-notes.js';

/**
 * Looks at the beginning of the file of an LMDB environment before LMDB does, and changes nothing.
 * Where the file is none of its own, LMDB ends the process (SIGSEGV).
 *
 * @returns Whether there is a file with something in it.
 * @throws {Damage} if one of the two pages with the newest transactions is damaged.
 * @throws {Error} if it is no LMDB file of this machine's kind, or what the system says.
 */
export async function lookAtDataFile(path: string): Promise<boolean> {
  if (!(await isWritable(path))) return false;
  const file = new PageFile(path);
  try {
    if (file.size === 0 || !LAYOUT_IS_KNOWN) return file.size > 0;
    const record = file.syncRecord();
    if (record?.mode === 'os' && file.machineHasEndedSince(record)) throw new Damage(DOUBT);
    if (file.newestMeta() === undefined) throw noMeta(path, file);
    return true;
  } finally {
    file.close();
  }
}

/**
 * Makes up what a file lacks of its last pages: LMDB ends the process (SIGBUS) where it reads
 * beyond the end. They are free and were never written, or {@link checkTrees} would have said so.
 */
export function fillUp(path: string): void {
  if (!LAYOUT_IS_KNOWN) return;
  const file = new PageFile(path);
  const meta = file.newestMeta();
  const { size } = file;
  file.close();
  if (meta === undefined) return;
  const wanted = (meta.lastPage + 1) * meta.pageBytes;
  if (wanted <= size) return;
  const handle = openSync(path, 'r+');
  try {
    ftruncateSync(handle, wanted);
  } finally {
    closeSync(handle);
  }
}

function noMeta(path: string, file: PageFile): Error {
  const damaged = file.metas().flatMap((meta, page) => (meta === undefined ? [page] : []));
  if (damaged.length === 2) {
    return new Error(
      `${path} is no file of Magpie's, or its beginning is lost: put it back from a backup, or `
        + 'choose another directory',
    );
  }
  return new Damage(
    damaged.length === 1
      ? `Page ${damaged[0]} of data.mdb is damaged: it does not say what the newest pages are`
      : 'Pages 0 and 1 of data.mdb are damaged: they are not of two transactions in turn',
  );
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
