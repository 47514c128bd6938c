import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { MemoryOutbox } from '../memory-outbox.js';
import type { Outbox, OutboxState, StoredPublication } from '../outbox.js';
import { FileLock } from './file-lock.js';
import { FILE_HEADER, FRAME_HEADER_BYTES, RecordWriter, replayRecords } from './outbox-record.js';

/**
 * An outbox in a file of Node.js: what was flushed survives the end of the process and of the
 * machine.
 *
 * The file is a log: a flush appends one frame and waits for the disk, so only the last frame can
 * be torn. It is written anew when most of it is about what is done.
 */
export class FileOutbox implements Outbox {
  readonly safeAtOnce = false;
  readonly #path: string;
  readonly #lock: FileLock;
  readonly #live: MemoryOutbox;
  readonly #writer = new RecordWriter();
  #file: FileHandle;
  /** End of what is safe. */
  #end: number;
  /** Written and not yet safe: the parts of the next frame. */
  #pending: Uint8Array[] = [];
  #flushing: Promise<void> = Promise.resolve();
  /** Bytes of the file from which it may be worth writing anew. */
  #compactFrom = COMPACT_BYTES_MIN;
  /** A new file has taken its place, and the folder does not know it for sure. */
  #renamed = false;

  private constructor(
    path: string,
    parts: { lock: FileLock; live: MemoryOutbox; file: FileHandle; end: number },
  ) {
    this.#path = path;
    this.#lock = parts.lock;
    this.#live = parts.live;
    this.#file = parts.file;
    this.#end = parts.end;
  }

  /**
   * Opens the file, or makes it. Its folder must be there.
   *
   * @throws {Error} if another process has it open, if it is no outbox or damaged, or what the
   * system says.
   */
  static async open(path: string): Promise<FileOutbox> {
    const lock = await FileLock.acquire(path);
    try {
      const file = await openOrMake(path);
      try {
        const live = new MemoryOutbox();
        const end = await restore(path, file, live);
        return new FileOutbox(path, { lock, live, file, end });
      } catch (error) {
        await file.close();
        throw error;
      }
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  load(): Promise<OutboxState> {
    return this.#live.load();
  }

  put(publication: StoredPublication): void {
    this.#live.put(publication);
    this.#writer.put(publication);
  }

  release(sequence: number): void {
    this.#live.release(sequence);
    this.#writer.release(sequence);
  }

  remove(sequence: number): void {
    this.#live.remove(sequence);
    this.#writer.remove(sequence);
  }

  addReceived(packetId: number): void {
    this.#live.addReceived(packetId);
    this.#writer.addReceived(packetId);
  }

  deleteReceived(packetId: number): void {
    this.#live.deleteReceived(packetId);
    this.#writer.deleteReceived(packetId);
  }

  flush(): Promise<void> {
    const flushed = this.#flushing.then(() => this.#append());
    this.#flushing = flushed.catch(() => {}); // the caller is told; the next one tries again
    return flushed;
  }

  /** Closes the file. What was not flushed is lost. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#flushing;
    await this.#file.close();
    await this.#lock.release();
  }

  async #append(): Promise<void> {
    if (this.#writer.bytes > 0) this.#pending.push(...this.#writer.take());
    if (this.#renamed) await this.#syncRenamed();
    if (this.#pending.length === 0) return;
    const frame = frameOf(this.#pending);
    await this.#file.write(frame, 0, frame.length, this.#end);
    await this.#file.datasync();
    this.#end += frame.length;
    this.#pending = [];
    if (this.#end < this.#compactFrom) return;
    try {
      await this.#compact();
    } catch {
      this.#compactFrom = this.#end * 2; // all is safe in the old file
    }
  }

  /** Writes what is live to a new file, which takes the place of this one in one step. */
  async #compact(): Promise<void> {
    const frame = frameOf(await this.#liveRecords());
    const end = FILE_HEADER.length + frame.length;
    this.#compactFrom = Math.max(COMPACT_BYTES_MIN, end * 2);
    if (this.#end < this.#compactFrom) return;
    const path = `${this.#path}.new`;
    const file = await open(path, 'w+');
    try {
      await file.write(Buffer.concat([FILE_HEADER, frame]));
      await file.sync();
      await rename(path, this.#path);
    } catch (error) {
      await file.close();
      await rm(path, { force: true });
      throw error;
    }
    const old = this.#file;
    this.#file = file;
    this.#end = end;
    this.#renamed = true;
    await old.close();
    await this.#syncRenamed();
  }

  /** Until then a crash of the machine may bring the old file back. */
  async #syncRenamed(): Promise<void> {
    await syncFolder(this.#path);
    this.#renamed = false;
  }

  /** With what was written since the last frame, too; the next one says it again. */
  async #liveRecords(): Promise<Uint8Array[]> {
    const writer = new RecordWriter();
    const { publications, received } = await this.#live.load();
    for (const publication of publications) writer.put(publication);
    for (const packetId of received) writer.addReceived(packetId);
    return writer.take();
  }
}

/** For reading, and for writing anywhere: which appending could not. */
async function openOrMake(path: string): Promise<FileHandle> {
  const made = await open(path, 'a');
  await made.close();
  return open(path, 'r+');
}

function frameOf(parts: readonly Uint8Array[]): Buffer {
  const frame = Buffer.concat([Buffer.alloc(FRAME_HEADER_BYTES), ...parts]);
  const records = frame.subarray(FRAME_HEADER_BYTES);
  frame.writeUInt32BE(records.length, 0);
  frame.writeUInt32BE(crc32(records), 4);
  return frame;
}

/** Reads the file into `live`, and makes one of an empty one. @returns The end of what is whole. */
async function restore(path: string, file: FileHandle, live: MemoryOutbox): Promise<number> {
  const bytes = await file.readFile();
  const header = bytes.subarray(0, FILE_HEADER.length);
  if (!header.equals(FILE_HEADER)) {
    // A crash while it was made leaves a part of the header, and nothing behind it.
    if (!FILE_HEADER.subarray(0, header.length).equals(header)) {
      throw new Error(`${path} is no outbox, or one of another version: name another file`);
    }
    await file.write(FILE_HEADER, 0, FILE_HEADER.length, 0);
    await file.sync();
    await syncFolder(path);
    return FILE_HEADER.length;
  }
  let at = FILE_HEADER.length;
  while (at < bytes.length) {
    const length = at + FRAME_HEADER_BYTES <= bytes.length ? bytes.readUInt32BE(at) : Infinity;
    const end = at + FRAME_HEADER_BYTES + length;
    const records = bytes.subarray(at + FRAME_HEADER_BYTES, end);
    if (end > bytes.length || crc32(records) !== bytes.readUInt32BE(at + 4)) {
      if (end < bytes.length) {
        throw new Error(`${path} is damaged at byte ${at}: restore it, or move it away`);
      }
      await file.truncate(at); // the frame that was being written: nobody was told it is safe
      break;
    }
    replayRecords(records, live);
    at = end;
  }
  return at;
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return; // it cannot open folders, and needs no such thing
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** A smaller file is not worth writing anew. */
const COMPACT_BYTES_MIN = 1_048_576;
