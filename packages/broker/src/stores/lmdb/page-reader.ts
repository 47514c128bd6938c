import type { Message } from '../../model/message.js';
import { BatchReader } from './batch-reader.js';
import { damage } from './damage.js';
import type { Engine, Fetched } from './engine.js';
import { FetchedPage } from './fetched-page.js';
import { numberKey } from './keys.js';
import { NUMBER_BYTES } from './numbers.js';
import { RecordReader } from './record-reader.js';
import { arrivalIn, type PendingMessages, type SessionProgress } from './session-progress.js';
import type { UnwrittenMessages } from './unwritten-messages.js';
import { CHECKSUM_BYTES, HEAD_BYTES } from './write-batch.js';

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
  ): Promise<FetchedPage> {
    const pending = session.from(from, messagesMax);
    const { onDisk, inMemory } = this.#divide(pending);
    if (onDisk.length === 0) return this.#page(session, pending, inMemory, NOTHING, bytesMax);
    const roomBytes = bytesMax + messagesMax * BESIDE_BYTES;
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
  ): FetchedPage {
    const records = new FetchedRecords(fetched);
    const page = new FetchedPage(fetched.bytes, this.#record);
    let bytes = 0;
    for (let at = 0; at < sequences.length; at++) {
      const reference = references[at]!;
      const sequence = sequences[at]!;
      const message = inMemory.get(at);
      if (message === undefined && records.looked === fetched.looked) break;
      if (message === undefined && !records.next(arrivalIn(reference))) {
        // Settled, and removed, while it was read; or it should be there.
        if (session.arrivalOf(sequence) !== arrivalIn(reference)) continue;
        throw damage('messages', numberKey(arrivalIn(reference)), 'it is missing');
      }
      bytes += message?.bytes ?? records.end - records.start;
      if (page.length > 0 && bytes > bytesMax) break;
      if (message !== undefined) page.addMessage(sequence, reference, message);
      else page.addRecord(sequence, reference, records.start, records.end);
    }
    return page;
  }
}

/** The records of a piece, in the order in which they were asked for. */
class FetchedRecords {
  readonly #piece: BatchReader;
  #hasNext: boolean;
  /** How many were asked for. */
  looked = 0;
  /** Where the newest lies in the piece. */
  start = 0;
  end = 0;

  constructor({ bytes, end }: Fetched) {
    this.#piece = new BatchReader(bytes, end);
    this.#hasNext = this.#piece.next();
  }

  /** @returns Whether it was there. */
  next(arrival: number): boolean {
    this.looked++;
    const piece = this.#piece;
    if (!this.#hasNext || piece.keyNumber !== arrival) return false;
    this.start = piece.valueStart;
    this.end = piece.valueEnd;
    this.#hasNext = piece.next();
    return true;
  }
}

const NOTHING: Fetched = { bytes: new Uint8Array(0), end: 0, looked: 0 };
/** What a piece has beside the values of its records. */
const BESIDE_BYTES = HEAD_BYTES + NUMBER_BYTES + CHECKSUM_BYTES;
