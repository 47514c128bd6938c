import { type FileHandle, open } from 'node:fs/promises';
import { CommandFailure } from '../mqtt/command-failure.js';
import { UsageError } from '../mqtt/usage-error.js';
import {
  BLOCK_HEADER_BYTES,
  BLOCK_MARK,
  type BlockHeader,
  readBlock,
  readBlockHeader,
} from './block-codec.js';
import type { RecordedMessage } from './recorded-message.js';
import { checkRecordingHeader, RECORDING_HEADER_BYTES } from './recording-header.js';

/** What stands at a place of a recording, from byte `from` up to `to`. */
export type RecordingPart = { readonly from: number; readonly to: number } & (
  | {
      readonly type: 'block';
      readonly compressed: boolean;
      readonly messages: readonly RecordedMessage[];
    }
  /** Bytes that are no whole block, with blocks behind them or of full length. */
  | { readonly type: 'damage' }
  /** The end of the file, which was not written to its end. */
  | { readonly type: 'torn' }
);

/**
 * Reads a recording from its beginning to the end that it has now, a block at a time. What is
 * damaged is passed over and told: every block that is whole comes.
 *
 * @throws {UsageError} if it cannot be opened.
 * @throws {CommandFailure} if it is no recording.
 */
export async function* readRecording(path: string): AsyncGenerator<RecordingPart> {
  await using file = await openRecording(path);
  yield* partsOf(file, path);
}

/** Looks whether it can be read and is a recording. @throws as {@link readRecording}. */
export async function checkRecording(path: string): Promise<void> {
  await using file = await openRecording(path);
  await checkHeader(file, path);
}

/** The same as {@link readRecording} of a file that is open. */
export async function* partsOf(file: FileHandle, path: string): AsyncGenerator<RecordingPart> {
  const { size } = await file.stat();
  await checkHeader(file, path);
  for (let at = RECORDING_HEADER_BYTES; at < size; ) {
    const header = readBlockHeader(await bytesAt(file, at, BLOCK_HEADER_BYTES));
    const part = await partAt(file, { at, size, header });
    yield part;
    at = part.to;
  }
}

async function openRecording(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

async function checkHeader(file: FileHandle, path: string): Promise<void> {
  const problem = checkRecordingHeader(await bytesAt(file, 0, RECORDING_HEADER_BYTES));
  if (problem !== undefined) throw new CommandFailure(`${path} is no recording: ${problem}`);
}

interface Place {
  readonly at: number;
  /** Of the file. */
  readonly size: number;
  readonly header: BlockHeader | undefined;
}

async function partAt(file: FileHandle, place: Place): Promise<RecordingPart> {
  const { at, size, header } = place;
  if (header === undefined) return gap(file, place);
  const to = at + BLOCK_HEADER_BYTES + header.bodyBytes;
  if (to > size) return gap(file, place);
  const body = await bytesAt(file, at + BLOCK_HEADER_BYTES, header.bodyBytes);
  const messages = await readBlock(header, body);
  if (messages !== undefined) {
    return { type: 'block', from: at, to, compressed: header.compressed, messages };
  }
  // Bytes may have been lost from the middle of it, and what stands behind it begins earlier.
  const next = to === size || readBlockHeader(await bytesAt(file, to, BLOCK_HEADER_BYTES));
  return next === undefined ? gap(file, place) : { type: 'damage', from: at, to };
}

/** From a place where no whole block is up to the next one. */
async function gap(file: FileHandle, { at, size }: Place): Promise<RecordingPart> {
  const next = await nextBlock(file, at + 1, size);
  return next === undefined
    ? { type: 'torn', from: at, to: size }
    : { type: 'damage', from: at, to: next };
}

async function nextBlock(
  file: FileHandle,
  from: number,
  size: number,
): Promise<number | undefined> {
  // Chunks overlap by a header less one byte: one of them has it whole.
  for (let start = from; start < size; start += SCAN_BYTES) {
    const chunk = await bytesAt(file, start, SCAN_BYTES + BLOCK_HEADER_BYTES - 1);
    for (let at = chunk.indexOf(BLOCK_MARK); at >= 0; at = chunk.indexOf(BLOCK_MARK, at + 1)) {
      const header = readBlockHeader(chunk.subarray(at, at + BLOCK_HEADER_BYTES));
      if (header !== undefined) return start + at;
    }
  }
  return undefined;
}

/** As many of them as the file has. */
async function bytesAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, at + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

const SCAN_BYTES = 65_536;
