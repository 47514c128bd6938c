import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { makeDirectory, markAsStore } from './data-directory.js';
import { DATA_FILE } from './lmdb-environment.js';
import { syncDirectory, syncFile } from './sync-file.js';

/**
 * A data directory that appears under its name when it is complete, and not before. Until then it
 * grows beside that name: `backup` as `backup.unfinished-01ab…`.
 */
export class NewDirectory {
  readonly #target: string;
  /** Where to make the store. */
  readonly path: string;

  private constructor(target: string, path: string) {
    this.#target = target;
    this.path = path;
  }

  /** @throws {Error} in one clear line if there is something at `target` but an empty directory. */
  static async begin(target: string): Promise<NewDirectory> {
    const path = resolve(target);
    try {
      await expectNothing(path);
      await makeDirectory(dirname(path));
      const suffix = `.unfinished-${randomBytes(4).toString('hex')}`;
      const unfinished = join(dirname(path), `${basename(path)}${suffix}`);
      await mkdir(unfinished, { mode: 0o700 });
      return new NewDirectory(path, unfinished);
    } catch (error) {
      if (!(error instanceof Error) || !('syscall' in error)) throw error;
      throw new Error(`Cannot make the directory ${path}: ${error.message}`, { cause: error });
    }
  }

  /**
   * The store in it is closed: brings all of it to the disk and gives it its name.
   *
   * @throws {Error} what the system says.
   */
  async complete(): Promise<void> {
    await rm(join(this.path, LOCK_FILE), { force: true });
    await syncFile(join(this.path, DATA_FILE));
    await markAsStore(this.path);
    await rmdir(this.#target).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    });
    await rename(this.path, this.#target);
    await syncDirectory(dirname(this.#target));
  }

  async discard(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

async function expectNothing(path: string): Promise<void> {
  const names = await readdir(path).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR') throw new Error(`There is something at ${path} that is no directory`);
    throw error;
  });
  if (names.length === 0) return;
  throw new Error(
    `The directory ${path} is not empty: name one that is not there yet, or an empty one`,
  );
}

const LOCK_FILE = 'lock.mdb';
