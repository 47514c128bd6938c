import type { Stats } from 'node:fs';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { CommandFailure } from './command-failure.js';
import { diskFailure } from './disk-failure.js';
import { UsageError } from './usage-error.js';

/**
 * A file that gets messages, whole ones only: one that could not be written to its end is cut off
 * again. Those that come while others are written are written together.
 */
export class OutputFile implements AsyncDisposable {
  readonly #path: string;
  readonly #file: FileHandle;
  /** `undefined`: a pipe or a device, of which nothing can be cut off. */
  #end: number | undefined;
  readonly #made: boolean;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** The write that what is added now will be part of. */
  #next: Promise<void> | undefined;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, file: FileHandle, end: number | undefined, made: boolean) {
    this.#path = path;
    this.#file = file;
    this.#end = end;
    this.#made = made;
  }

  /**
   * @param append Whether to go on behind what is there.
   * @param overwrite Whether what is there is lost.
   * @throws {UsageError} if the file cannot be opened for writing, or is there and must be kept as
   * it is. A pipe or a device is always taken.
   */
  static async open(
    path: string,
    { append, overwrite }: { readonly append: boolean; readonly overwrite: boolean },
  ): Promise<OutputFile> {
    try {
      const there = await statIfThere(path);
      if (there === undefined) return new OutputFile(path, await open(path, 'wx'), 0, true);
      if (there.isFile() && !append && !overwrite) {
        throw new UsageError(`${path} is there already: give --append, --force or another name`);
      }
      const file = await open(path, append ? 'a' : 'w');
      const end = there.isFile() ? (append ? there.size : 0) : undefined;
      return new OutputFile(path, file, end, false);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      throw new UsageError(`--output cannot be opened for writing: ${path} (${code})`);
    }
  }

  /** Whether so much waits that nothing should be added before it is written. */
  get isFull(): boolean {
    return this.#waitingBytes >= WAITING_BYTES_MAX;
  }

  /**
   * Adds a message. The bytes must not be changed.
   *
   * @returns A promise that resolves when the system has it, and rejects with a {@link
   * CommandFailure} if it cannot be written; it is the same one for all that are written together.
   */
  add(bytes: Uint8Array): Promise<void> {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#next === undefined) {
      this.#next = this.#writing.then(() => this.#write());
      this.#next.catch(() => {});
    }
    return this.#next;
  }

  /** Resolves when all is written. @throws {CommandFailure} if it cannot be. */
  async finish(): Promise<void> {
    await this.#next;
    await this.#writing;
  }

  /** Takes the file away if this has made it and no message is in it. */
  async discard(): Promise<void> {
    if (this.#made && this.#end === 0) await rm(this.#path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing.catch(() => {});
    await this.#file.close();
  }

  #write(): Promise<void> {
    const messages = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#next = undefined;
    this.#writing = this.#writeAll(messages);
    return this.#writing;
  }

  async #writeAll(messages: readonly Uint8Array[]): Promise<void> {
    const bytes = Buffer.concat(messages);
    let done = 0;
    try {
      while (done < bytes.length) {
        done += (await this.#file.write(bytes, done, bytes.length - done)).bytesWritten;
      }
      if (this.#end !== undefined) this.#end += done;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined || code === 'EPIPE') throw error;
      await this.#cut(wholeBytes(messages, done));
      throw new CommandFailure(`Writing to ${this.#path} ends: ${diskFailure(code)}`);
    }
  }

  /** @param bytes Of the last write that are whole messages. */
  async #cut(bytes: number): Promise<void> {
    if (this.#end === undefined) return;
    this.#end += bytes;
    await this.#file.truncate(this.#end).catch(() => {});
  }
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** How many of the first bytes are whole messages. */
function wholeBytes(messages: readonly Uint8Array[], bytes: number): number {
  let whole = 0;
  for (const { length } of messages) {
    if (whole + length > bytes) break;
    whole += length;
  }
  return whole;
}

const WAITING_BYTES_MAX = 1024 * 1024;
