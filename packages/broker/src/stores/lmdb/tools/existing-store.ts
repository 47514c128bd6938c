import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DirectoryLock } from '../directory-lock.js';
import { DATA_FILE } from '../lmdb-environment.js';
import { askOwner } from '../owner-client.js';

/**
 * The path of a directory with a store in it.
 *
 * @throws {Error} in one clear line if there is none.
 */
export async function findStore(directory: string): Promise<string> {
  const path = resolve(directory);
  const names = await readdir(path).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new Error(`There is no directory ${path}`);
    if (code === 'ENOTDIR') throw new Error(`${path} is no directory`);
    throw new Error(`Cannot read the directory ${path}: ${message}`, { cause: error });
  });
  if (!names.includes(DATA_FILE)) throw new Error(`There is no store in ${path}: no ${DATA_FILE}`);
  return path;
}

/**
 * A store that nobody uses, to be read without LMDB. Nothing in its directory is changed.
 *
 * Where the directory can be written to, it is taken as a broker would take it; where it cannot,
 * somebody who has it is asked for at least.
 */
export class ExistingStore implements AsyncDisposable {
  readonly path: string;
  readonly #lock: DirectoryLock | undefined;

  private constructor(path: string, lock: DirectoryLock | undefined) {
    this.path = path;
    this.#lock = lock;
  }

  /** @throws {Error} in one clear line: there is none, or a process uses it. */
  static async open(directory: string): Promise<ExistingStore> {
    const path = await findStore(directory);
    try {
      return new ExistingStore(path, await DirectoryLock.acquire(path));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined || !MAY_NOT_WRITE.includes(code)) throw error;
    }
    const owner = await askOwner(path, {}, new AbortController().signal);
    if (owner === undefined) return new ExistingStore(path, undefined);
    throw new Error(`The data directory ${path} is in use by another process`);
  }

  get file(): string {
    return join(this.path, DATA_FILE);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lock?.release();
  }
}

const MAY_NOT_WRITE = ['EACCES', 'EPERM', 'EROFS'];
