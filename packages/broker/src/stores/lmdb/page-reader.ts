import type { Message } from '../../model/message.js';
import type { StoredMessage } from '../store.js';
import { BatchReader } from './batch-reader.js';
import { damage } from './damage.js';
import type { Engine } from './engine.js';
import { numberKey, numberOfKey } from './keys.js';
import { RecordReader } from './record-reader.js';
import { readMessage } from './records.js';
import type { PendingMessage, SessionProgress } from './session-progress.js';
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
    const wanted = session.from(from, messagesMax);
    const found = new Map<number, Message>();
    // A session may have a message more than once: by itself, and as a member of share groups.
    const arrivalsOnDisk = new Set<number>();
    for (const { arrival } of wanted) {
      const message = this.#unwritten.get(arrival);
      if (message === undefined) arrivalsOnDisk.add(arrival);
      else found.set(arrival, message);
    }
    const onDisk = [...arrivalsOnDisk];
    const looked = await this.#fetch(onDisk, messagesMax, bytesMax, found);
    const firstLeft = looked < onDisk.length ? onDisk[looked] : undefined;
    return pageOf(session, wanted, found, firstLeft, bytesMax);
  }

  /** @returns How many there was room for. */
  async #fetch(
    arrivals: readonly number[],
    messagesMax: number,
    bytesMax: number,
    found: Map<number, Message>,
  ): Promise<number> {
    if (arrivals.length === 0) return 0;
    const roomBytes = bytesMax + messagesMax * HEAD_BYTES_USUAL;
    const { bytes, end, looked } = await this.#engine.fetch('messages', arrivals, roomBytes);
    const piece = new BatchReader(bytes, end);
    while (piece.next()) {
      this.#record.reset(bytes, piece.valueStart, piece.valueEnd);
      try {
        found.set(numberOfKey(piece.key), readMessage(this.#record));
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        throw damage('messages', piece.key, error.message);
      }
    }
    return looked;
  }
}

function pageOf(
  session: SessionProgress,
  wanted: readonly PendingMessage[],
  found: ReadonlyMap<number, Message>,
  firstLeft: number | undefined,
  bytesMax: number,
): StoredMessage[] {
  const page: StoredMessage[] = [];
  let bytes = 0;
  for (const { sequence, arrival, qos, retained } of wanted) {
    if (arrival === firstLeft) break;
    const message = found.get(arrival);
    if (message === undefined) {
      // Settled, and removed, while it was read; or it should be there.
      if (session.arrivalOf(sequence) !== arrival) continue;
      throw damage('messages', numberKey(arrival), 'it is missing');
    }
    bytes += message.bytes;
    if (page.length > 0 && bytes > bytesMax) break;
    page.push({ sequence, qos, retained, message });
  }
  return page;
}

/** What a record has beside topic and payload, if few sessions get the message. */
const HEAD_BYTES_USUAL = 128;
