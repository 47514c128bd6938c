import { mkdir, open, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { removeUnfinished } from './compaction.js';
import { lookAtDataFile } from './data-file.js';
import { DirectoryLock } from './directory-lock.js';
import type { RequestHandler } from './owner-server.js';
import { syncDirectory, syncFile } from './sync-file.js';

/**
 * The directory of a store, for one process at a time: made if it is not there, for nobody else's
 * eyes (0700), and looked at before LMDB touches it, which ends the process for much that is wrong.
 *
 *     data.mdb, lock.mdb   of LMDB
 *     magpie-store         says that data.mdb must be there: it is written after the first commit
 *     beginning            says that data.mdb is not needed yet: it may be there in parts, since
 *                          LMDB begins with pages that it does not sync
 *     in-use-…             the process that has the directory, see directory-lock.ts
 *     compacting/          a smaller data.mdb that is being made, see compaction.ts
 */
export class DataDirectory {
  readonly path: string;
  readonly #lock: DirectoryLock;

  private constructor(path: string, lock: DirectoryLock) {
    this.path = path;
    this.#lock = lock;
  }

  /**
   * @throws {Error} in one clear line: if another process has it, if something of it is missing, or
   * what the system says.
   */
  static async open(directory: string): Promise<DataDirectory> {
    const path = resolve(directory);
    try {
      await makeDirectory(path);
      const opened = new DataDirectory(path, await DirectoryLock.acquire(path));
      try {
        await opened.#check();
        return opened;
      } catch (error) {
        await opened.close();
        throw error;
      }
    } catch (error) {
      throw clearError(path, error);
    }
  }

  /** Notes that there is a store: from now on its file must be there. */
  async markAsStore(): Promise<void> {
    const names = await readdir(this.path);
    if (!names.includes(MARK)) {
      // LMDB leaves the name of data.mdb to the system: it must be on disk before the mark is.
      await syncDirectory(this.path);
      await markAsStore(this.path);
    }
    if (names.includes(BEGINNING)) await rm(join(this.path, BEGINNING), { force: true });
  }

  /** Answers requests that come to the directory, see directory-lock.ts. */
  serve(onRequest: RequestHandler): void {
    this.#lock.serve(onRequest);
  }

  /** Answers no more requests: those that are under way are aborted, and waited for. */
  async endRequests(): Promise<void> {
    await this.#lock.endRequests();
  }

  async close(): Promise<void> {
    await this.#lock.release();
  }

  async #check(): Promise<void> {
    await removeUnfinished(this.path);
    const names = await readdir(this.path);
    const isStore = names.includes(MARK);
    if (!isStore && names.includes(BEGINNING)) await this.#removeBegun();
    const found = await lookAtDataFile(this.#file());
    if (!found && isStore) {
      throw new Error(
        `The data directory ${this.path} has lost its file data.mdb: put it back from a backup, or `
          + 'remove the directory to begin with nothing',
      );
    }
    // What the last owner has made may be seen and not be on disk, if it was killed.
    await syncDirectory(this.path);
    if (!isStore) await syncAbove(this.path);
    if (!found) await this.#begin();
    await (await open(join(this.path, 'lock.mdb'), 'a', 0o600)).close();
  }

  /** Notes that a store begins, if it has room to. */
  async #begin(): Promise<void> {
    const note = join(this.path, BEGINNING);
    try {
      await writeFile(note, new Uint8Array(ROOM_BYTES), { mode: 0o600 });
      await syncFile(note);
      await truncate(note);
    } catch (error) {
      await rm(note, { force: true });
      throw error;
    }
    await syncDirectory(this.path);
  }

  /**
   * The process or the machine has ended while a store began: nothing that is in it was ever
   * promised to anybody. What is larger than that was put there by somebody else.
   */
  async #removeBegun(): Promise<void> {
    const size = await stat(this.#file()).then(
      (found) => found.size,
      () => Infinity,
    );
    if (size <= ROOM_BYTES) await rm(this.#file());
  }

  #file(): string {
    return join(this.path, 'data.mdb');
  }
}

/** Notes in a directory that there is a store, and makes what was made in it survive. */
export async function markAsStore(directory: string): Promise<void> {
  const mark = join(directory, MARK);
  await writeFile(mark, MARK_TEXT, { mode: 0o600 });
  await syncFile(mark);
  await syncDirectory(directory);
}

/** A directory that is not on disk yet after a power loss would take everything in it with it. */
export async function makeDirectory(path: string): Promise<void> {
  const first = await makeAll(path);
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) {
    await syncDirectory(dirname(made));
  }
}

/** Where it may: a directory that cannot be read has been there before. */
async function syncAbove(path: string): Promise<void> {
  const parent = dirname(path);
  await syncDirectory(parent).catch(() => {});
  if (parent !== path) await syncAbove(parent);
}

/**
 * Makes a directory and those above it. Node.js has that, too, but never ends where a file system
 * takes no directories, as /proc.
 *
 * @returns The first that had to be made.
 */
async function makeAll(path: string): Promise<string | undefined> {
  try {
    await mkdir(path, { mode: 0o700 });
    return path;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && dirname(path) !== path) {
      const first = await makeAll(dirname(path));
      if (first === undefined) throw error;
      await mkdir(path, { mode: 0o700 });
      return first;
    }
    if ((await stat(path).catch(() => undefined))?.isDirectory() === true) return undefined;
    throw error;
  }
}

/** What the system says, with what was tried. */
function clearError(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  return new Error(`Cannot use the data directory ${path}: ${error.message}`, { cause: error });
}

const MARK = 'magpie-store';
const BEGINNING = 'beginning';
const MARK_TEXT = 'Magpie keeps its messages here: do not change or remove single files.\n';
/** What LMDB takes for empty tables, and some more. */
const ROOM_BYTES = 131_072;
