import type { Outbox, StoredPublication } from '../outbox.js';

/**
 * What stands in an outbox file. All numbers are big-endian.
 *
 *     file      "MAGPIEOUTBOX" 00 00 00 01, then frames
 *     frame     length of its records (4), CRC-32 of them (4), records: what one flush wrote
 *     record    kind (1), then
 *        1 put        sequence (8, float), flags (1: QoS, 4 retain, 8 released),
 *                     length of topic (2), of payload (4), topic, payload
 *        2 release    sequence (8)        3 remove           sequence (8)
 *        4 received   identifier (2)      5 not received     identifier (2)
 */
export const FILE_HEADER = Buffer.from('MAGPIEOUTBOX\0\0\0\x01', 'latin1');
export const FRAME_HEADER_BYTES = 8;

const PUT = 1;
const RELEASE = 2;
const REMOVE = 3;
const RECEIVED = 4;
const NOT_RECEIVED = 5;
const RETAIN = 4;
const RELEASED = 8;
const PUT_BYTES = 16;

/** What can be written: the writes of an outbox. */
export type OutboxWrites = Pick<
  Outbox,
  'put' | 'release' | 'remove' | 'addReceived' | 'deleteReceived'
>;

/** Turns writes into records, one after the other. */
export class RecordWriter implements OutboxWrites {
  readonly #parts: Uint8Array[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** The records since the last call; payloads are not copied. */
  take(): Uint8Array[] {
    this.#bytes = 0;
    return this.#parts.splice(0);
  }

  put({ sequence, topic, payload, qos, retain, released }: StoredPublication): void {
    const name = Buffer.from(topic);
    const head = Buffer.alloc(PUT_BYTES);
    head[0] = PUT;
    head.writeDoubleBE(sequence, 1);
    head[9] = qos | (retain ? RETAIN : 0) | (released ? RELEASED : 0);
    head.writeUInt16BE(name.length, 10);
    head.writeUInt32BE(payload.length, 12);
    this.#add(head);
    this.#add(name);
    this.#add(payload);
  }

  release(sequence: number): void {
    this.#addSequence(RELEASE, sequence);
  }

  remove(sequence: number): void {
    this.#addSequence(REMOVE, sequence);
  }

  addReceived(packetId: number): void {
    this.#addIdentifier(RECEIVED, packetId);
  }

  deleteReceived(packetId: number): void {
    this.#addIdentifier(NOT_RECEIVED, packetId);
  }

  #addSequence(kind: number, sequence: number): void {
    const record = Buffer.alloc(9);
    record[0] = kind;
    record.writeDoubleBE(sequence, 1);
    this.#add(record);
  }

  #addIdentifier(kind: number, packetId: number): void {
    const record = Buffer.alloc(3);
    record[0] = kind;
    record.writeUInt16BE(packetId, 1);
    this.#add(record);
  }

  #add(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#bytes += bytes.length;
  }
}

/**
 * Does again, in order, what the records of a frame say. Payloads are copied.
 *
 * @throws {RangeError} if they are none: their checksum was right, so another version wrote them.
 */
export function replayRecords(records: Buffer, target: OutboxWrites): void {
  let at = 0;
  while (at < records.length) {
    switch (records[at++]) {
      case PUT: {
        const flags = records.readUInt8(at + 8);
        const topicEnd = at + PUT_BYTES - 1 + records.readUInt16BE(at + 9);
        const end = topicEnd + records.readUInt32BE(at + 11);
        if (end > records.length) throw new RangeError('A record is cut off');
        target.put({
          sequence: records.readDoubleBE(at),
          topic: records.toString('utf8', at + PUT_BYTES - 1, topicEnd),
          payload: new Uint8Array(records.subarray(topicEnd, end)),
          qos: (flags & 3) === 2 ? 2 : 1,
          retain: (flags & RETAIN) !== 0,
          released: (flags & RELEASED) !== 0,
        });
        at = end;
        break;
      }
      case RELEASE:
        target.release(records.readDoubleBE(at));
        at += 8;
        break;
      case REMOVE:
        target.remove(records.readDoubleBE(at));
        at += 8;
        break;
      case RECEIVED:
        target.addReceived(records.readUInt16BE(at));
        at += 2;
        break;
      case NOT_RECEIVED:
        target.deleteReceived(records.readUInt16BE(at));
        at += 2;
        break;
      default:
        throw new RangeError(`A record has the unknown kind ${records[at - 1]}`);
    }
  }
}
