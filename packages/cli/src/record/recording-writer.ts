import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandFailure } from '../mqtt/command-failure.js';
import { diskFailure } from '../mqtt/disk-failure.js';
import { UsageError } from '../mqtt/usage-error.js';
import { BLOCK_HEADER_BYTES, sealBlock } from './block-codec.js';
import { BlockBuilder } from './block-builder.js';
import { partsOf } from './read-recording.js';
import type { RecordedMessage } from './recorded-message.js';
import { encodeRecordingHeader, RECORDING_HEADER_BYTES } from './recording-header.js';

/**
 * When what is written is on the disk, not only with the system: before {@link
 * RecordingWriter.write} is done, when {@link RecordingWriter.sync} is called, or when the system
 * likes.
 */
export type SyncMode = 'always' | 'interval' | 'os';

export interface WriterOptions {
  /** Blocks are compressed where that makes them smaller. */
  readonly compress: boolean;
  readonly sync: SyncMode;
}

/**
 * Writes a recording, a block at a time. What {@link write} has written stays readable whatever
 * happens; a block that could not be written whole is cut off again.
 */
export class RecordingWriter implements AsyncDisposable {
  /** Bytes at the end that were no whole block and were cut off by {@link append}. */
  readonly cutBytes: number;
  readonly path: string;
  /** That were written to: this one. */
  readonly files = 1;
  readonly #file: FileHandle;
  readonly #options: WriterOptions;
  /** Nothing was there before. */
  #made = false;
  /** Where the next block goes. */
  #end: number;
  /** Of the block that is being written, at most. */
  #writingBytes = 0;
  #builder = new BlockBuilder();
  /** Whether all blocks are on the disk, as far as that is not left to the system. */
  #isSynced = true;

  private constructor(
    path: string,
    file: FileHandle,
    options: WriterOptions,
    { end, cutBytes }: { end: number; cutBytes: number },
  ) {
    this.path = path;
    this.#file = file;
    this.#options = options;
    this.#end = end;
    this.cutBytes = cutBytes;
  }

  /**
   * Begins a recording.
   *
   * @param overwrite Whether what is there is lost.
   * @throws {UsageError} if the file cannot be made, or is there and must not be overwritten.
   * @throws {CommandFailure} if it cannot be written.
   */
  static async create(
    path: string,
    { overwrite, ...options }: WriterOptions & { readonly overwrite: boolean },
  ): Promise<RecordingWriter> {
    const file = await opened(path, overwrite ? 'w' : 'wx');
    try {
      const writer = await RecordingWriter.#start(path, file, options);
      writer.#made = !overwrite;
      return writer;
    } catch (error) {
      if (!overwrite) await rm(path);
      throw error;
    }
  }

  /**
   * Begins a recording that, whatever happens, is there with its whole header or not at all.
   *
   * @param path Nothing may be there.
   * @param unfinished Its name until then, in the same folder; what is there is lost.
   * @throws {UsageError} if the file cannot be made.
   * @throws {CommandFailure} if it cannot be written.
   */
  static async begin(
    path: string,
    unfinished: string,
    options: WriterOptions,
  ): Promise<RecordingWriter> {
    const file = await opened(unfinished, 'w');
    try {
      const writer = await RecordingWriter.#start(path, file, options, async () => {
        // Also where the disk may be late: a loss of power must not leave a name alone.
        await file.datasync();
        if (await isThere(path)) throw new CommandFailure(`${path} is there: who else writes it?`);
        await rename(unfinished, path);
      });
      writer.#made = true;
      return writer;
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  }

  /**
   * Goes on with a recording, behind its last whole block; begins it if there is none.
   *
   * @throws {UsageError} if the file cannot be opened.
   * @throws {CommandFailure} if it is no recording, or cannot be written.
   */
  static async append(path: string, options: WriterOptions): Promise<RecordingWriter> {
    // 'a+' would make it, but writes at the end only.
    const file = await opened(path, 'r+').catch((error: unknown) => {
      if (error instanceof UsageError && error.cause === 'ENOENT') return opened(path, 'wx');
      throw error;
    });
    try {
      const { size } = await file.stat();
      if (size === 0) return await RecordingWriter.#start(path, file, options);
      let end = RECORDING_HEADER_BYTES;
      for await (const { type, to } of partsOf(file, path)) if (type !== 'torn') end = to;
      const writer = new RecordingWriter(path, file, options, { end, cutBytes: size - end });
      if (size > end) await writer.#writing(() => file.truncate(end));
      return writer;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  static async #start(
    path: string,
    file: FileHandle,
    options: WriterOptions,
    name = async () => {},
  ): Promise<RecordingWriter> {
    const writer = new RecordingWriter(path, file, options, { end: 0, cutBytes: 0 });
    try {
      const header = encodeRecordingHeader(Math.round(Date.now() * 1000));
      await writer.#writing(async () => {
        await writeAll(file, header, 0);
        await name();
        if (options.sync !== 'os') await syncFolder(path);
      });
      writer.#end = header.length;
      return writer;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** How large the file will be at most when what was added is written. */
  get bytes(): number {
    return this.#end + this.#writingBytes + blockBytes(this.#builder);
  }

  /** Bytes of messages that were added and not written. */
  get pending(): number {
    return this.#builder.bytes;
  }

  /** Whether anything is written but the header. */
  get hasBlocks(): boolean {
    return this.#end > RECORDING_HEADER_BYTES;
  }

  /** Takes a message into the next block. Its payload must not be changed. */
  add(message: RecordedMessage): void {
    this.#builder.add(message);
  }

  /**
   * Writes what was added as a block. Not to be called again before it is done.
   *
   * @throws {CommandFailure} if it cannot be written. The file ends behind the block before it.
   */
  async write(): Promise<void> {
    const builder = this.#builder;
    if (builder.messages === 0) return;
    this.#builder = new BlockBuilder();
    this.#writingBytes = blockBytes(builder);
    const pieces = await sealBlock(builder, this.#options.compress);
    await this.#writing(async () => {
      let at = this.#end;
      for (const piece of pieces) at = await writeAll(this.#file, piece, at);
      if (this.#options.sync === 'always') await this.#file.datasync();
      else this.#isSynced = false;
      this.#end = at;
    });
    this.#writingBytes = 0;
  }

  /**
   * Brings what was written to the disk, if that is not left to the system.
   *
   * @throws {CommandFailure} if that fails: nobody knows what of it is there.
   */
  async sync(): Promise<void> {
    if (this.#isSynced || this.#options.sync === 'os') return;
    this.#isSynced = true;
    try {
      await this.#file.datasync();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const why = `what was written may not be on the disk (${code})`;
      throw new CommandFailure(`Recording to ${this.path} ends: ${why}`, { cause: code });
    }
  }

  /** Lets another one, that nothing was added to, write what was added to this. */
  passOn(other: RecordingWriter): void {
    other.#builder = this.#builder;
    this.#builder = new BlockBuilder();
  }

  /** Takes the file away if this has made it and no message is in it. */
  async discard(): Promise<void> {
    if (this.#made && !this.hasBlocks) await rm(this.path);
  }

  /** Closes the file. What was added and not written is lost. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }

  async #writing(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      // If that fails, too, a reader cuts it.
      await this.#file.truncate(this.#end).catch(() => {});
      const why = diskFailure(code);
      throw new CommandFailure(`Recording to ${this.path} ends: ${why}`, { cause: code });
    }
  }
}

function blockBytes({ bytes }: BlockBuilder): number {
  return bytes === 0 ? 0 : BLOCK_HEADER_BYTES + bytes;
}

async function opened(path: string, flags: string): Promise<FileHandle> {
  try {
    return await open(path, flags);
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    const why =
      code === 'EEXIST'
        ? `${path} is there already: give --append, --force or another name`
        : `${path} cannot be opened for writing (${code})`;
    throw new UsageError(why, { cause: code });
  }
}

/** @returns Where the next byte goes. */
async function writeAll(file: FileHandle, bytes: Uint8Array, from: number): Promise<number> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, from + done);
    done += bytesWritten;
  }
  return from + bytes.length;
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** A new name in a folder is on the disk when the folder is. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using folder = await open(dirname(path));
  await folder.sync();
}
