import type { Message } from '../../model/message.js';
import type { StoredMessage } from '../store.js';
import { BatchReader } from './batch-reader.js';
import { damage } from './damage.js';
import type { Engine, Fetched } from './engine.js';
import { numberKey } from './keys.js';
import { RecordReader } from './record-reader.js';
import { readMessage } from './records.js';
import {
  arrivalIn,
  type PendingMessages,
  qosIn,
  retainedIn,
  type SessionProgress,
} from './session-progress.js';
import type { UnwrittenMessages } from './unwritten-messages.js';

/** Gives back what sessions have pending: from memory what is not on disk, all else from disk. */
export class PageReader {
  readonly #engine: Engine;
  readonly #unwritten: UnwrittenMessages;
  readonly #record = new RecordReader();

  constructor(engine: Engine, unwritten: UnwrittenMessages) {
    this.#engine = engine;
    this.#unwritten = unwritten;
  }

  /**
   * See {@link Store.read}.
   *
   * @throws {Error} naming the record that is damaged, or what the system says.
   */
  async read(
    session: SessionProgress,
    from: number,
    messagesMax: number,
    bytesMax: number,
  ): Promise<StoredMessage[]> {
    const pending = session.from(from, messagesMax);
    const { onDisk, inMemory } = this.#divide(pending);
    if (onDisk.length === 0) return this.#page(session, pending, inMemory, NOTHING, bytesMax);
    const roomBytes = bytesMax + messagesMax * HEAD_BYTES_USUAL;
    const fetched = await this.#engine.fetch('messages', onDisk, roomBytes);
    return this.#page(session, pending, inMemory, fetched, bytesMax);
  }

  /** @returns The arrivals of those on disk; by place, those that are not. */
  #divide({ references }: PendingMessages): {
    onDisk: Float64Array;
    inMemory: ReadonlyMap<number, Message>;
  } {
    const onDisk = new Float64Array(references.length);
    const inMemory = new Map<number, Message>();
    const { lowestArrival } = this.#unwritten;
    for (let at = 0; at < references.length; at++) {
      const arrival = arrivalIn(references[at]!);
      const message = arrival < lowestArrival ? undefined : this.#unwritten.get(arrival);
      if (message === undefined) onDisk[at - inMemory.size] = arrival;
      else inMemory.set(at, message);
    }
    return { onDisk: onDisk.subarray(0, references.length - inMemory.size), inMemory };
  }

  /** Puts both together. Runs per message (`bench --only durable-drain`). */
  #page(
    session: SessionProgress,
    { sequences, references }: PendingMessages,
    inMemory: ReadonlyMap<number, Message>,
    fetched: Fetched,
    bytesMax: number,
  ): StoredMessage[] {
    const records = new FetchedMessages(fetched, this.#record);
    const page: StoredMessage[] = [];
    let bytes = 0;
    for (let at = 0; at < sequences.length; at++) {
      const reference = references[at]!;
      const sequence = sequences[at]!;
      let message = inMemory.get(at);
      if (message === undefined) {
        if (records.looked === fetched.looked) break;
        message = records.next(arrivalIn(reference));
      }
      if (message === undefined) {
        // Settled, and removed, while it was read; or it should be there.
        if (session.arrivalOf(sequence) !== arrivalIn(reference)) continue;
        throw damage('messages', numberKey(arrivalIn(reference)), 'it is missing');
      }
      bytes += message.bytes;
      if (page.length > 0 && bytes > bytesMax) break;
      page.push({
        sequence,
        qos: qosIn(reference),
        retained: retainedIn(reference),
        message,
      });
    }
    return page;
  }
}

/** The messages of a piece, in the order in which they were asked for. */
class FetchedMessages {
  readonly #bytes: Uint8Array;
  readonly #piece: BatchReader;
  readonly #record: RecordReader;
  #hasNext: boolean;
  /** How many were asked for. */
  looked = 0;

  constructor({ bytes, end }: Fetched, record: RecordReader) {
    this.#bytes = bytes;
    this.#piece = new BatchReader(bytes, end);
    this.#record = record;
    this.#hasNext = this.#piece.next();
  }

  /** @returns `undefined` if it was not there. */
  next(arrival: number): Message | undefined {
    this.looked++;
    const piece = this.#piece;
    if (!this.#hasNext || piece.keyNumber !== arrival) return undefined;
    this.#record.reset(this.#bytes, piece.valueStart, piece.valueEnd);
    try {
      return readMessage(this.#record);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw damage('messages', piece.key, error.message);
    } finally {
      this.#hasNext = piece.next();
    }
  }
}

const NOTHING: Fetched = { bytes: new Uint8Array(0), end: 0, looked: 0 };
/** What a record has beside topic and payload, if few sessions get the message. */
const HEAD_BYTES_USUAL = 128;
