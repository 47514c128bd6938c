import type { QoS } from '@magpie/protocol';
import { Message } from '../../model/message.js';

/**
 * Values of the databases. All numbers big endian; a text is its length in 4 bytes and its UTF-8.
 *
 *     message       qos and retain 1 · topic · publisher · recipients 4 · { … } · payload
 *     recipient     session 8 · sequence 8 · qos and retained 1
 *     progress      next sequence 8 · cursor 8 · { sequence settled out of order 8 }
 *     subscription  qos 1 · filter
 */

/** A recipient, its session known by the number that the store gave it. */
export interface RecipientRecord {
  readonly session: number;
  readonly sequence: number;
  readonly qos: 1 | 2;
  readonly retained: boolean;
}

export interface MessageRecord {
  readonly message: Message;
  readonly recipients: readonly RecipientRecord[];
}

export function encodeMessage(message: Message, recipients: readonly RecipientRecord[]): Buffer {
  const topic = Buffer.from(message.topic);
  const publisher = Buffer.from(message.publisher);
  const head = 1 + 4 + topic.length + 4 + publisher.length + 4;
  const bytes = Buffer.allocUnsafe(
    head + recipients.length * RECIPIENT_BYTES + message.payloadLength,
  );
  let at = bytes.writeUInt8(message.qos | (message.retain ? RETAIN : 0), 0);
  at = writeText(bytes, topic, at);
  at = writeText(bytes, publisher, at);
  at = bytes.writeUInt32BE(recipients.length, at);
  for (const { session, sequence, qos, retained } of recipients) {
    at = bytes.writeBigUInt64BE(BigInt(session), at);
    at = bytes.writeBigUInt64BE(BigInt(sequence), at);
    at = bytes.writeUInt8(qos | (retained ? RETAIN : 0), at);
  }
  bytes.set(message.payload, at);
  return bytes;
}

/** @throws {RangeError} if the record ends too early. */
export function decodeMessage(bytes: Buffer): MessageRecord {
  const flags = bytes.readUInt8(0);
  const topic = readText(bytes, 1);
  const publisher = readText(bytes, topic.end);
  const count = bytes.readUInt32BE(publisher.end);
  const recipients: RecipientRecord[] = [];
  let at = publisher.end + 4;
  for (let index = 0; index < count; index++, at += RECIPIENT_BYTES) {
    const how = bytes.readUInt8(at + 16);
    recipients.push({
      session: Number(bytes.readBigUInt64BE(at)),
      sequence: Number(bytes.readBigUInt64BE(at + 8)),
      qos: (how & 3) as 1 | 2,
      retained: (how & RETAIN) !== 0,
    });
  }
  const message = Message.of({
    topic: topic.text,
    payload: new Uint8Array(bytes.subarray(at)),
    qos: (flags & 3) as QoS,
    retain: (flags & RETAIN) !== 0,
    publisher: publisher.text,
  });
  return { message, recipients };
}

/** What is written of the progress of a session. */
export interface ProgressRecord {
  readonly nextSequence: number;
  /** Everything below is settled. */
  readonly cursor: number;
  /** Settled, and not below. */
  readonly outOfOrder: Iterable<number>;
}

export function encodeProgress({ nextSequence, cursor, outOfOrder }: ProgressRecord): Buffer {
  const numbers = [nextSequence, cursor, ...outOfOrder];
  const bytes = Buffer.allocUnsafe(numbers.length * 8);
  numbers.forEach((number, index) => bytes.writeBigUInt64BE(BigInt(number), index * 8));
  return bytes;
}

export function decodeProgress(bytes: Buffer): ProgressRecord & { outOfOrder: Set<number> } {
  const outOfOrder = new Set<number>();
  for (let at = 16; at < bytes.length; at += 8) outOfOrder.add(Number(bytes.readBigUInt64BE(at)));
  const nextSequence = Number(bytes.readBigUInt64BE(0));
  return { nextSequence, cursor: Number(bytes.readBigUInt64BE(8)), outOfOrder };
}

export function encodeSubscription(filter: string, qos: QoS): Buffer {
  return Buffer.concat([Buffer.of(qos), Buffer.from(filter)]);
}

export function decodeSubscription(bytes: Buffer): { filter: string; qos: QoS } {
  return { qos: bytes.readUInt8(0) as QoS, filter: bytes.toString('utf8', 1) };
}

function writeText(bytes: Buffer, text: Buffer, at: number): number {
  const start = bytes.writeUInt32BE(text.length, at);
  bytes.set(text, start);
  return start + text.length;
}

function readText(bytes: Buffer, at: number): { text: string; end: number } {
  const start = at + 4;
  const end = start + bytes.readUInt32BE(at);
  if (end > bytes.length)
    throw new RangeError(`A text of the record ends at ${end} of ${bytes.length}`);
  return { text: bytes.toString('utf8', start, end), end };
}

const RECIPIENT_BYTES = 17;
const RETAIN = 4;
