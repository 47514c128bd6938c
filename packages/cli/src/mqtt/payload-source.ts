import { open, readFile } from 'node:fs/promises';
import { UsageError } from './usage-error.js';

/** Bytes as they come from stdin. */
export type ByteSource = AsyncIterable<Uint8Array>;

/** Lines without their `\n`, as many at a time as a chunk had. The last one needs no `\n`. */
export async function* linesOf(source: ByteSource): AsyncGenerator<Uint8Array[]> {
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  for await (const chunk of source) {
    const lines: Uint8Array[] = [];
    let from = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, from)) {
      const line = chunk.subarray(from, end);
      lines.push(rest.length === 0 ? line : Buffer.concat([...rest, line]));
      rest = [];
      restBytes = 0;
      from = end + 1;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
    restBytes += chunk.length - from;
    if (restBytes > PAYLOAD_BYTES_MAX) {
      throw new UsageError(`A line has more than ${PAYLOAD_BYTES_MAX} bytes: MQTT cannot hold it`);
    }
    yield lines;
  }
  if (rest.length > 0) yield [Buffer.concat(rest)];
}

/** All of a source as one payload. @throws {UsageError} if it is more than MQTT can hold. */
export async function wholeOf(source: ByteSource): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > PAYLOAD_BYTES_MAX) throw tooLarge('Standard input');
  }
  return Buffer.concat(chunks);
}

/** A file as one payload. @throws {UsageError} if it cannot be read or MQTT cannot hold it. */
export async function fileOf(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    if (size > PAYLOAD_BYTES_MAX) throw tooLarge(path);
    return await readFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UsageError(`--file cannot be read: ${path} (${code})`);
  }
}

function tooLarge(what: string): UsageError {
  return new UsageError(`${what} has more than ${PAYLOAD_BYTES_MAX} bytes: MQTT cannot hold it`);
}

const LF = 0x0a;
/** Largest remaining length of a packet (MQTT 3.1.1, 2.2.3), less the longest topic. */
const PAYLOAD_BYTES_MAX = 268_435_455 - 65_539;
