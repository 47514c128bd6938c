import { rm } from 'node:fs/promises';
import { CommandFailure } from '../mqtt/command-failure.js';
import { diskFailure } from '../mqtt/disk-failure.js';
import { UsageError } from '../mqtt/usage-error.js';
import type { RecordedMessage } from './recorded-message.js';
import { nextInSeries, seriesBegunAtMs, seriesFiles } from './recording-series.js';
import { RecordingWriter, type WriterOptions } from './recording-writer.js';

/** When a new file is begun, and how many there are. */
export interface Rotation {
  /** Before a file has more bytes. A block that is larger has a file for itself. */
  readonly bytesMax: number;
  /** With the first block that is written so long after the first one of a file, in ms. */
  readonly ageMsMax: number;
  /** Files that are kept, with the one that is written; the oldest go first. */
  readonly filesMax: number;
}

export interface RotatingOptions extends WriterOptions {
  readonly rotation: Rotation;
  /** Goes on in the last file that is there. */
  readonly append: boolean;
  /** A file that should go could not be removed, in words. */
  readonly onKept: (why: string) => void;
}

/**
 * Writes a recording as files one behind the other, named as {@link nextInSeries} says.
 *
 * A new file is there with its header, on the disk, before the one before it is closed, and only
 * then is the oldest removed: whatever ends the process, each file is a whole recording, and all
 * that was written is in one of them.
 */
export class RotatingWriter implements AsyncDisposable {
  readonly #name: string;
  readonly #options: RotatingOptions;
  #path: string;
  #current: RecordingWriter;
  /** The first block; on the clock of `performance`, for the other one may be set. */
  #begunAtMs: number;
  /** That were written to. */
  files = 1;

  private constructor(
    name: string,
    options: RotatingOptions,
    { path, writer, ageMs }: { path: string; writer: RecordingWriter; ageMs: number },
  ) {
    this.#name = name;
    this.#options = options;
    this.#path = path;
    this.#current = writer;
    this.#begunAtMs = performance.now() - ageMs;
  }

  /**
   * @param name Of the recording; each file has its time and number behind it.
   * @throws {UsageError} if the file cannot be made or opened.
   * @throws {CommandFailure} if it cannot be written, or the last one is no recording.
   */
  static async open(name: string, options: RotatingOptions): Promise<RotatingWriter> {
    const last = (await filesOf(name)).at(-1);
    const opened =
      options.append && last !== undefined
        ? {
            path: last,
            writer: await RecordingWriter.append(last, options),
            ageMs: Math.max(0, Date.now() - seriesBegunAtMs(last)),
          }
        : { ...(await begun(name, last, options)), ageMs: 0 };
    const writer = new RotatingWriter(name, options, opened);
    await writer.#removeOldest();
    return writer;
  }

  /** The file that is written. */
  get path(): string {
    return this.#path;
  }

  /** Bytes at the end of the last file that were no whole block and were cut off. */
  get cutBytes(): number {
    return this.#current.cutBytes;
  }

  /** How large the file that is written will be at most. */
  get bytes(): number {
    return this.#current.bytes;
  }

  /** Bytes of messages that were added and not written. */
  get pending(): number {
    return this.#current.pending;
  }

  /** Takes a message into the next block. Its payload must not be changed. */
  add(message: RecordedMessage): void {
    this.#current.add(message);
  }

  /**
   * Writes what was added as a block, to a new file if it is time for one. Not to be called again
   * before it is done.
   *
   * @throws {CommandFailure} if it cannot be written. Files that were written before stay whole.
   */
  async write(): Promise<void> {
    const { bytesMax, ageMsMax } = this.#options.rotation;
    if (this.#current.pending === 0) return;
    const nowMs = performance.now();
    if (!this.#current.hasBlocks) this.#begunAtMs = nowMs;
    else if (this.#current.bytes > bytesMax || nowMs - this.#begunAtMs >= ageMsMax) {
      await this.#rotate();
    }
    await this.#current.write();
  }

  /** As {@link RecordingWriter.sync}; files that were written before are synced when they end. */
  sync(): Promise<void> {
    return this.#current.sync();
  }

  /** Takes the file away if this has made it and no message is in it. */
  async discard(): Promise<void> {
    await this.#current.discard();
  }

  /** Closes the file. What was added and not written is lost. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#current[Symbol.asyncDispose]();
  }

  async #rotate(): Promise<void> {
    const { path, writer } = await this.#next();
    const last = this.#current;
    last.passOn(writer);
    this.#current = writer;
    this.#path = path;
    this.#begunAtMs = performance.now();
    this.files++;
    try {
      await last.sync();
    } finally {
      await last[Symbol.asyncDispose]();
    }
    await this.#removeOldest();
  }

  async #next(): Promise<Begun> {
    try {
      return await begun(this.#name, this.#path, this.#options);
    } catch (error) {
      // While it runs, that is no fault of whoever has typed the command.
      if (!(error instanceof UsageError)) throw error;
      const why = diskFailure(String(error.cause));
      throw new CommandFailure(`Recording to ${this.#name} ends: ${why}`, { cause: error.cause });
    }
  }

  async #removeOldest(): Promise<void> {
    const { rotation, onKept } = this.#options;
    if (rotation.filesMax === Infinity) return;
    const files = await filesOf(this.#name);
    for (const path of files.slice(0, Math.max(0, files.length - rotation.filesMax))) {
      try {
        if (path !== this.#path) await rm(path, { force: true });
      } catch (error) {
        onKept(`${path} cannot be removed (${(error as NodeJS.ErrnoException).code})`);
      }
    }
  }
}

interface Begun {
  readonly path: string;
  readonly writer: RecordingWriter;
}

async function begun(
  name: string,
  last: string | undefined,
  options: WriterOptions,
): Promise<Begun> {
  const path = nextInSeries(name, last, Date.now());
  return { path, writer: await RecordingWriter.begin(path, `${name}.part`, options) };
}

async function filesOf(name: string): Promise<string[]> {
  try {
    return await seriesFiles(name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`${name} cannot be opened for writing (${code})`, { cause: code });
  }
}
