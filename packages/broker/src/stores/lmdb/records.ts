import { isQoS, type QoS } from '@magpie/protocol';
import { Message } from '../../model/message.js';
import type { SessionOwner } from '../../model/principal.js';
import type { StoredReplay, StoredRetained, StoredTime, StoredWill } from '../store.js';
import type { RecordReader } from './record-reader.js';
import type { WriteBatch } from './write-batch.js';

/**
 * Values of the tables. Numbers are as short as they are, see numbers.ts; a text is its length in
 * bytes and its UTF-8.
 *
 *     session       client · user name given 1 · user name, both only if the owner is known
 *     message       qos and retain 1 · topic · publisher · recipients · { … } · payload
 *     recipient     session · sequence · qos and retained 1
 *     retained      qos, retain and 8 1 · change · topic · publisher · payload
 *     progress      next sequence · cursor · { distance to the gap · length of the gap }
 *     subscription  qos 1 · filter
 *     replay        qos 1 · filter · after · as of · next sequence · end of sequence
 *     will          user name given 1 · user name · address · client · message without recipients
 *     time          time of the broker · time of the machine
 */

/** What does not change while a session lasts, but for an owner that becomes known. */
export interface SessionRecord {
  readonly clientId: string;
  readonly owner: SessionOwner | undefined;
}

export function writeSession(out: WriteBatch, { clientId, owner }: SessionRecord): void {
  out.text(clientId);
  if (owner !== undefined) writeUsername(out, owner.username);
}

/** @throws {RangeError} if it is not such a record. */
export function readSession(record: RecordReader): SessionRecord {
  const clientId = record.text();
  const owner = record.atEnd ? undefined : { username: readUsername(record) };
  record.expectEnd();
  return { clientId, owner };
}

/** A recipient, its session known by the number that the store gave it. */
export interface RecipientRecord {
  readonly session: number;
  readonly sequence: number;
  readonly qos: 1 | 2;
  readonly retained: boolean;
}

export interface MessageHead {
  /** `Message.bytes`. */
  readonly bytes: number;
  readonly recipients: readonly RecipientRecord[];
}

export function writeMessage(
  out: WriteBatch,
  message: Message,
  recipients: readonly RecipientRecord[],
): void {
  out.uint8(message.qos | (message.retain ? RETAIN : 0));
  out.text(message.topic);
  out.text(message.publisher);
  out.varint(recipients.length);
  for (const { session, sequence, qos, retained } of recipients) {
    out.varint(session);
    out.varint(sequence);
    out.uint8(qos | (retained ? RETAIN : 0));
  }
  out.raw(message.payload);
}

/**
 * Reads a message without taking it out: how much it counts, and who gets it.
 *
 * @throws {RangeError} if it is not such a record.
 */
export function readMessageHead(record: RecordReader): MessageHead {
  qosOf(record.uint8());
  const topicLength = record.textLength();
  record.textLength();
  const recipients: RecipientRecord[] = [];
  for (let left = record.varint(); left > 0; left--) recipients.push(readRecipient(record));
  return { bytes: topicLength + record.restLength(), recipients };
}

/**
 * The payload stays where it is: the message holds on to the memory of the record.
 *
 * @throws {RangeError} if it is not such a record.
 */
export function readMessage(record: RecordReader): Message {
  const flags = record.uint8();
  const qos = qosOf(flags);
  const topic = record.text();
  const publisher = record.text();
  for (let left = record.varint(); left > 0; left--) readRecipient(record);
  const retain = (flags & RETAIN) !== 0;
  return restOf(record, { topic, qos, retain, publisher });
}

export function writeRetained(out: WriteBatch, { message, change }: StoredRetained): void {
  out.uint8(message.qos | (message.retain ? RETAIN : 0) | NUMBERED);
  out.varint(change);
  out.text(message.topic);
  out.text(message.publisher);
  out.raw(message.payload);
}

/**
 * The payload stays where it is: the message holds on to the memory of the record.
 *
 * @throws {RangeError} if it is not such a record.
 */
export function readRetained(record: RecordReader): StoredRetained {
  const flags = record.uint8();
  if ((flags & NUMBERED) === 0) throw new RangeError('it has no number');
  const qos = qosOf(flags & ~NUMBERED);
  const change = record.varint();
  const topic = record.text();
  const publisher = record.text();
  const retain = (flags & RETAIN) !== 0;
  return { message: restOf(record, { topic, qos, retain, publisher }), change };
}

/** What is written of the progress of a session. */
export interface ProgressRecord {
  readonly nextSequence: number;
  /** Everything below is settled. */
  readonly cursor: number;
  /**
   * What is settled and not below: `[first, behind the last, first, …]`, ascending. Anything from
   * the last gap on is not settled.
   */
  readonly gaps: readonly number[];
}

export function writeProgress(
  out: WriteBatch,
  { nextSequence, cursor, gaps }: ProgressRecord,
): void {
  out.varint(nextSequence);
  out.varint(cursor);
  let last = cursor;
  for (const edge of gaps) {
    out.varint(edge - last);
    last = edge;
  }
}

/** @throws {RangeError} if it is not such a record. */
export function readProgress(record: RecordReader): ProgressRecord {
  const nextSequence = record.varint();
  const cursor = record.varint();
  const gaps: number[] = [];
  let last = cursor;
  while (!record.atEnd) {
    const first = last + record.varint();
    last = first + record.varint();
    gaps.push(first, last);
  }
  return { nextSequence, cursor, gaps };
}

export function writeSubscription(out: WriteBatch, filter: string, qos: QoS): void {
  out.uint8(qos);
  out.text(filter);
}

/** @throws {RangeError} if it is not such a record. */
export function readSubscription(record: RecordReader): { filter: string; qos: QoS } {
  const qos = qosOf(record.uint8());
  const filter = record.text();
  record.expectEnd();
  return { filter, qos };
}

/** Whether it is a retained message with the number of its change: before format 2 it has none. */
export function isNumbered(value: Uint8Array): boolean {
  return ((value[0] ?? 0) & NUMBERED) !== 0;
}

/** Its number is the key. */
export type WillRecord = Omit<StoredWill, 'number'>;

export function writeReplay(out: WriteBatch, replay: StoredReplay): void {
  out.uint8(replay.qos);
  out.text(replay.filter);
  for (const number of [replay.after, replay.asOf, replay.nextSequence, replay.endSequence]) {
    out.varint(number);
  }
}

/** @throws {RangeError} if it is not such a record. */
export function readReplay(record: RecordReader): StoredReplay {
  const qos = qosOf(record.uint8());
  const filter = record.text();
  const [after, asOf] = [record.varint(), record.varint()];
  const [nextSequence, endSequence] = [record.varint(), record.varint()];
  record.expectEnd();
  return { filter, qos, after, asOf, nextSequence, endSequence };
}

export function writeWill(out: WriteBatch, { principal, message }: WillRecord): void {
  const { clientId, username, address } = principal;
  writeUsername(out, username);
  out.text(address);
  out.text(clientId);
  writeMessage(out, message, []);
}

/** @throws {RangeError} if it is not such a record. */
export function readWill(record: RecordReader): WillRecord {
  const username = readUsername(record);
  const address = record.text();
  const clientId = record.text();
  return { principal: { clientId, username, address }, message: readMessage(record) };
}

export function writeTime(out: WriteBatch, { brokerMs, wallMs }: StoredTime): void {
  out.varint(brokerMs);
  out.varint(wallMs);
}

/** @throws {RangeError} if it is not such a record. */
export function readTime(record: RecordReader): StoredTime {
  const time = { brokerMs: record.varint(), wallMs: record.varint() };
  record.expectEnd();
  return time;
}

function writeUsername(out: WriteBatch, username: string | undefined): void {
  out.uint8(username === undefined ? 0 : 1);
  out.text(username ?? '');
}

function readUsername(record: RecordReader): string | undefined {
  const named = record.uint8();
  if (named > 1) throw new RangeError(`its mark for a user name is ${named}`);
  const name = record.text();
  return named === 1 ? name : undefined;
}

/** The message whose payload is what is left. */
function restOf(
  record: RecordReader,
  fields: { topic: string; qos: QoS; retain: boolean; publisher: string },
): Message {
  const { source, position } = record;
  return Message.within(source, position, position + record.restLength(), fields);
}

function readRecipient(record: RecordReader): RecipientRecord {
  const session = record.varint();
  const sequence = record.varint();
  const flags = record.uint8();
  const qos = qosOf(flags);
  if (qos === 0) throw new RangeError('a recipient has QoS 0');
  return { session, sequence, qos, retained: (flags & RETAIN) !== 0 };
}

function qosOf(flags: number): QoS {
  const qos = flags & 3;
  if ((flags & ~(RETAIN | 3)) !== 0 || !isQoS(qos)) {
    throw new RangeError(`its flags are ${flags}`);
  }
  return qos;
}

const RETAIN = 4;
const NUMBERED = 8;
