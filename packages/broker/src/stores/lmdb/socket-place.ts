import { createHash } from 'node:crypto';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';

/**
 * Where a socket in a directory is reached. The path of a socket may have about 100 bytes, that of
 * a directory 4,096; on Windows a named pipe stands for all of them.
 */
export class SocketPlace {
  readonly #directory: string;
  /** Open on Linux, where it makes paths short. */
  readonly #handle: FileHandle | undefined;

  private constructor(directory: string, handle: FileHandle | undefined) {
    this.#directory = directory;
    this.#handle = handle;
  }

  /** @throws {Error} what the system says. */
  static async open(directory: string): Promise<SocketPlace> {
    const handle = process.platform === 'linux' ? await open(directory) : undefined;
    return new SocketPlace(directory, handle);
  }

  async close(): Promise<void> {
    await this.#handle?.close();
  }

  pathOf(name: string): string {
    if (this.#handle !== undefined) return `/proc/self/fd/${this.#handle.fd}/${name}`;
    const path = join(this.#directory, name);
    const shorter = relative(process.cwd(), path);
    return shorter.length < path.length ? shorter : path;
  }

  async pipe(): Promise<string> {
    const real = await realpath(this.#directory);
    const hash = createHash('sha256').update(real.toLowerCase()).digest('hex');
    return `\\\\.\\pipe\\magpie-${hash}`;
  }
}
