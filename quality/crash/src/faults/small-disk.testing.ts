import { execFile } from 'node:child_process';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A file system of 16 MiB in memory, which a test can fill. */
export class SmallDisk {
  readonly #ballast: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#ballast = join(folder, 'ballast');
  }

  /** @returns `undefined` where this process may not mount any: that takes root, and often more. */
  static async mount(t: TestContext, folder: string): Promise<SmallDisk | undefined> {
    try {
      await run('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'magpie-faults', folder]);
    } catch (error) {
      t.diagnostic(`no file system of its own: ${error instanceof Error ? error.message : ''}`);
      return undefined;
    }
    return new SmallDisk(folder);
  }

  /** Takes it from its folder again, if one is mounted there. */
  static async unmount(folder: string): Promise<void> {
    await run('umount', ['--lazy', folder]).catch(() => {});
  }

  async fill(): Promise<void> {
    const { bavail, bsize } = await statfs(this.#folder);
    await writeFile(this.#ballast, new Uint8Array(bavail * bsize));
  }

  async empty(): Promise<void> {
    await rm(this.#ballast);
  }
}
