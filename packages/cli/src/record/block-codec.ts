import { type QoS, validateTopicName } from '@magpie/protocol';
import { promisify } from 'node:util';
import { crc32, deflateRaw, inflateRaw } from 'node:zlib';
import { type BlockBuilder, DUP, RETAIN } from './block-builder.js';
import type { RecordedMessage } from './recorded-message.js';
import { VarintReader } from './varint.js';

/**
 * A block of a recording: messages that were written together.
 *
 *     0  4  4d 42 4c 4b: "MBLK"
 *     4  4  bytes of the body, as it stands in the file
 *     8  4  bytes of the body when it is not compressed
 *    12  4  bit 31: compressed with deflate (RFC 1951); else the number of its messages
 *    16  8  time of its first message, in µs since 1970
 *    24  4  CRC-32 of the body, as it stands in the file
 *    28  4  CRC-32 of bytes 0 to 27
 *    32     the body
 */
export interface BlockHeader {
  readonly bodyBytes: number;
  readonly plainBytes: number;
  readonly compressed: boolean;
  readonly messages: number;
  readonly startUs: number;
  readonly bodyCrc: number;
}

export const BLOCK_HEADER_BYTES = 32;
export const BLOCK_MARK = Buffer.from('MBLK');

/** A block as bytes for the file. @param compress Only if that makes it smaller. */
export async function sealBlock(builder: BlockBuilder, compress: boolean): Promise<Buffer[]> {
  const plain = builder.body();
  const packed = compress && plain.length >= COMPRESS_BYTES_MIN ? await deflated(plain) : plain;
  const compressed = packed.length < plain.length;
  const body = compressed ? packed : plain;
  const header = Buffer.alloc(BLOCK_HEADER_BYTES);
  BLOCK_MARK.copy(header);
  header.writeUInt32BE(body.length, 4);
  header.writeUInt32BE(plain.length, 8);
  header.writeUInt32BE(builder.messages, 12);
  if (compressed) header[12]! |= COMPRESSED;
  header.writeBigUInt64BE(BigInt(builder.startUs), 16);
  header.writeUInt32BE(crc32(body), 24);
  header.writeUInt32BE(crc32(header.subarray(0, 28)), 28);
  return [header, body];
}

/** `undefined`: no header of a block stands there. */
export function readBlockHeader(bytes: Buffer): BlockHeader | undefined {
  if (bytes.length < BLOCK_HEADER_BYTES || !bytes.subarray(0, 4).equals(BLOCK_MARK))
    return undefined;
  if (crc32(bytes.subarray(0, 28)) !== bytes.readUInt32BE(28)) return undefined;
  const count = bytes.readUInt32BE(12);
  const header = {
    bodyBytes: bytes.readUInt32BE(4),
    plainBytes: bytes.readUInt32BE(8),
    compressed: count >= 2 ** 31,
    messages: count % 2 ** 31,
    startUs: Number(bytes.readBigUInt64BE(16)),
    bodyCrc: bytes.readUInt32BE(24),
  };
  const isPossible = header.startUs <= TIME_US_MAX && header.plainBytes <= PLAIN_BYTES_MAX;
  return isPossible ? header : undefined;
}

/** The messages of a block; `undefined`: its body is damaged. Payloads are views of the body. */
export async function readBlock(
  header: BlockHeader,
  body: Buffer,
): Promise<RecordedMessage[] | undefined> {
  if (crc32(body) !== header.bodyCrc) return undefined;
  const plain = header.compressed ? await inflated(body, header.plainBytes) : body;
  if (plain?.length !== header.plainBytes) return undefined;
  const reader = new VarintReader(plain);
  const topics: string[] = [];
  const messages: RecordedMessage[] = [];
  let atUs = header.startUs;
  while (!reader.done) {
    const message = readRecord(reader, topics, atUs);
    if (message === undefined) return undefined;
    messages.push(message);
    ({ atUs } = message);
  }
  return messages.length === header.messages ? messages : undefined;
}

function readRecord(
  reader: VarintReader,
  topics: string[],
  lastUs: number,
): RecordedMessage | undefined {
  const flags = reader.byte();
  if (flags === undefined || flags > FLAGS_MAX || (flags & QOS) === QOS) return undefined;
  const number = reader.varint();
  if (number === 0) {
    const name = reader.bytes(reader.varint() ?? Infinity);
    if (name === undefined) return undefined;
    const topic = Buffer.from(name).toString();
    if (validateTopicName(topic) !== undefined) return undefined;
    topics.push(topic);
  }
  const topic = number === undefined ? undefined : topics.at(number - 1);
  const delta = reader.varint();
  const payload = reader.bytes(reader.varint() ?? Infinity);
  if (topic === undefined || delta === undefined || payload === undefined) return undefined;
  const atUs = lastUs + delta;
  if (atUs > TIME_US_MAX) return undefined;
  return {
    atUs,
    topic,
    payload,
    qos: (flags & QOS) as QoS,
    retain: (flags & RETAIN) !== 0,
    dup: (flags & DUP) !== 0,
  };
}

async function inflated(body: Buffer, plainBytes: number): Promise<Buffer | undefined> {
  try {
    return await promisify(inflateRaw)(body, { maxOutputLength: Math.max(1, plainBytes) });
  } catch {
    return undefined;
  }
}

const deflated = promisify<Buffer, Buffer>(deflateRaw);
const COMPRESSED = 0b1000_0000;
const QOS = 0b11;
const FLAGS_MAX = 0b1111;
/** More than the largest message, and little enough for memory. */
const PLAIN_BYTES_MAX = 512 * 1024 * 1024;
/** The year 2255. */
const TIME_US_MAX = Number.MAX_SAFE_INTEGER;
/** Less than this is rarely worth it. */
const COMPRESS_BYTES_MIN = 128;
