import { Message } from '../../../model/message.js';
import { BatchReader } from '../batch-reader.js';
import { type Engine, WriteFailure } from '../engine.js';
import { FORMAT, FORMAT_NUMBER, NEXT_SESSION, TIME } from '../format.js';
import { numberKey, sessionKey, sessionTextKey, textKey } from '../keys.js';
import { LmdbEngine } from '../lmdb-engine.js';
import { NewDirectory } from '../new-directory.js';
import {
  writeMessage,
  writeProgress,
  writeReplay,
  writeRetained,
  writeSession,
  writeSubscription,
  writeTime,
  writeWill,
} from '../records.js';
import { SessionProgress } from '../session-progress.js';
import { TABLES, type TableName } from '../tables.js';
import { WriteBatch } from '../write-batch.js';
import { expectFirstLine, parseLine, type StoreLine } from './store-lines.js';
import { textLines } from './text-lines.js';

type LineOf<Type extends StoreLine['type']> = Extract<StoreLine, { readonly type: Type }>;

/**
 * Makes a new store of what {@link exportStore} has written: all of it or nothing. Sessions, and
 * which messages they have queued, are in memory, as they are in a broker.
 *
 * @param text The export, in pieces.
 * @param target The new data directory: not there yet, or empty.
 * @param signal Aborted: it ends, and nothing is left of it.
 * @returns How many lines there were.
 * @throws {Error} in one clear line that names the line that is wrong, or what the system says.
 * Nothing is left then.
 */
export async function importStore(
  text: AsyncIterable<Buffer>,
  target: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<number> {
  const directory = await NewDirectory.begin(target);
  try {
    const lines = await importInto(directory.path, text, signal);
    await directory.complete();
    return lines;
  } catch (error) {
    await directory.discard();
    if (!(error instanceof WriteFailure)) throw error;
    throw new Error(`Cannot write the store: ${error.message}`, { cause: error });
  }
}

async function importInto(
  path: string,
  text: AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<number> {
  const engine = await LmdbEngine.open(path, { sync: 'never' });
  try {
    const importing = new Importing(engine);
    for await (const line of textLines(text)) {
      importing.take(line);
      if (!importing.isFull) continue;
      await importing.write();
      signal.throwIfAborted();
    }
    await importing.end();
    return importing.lines;
  } finally {
    await engine.close();
  }
}

interface ImportedSession {
  readonly number: number;
  nextSequence: number;
  /** Which messages it has. */
  readonly pending: SessionProgress;
}

class Importing {
  readonly #engine: Engine;
  readonly #batch = new WriteBatch();
  readonly #sessions = new Map<string, ImportedSession>();
  /** Records that were written to each table: fewer will be there if two have the same key. */
  readonly #written = new Map<TableName, number>(TABLES.map((table) => [table, 0]));
  #arrival = 0;
  #isEnded = false;
  lines = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Whether it is time to {@link write}. */
  get isFull(): boolean {
    return this.#batch.bytesUsed >= WRITE_BYTES;
  }

  /** @throws {Error} naming the line and what is wrong with it. */
  take(text: string): void {
    this.lines++;
    try {
      if (this.#isEnded) throw new Error('it stands behind the last line');
      if (this.lines === 1) expectFirstLine(text);
      else this.#put(parseLine(text));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`Line ${this.lines}: ${why}`, { cause: error });
    }
  }

  async write(): Promise<void> {
    if (!this.#batch.isEmpty) await this.#engine.write([this.#batch.take()]);
  }

  /** @throws {Error} if the text was not whole, or two lines are about the same thing. */
  async end(): Promise<void> {
    if (!this.#isEnded) {
      throw new Error(`The export is not whole: it ends behind line ${this.lines}`);
    }
    for (const { number, nextSequence } of this.#sessions.values()) {
      // Everything that is there is to be delivered: nothing is settled.
      this.#begin('progress', numberKey(number));
      writeProgress(this.#batch, { nextSequence, cursor: 0, gaps: [] });
      this.#batch.end();
      if (this.isFull) await this.write();
    }
    this.#record('meta', NEXT_SESSION, numberKey(this.#sessions.size + 1));
    this.#record('meta', FORMAT, numberKey(FORMAT_NUMBER));
    await this.write();
    for (const table of TABLES) await this.#expectAll(table);
  }

  #put(line: StoreLine): void {
    switch (line.type) {
      case 'time':
        this.#begin('meta', TIME);
        writeTime(this.#batch, line);
        this.#batch.end();
        break;
      case 'session':
        this.#putSession(line);
        break;
      case 'subscription': {
        const { number } = this.#session(line.clientId);
        this.#begin('subscriptions', sessionTextKey(number, line.filter));
        writeSubscription(this.#batch, line.filter, line.qos);
        this.#batch.end();
        break;
      }
      case 'received': {
        const { number } = this.#session(line.clientId);
        this.#record('received', sessionKey(number, line.packetId), NOTHING);
        break;
      }
      case 'released':
        this.#putReleased(line);
        break;
      case 'replay':
        this.#putReplay(line);
        break;
      case 'message':
        this.#putMessage(line);
        break;
      case 'retained':
        this.#begin('retained', textKey(line.topic));
        writeRetained(this.#batch, { message: messageOf(line), change: line.change });
        this.#batch.end();
        break;
      case 'will':
        this.#putWill(line);
        break;
      case 'end':
        if (line.lines !== this.lines) throw new Error(`it should be line ${line.lines}`);
        this.#isEnded = true;
    }
  }

  #putSession({ clientId, owner, nextSequence, leftAtMs }: LineOf<'session'>): void {
    if (this.#sessions.has(clientId)) throw new Error(`client ${clientId} has a session already`);
    const pending = new SessionProgress(this.#sessions.size + 1);
    const session = { number: pending.number, nextSequence, pending };
    this.#sessions.set(clientId, session);
    const key = numberKey(session.number);
    this.#begin('sessions', key);
    writeSession(this.#batch, { clientId, owner: owner && { username: owner.username } });
    this.#batch.end();
    if (leftAtMs === undefined) return;
    this.#begin('left', key);
    this.#batch.varint(leftAtMs);
    this.#batch.end();
  }

  #putReleased({ clientId, sequence }: LineOf<'released'>): void {
    const session = this.#session(clientId);
    session.nextSequence = Math.max(session.nextSequence, sequence + 1);
    this.#record('released', sessionKey(session.number, sequence), NOTHING);
  }

  #putReplay(line: LineOf<'replay'>): void {
    const { number } = this.#session(line.clientId);
    this.#begin('replays', sessionKey(number, line.endSequence));
    writeReplay(this.#batch, line);
    this.#batch.end();
  }

  #putMessage(line: LineOf<'message'>): void {
    const arrival = ++this.#arrival;
    const recipients = line.recipients.map(({ clientId, sequence, qos, retained }) => {
      const session = this.#session(clientId);
      if (session.pending.arrivalOf(sequence) !== undefined) {
        throw new Error(`client ${clientId} has a message with the number ${sequence} already`);
      }
      session.pending.restorePending(sequence, arrival, qos, retained);
      return { session: session.number, sequence, qos, retained };
    });
    this.#begin('messages', numberKey(arrival));
    writeMessage(this.#batch, messageOf(line), recipients);
    this.#batch.end();
  }

  #putWill(line: LineOf<'will'>): void {
    const { number, clientId, username, address } = line;
    this.#begin('wills', numberKey(number));
    const principal = { clientId, username, address };
    writeWill(this.#batch, { principal, message: messageOf(line) });
    this.#batch.end();
  }

  #session(clientId: string): ImportedSession {
    const session = this.#sessions.get(clientId);
    if (session === undefined) throw new Error(`client ${clientId} has no session above`);
    return session;
  }

  #record(table: TableName, key: Uint8Array, value: Uint8Array): void {
    this.#begin(table, key);
    this.#batch.raw(value);
    this.#batch.end();
  }

  /** Begins a record; what follows is its value. */
  #begin(table: TableName, key: Uint8Array): void {
    this.#written.set(table, this.#written.get(table)! + 1);
    this.#batch.beginPut(table);
    this.#batch.raw(key);
    this.#batch.beginValue();
  }

  /** Reads a table back, with its checksums. */
  async #expectAll(table: TableName): Promise<void> {
    let records = 0;
    for await (const { bytes, end } of this.#engine.read(table)) {
      const record = new BatchReader(bytes, end);
      while (record.next()) records++;
    }
    if (records === this.#written.get(table)) return;
    throw new Error(`Several lines are about the same thing (table ${table})`);
  }
}

function messageOf(line: LineOf<'message' | 'retained' | 'will'>): Message {
  const { topic, qos, retain, publisher } = line;
  return Message.of({
    topic,
    payload: Buffer.from(line.payload, 'base64'),
    qos,
    retain,
    publisher,
  });
}

const NOTHING = new Uint8Array(0);
const WRITE_BYTES = 1_048_576;
