import type { Message } from '../../model/message.js';
import type { StoredMessage, StoredPage } from '../store.js';
import { damage } from './damage.js';
import { numberKey } from './keys.js';
import type { RecordReader } from './record-reader.js';
import { readMessage } from './records.js';
import { arrivalIn, qosIn, retainedIn } from './session-progress.js';

/**
 * What was read of the messages of one session. A message is put together when it is asked for: two
 * pages of every client that reads its queue would outlive one collection of garbage after the
 * other (`bench --only durable-drain`).
 */
export class FetchedPage implements StoredPage {
  readonly #source: Uint8Array;
  readonly #record: RecordReader;
  readonly #sequences: number[] = [];
  readonly #references: number[] = [];
  /** Where the records lie in the source; that of a message which was in memory is empty. */
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  /** Those that were in memory, by their index. */
  readonly #messages = new Map<number, Message>();

  /**
   * @param source The records. Messages hold on to it.
   * @param record Used whenever a message is asked for.
   */
  constructor(source: Uint8Array, record: RecordReader) {
    this.#source = source;
    this.#record = record;
  }

  get length(): number {
    return this.#sequences.length;
  }

  /** Adds a message whose record is source[start, end). */
  addRecord(sequence: number, reference: number, start: number, end: number): void {
    this.#sequences.push(sequence);
    this.#references.push(reference);
    this.#starts.push(start);
    this.#ends.push(end);
  }

  addMessage(sequence: number, reference: number, message: Message): void {
    this.#messages.set(this.length, message);
    this.addRecord(sequence, reference, 0, 0);
  }

  /** @throws {Error} naming the record, if it holds no message. */
  at(index: number): StoredMessage | undefined {
    const row = index < 0 ? index + this.length : index;
    const sequence = this.#sequences[row];
    const reference = this.#references[row];
    if (sequence === undefined || reference === undefined) return undefined;
    const message = this.#messages.get(row) ?? this.#read(row, reference);
    return { sequence, qos: qosIn(reference), retained: retainedIn(reference), message };
  }

  *[Symbol.iterator](): Generator<StoredMessage> {
    for (let index = 0; index < this.length; index++) yield this.at(index)!;
  }

  #read(row: number, reference: number): Message {
    try {
      return readMessage(this.#record.reset(this.#source, this.#starts[row], this.#ends[row]));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw damage('messages', numberKey(arrivalIn(reference)), error.message);
    }
  }
}
