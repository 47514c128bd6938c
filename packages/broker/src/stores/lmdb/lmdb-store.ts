import { mkdir } from 'node:fs/promises';
import type { QoS } from '@magpie/protocol';
import { type Database, open, type RootDatabase } from 'lmdb';
import type { Message } from '../../model/message.js';
import type { Recipient, Store, StoredDelivery, StoredSession, StoredState } from '../store.js';
import { numberKey, numberOfKey, partsOfSessionKey, sessionKey, textKey } from './keys.js';
import {
  decodeMessage,
  decodeProgress,
  decodeSubscription,
  encodeMessage,
  encodeProgress,
  encodeSubscription,
  type ProgressRecord,
} from './records.js';
import { SessionProgress } from './session-progress.js';

type Table = Database<Buffer, Buffer>;

/**
 * Keeps everything in an LMDB environment on disk. {@link commit} resolves after the fsync.
 *
 * A message is one record, keyed by its arrival: its payload once, and who gets it. What a session
 * has settled is a cursor, written with the next commit. A record goes when the last recipient has
 * settled it. Layout and measurements: docs/adr/0013-durable-store.md.
 */
export class LmdbStore implements Store {
  readonly name = 'lmdb';
  readonly safeAtOnce = false;
  readonly #root: RootDatabase<Buffer, Buffer>;
  readonly #meta: Table;
  /** Session number → client identifier. */
  readonly #names: Table;
  readonly #progress: Table;
  readonly #subscriptions: Table;
  readonly #received: Table;
  readonly #released: Table;
  readonly #messages: Table;
  readonly #retained: Table;
  readonly #sessions = new Map<string, SessionProgress>();
  /** Recipients that have not settled a message, by arrival. */
  readonly #open = new Map<number, number>();
  readonly #changed = new Set<SessionProgress>();
  #lastArrival = 0;
  #nextSession = 1;

  private constructor(root: RootDatabase<Buffer, Buffer>) {
    const table = (name: string): Table => root.openDB<Buffer, Buffer>({ name, ...BINARY });
    this.#root = root;
    this.#meta = table('meta');
    this.#names = table('sessions');
    this.#progress = table('progress');
    this.#subscriptions = table('subscriptions');
    this.#received = table('received');
    this.#released = table('released');
    this.#messages = table('messages');
    this.#retained = table('retained');
  }

  /**
   * Opens the store in a directory, which is made if it is not there.
   *
   * @throws {Error} if the directory holds a newer format, or what the system says.
   */
  static async open(directory: string): Promise<LmdbStore> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const root = open<Buffer, Buffer>({
      path: directory,
      overlappingSync: true,
      separateFlushed: true,
      commitDelay: 0,
      compression: false,
      maxDbs: 16,
      ...BINARY,
    });
    const store = new LmdbStore(root);
    await store.#checkFormat(directory);
    return store;
  }

  async load(): Promise<StoredState> {
    const records = new Map<number, SessionProgress>();
    const written = new Map<number, ReturnType<typeof decodeProgress>>();
    for (const { key, value } of this.#names.getRange({})) {
      const session = new SessionProgress(numberOfKey(key));
      records.set(session.number, session);
      this.#sessions.set(value.toString(), session);
      this.#nextSession = Math.max(this.#nextSession, session.number + 1);
    }
    const nextSession = this.#meta.get(NEXT_SESSION);
    if (nextSession !== undefined) this.#nextSession = numberOfKey(nextSession);
    for (const { key, value } of this.#progress.getRange({})) {
      const session = records.get(numberOfKey(key));
      const progress = decodeProgress(value);
      if (session === undefined) continue;
      session.nextSequence = progress.nextSequence;
      written.set(session.number, progress);
    }
    const deliveries = this.#loadMessages(records, written);
    const sessions: StoredSession[] = [];
    for (const [clientId, session] of this.#sessions) {
      sessions.push(this.#loadSession(clientId, session, deliveries.get(session.number) ?? []));
    }
    const retained: Message[] = [];
    for (const { value } of this.#retained.getRange({}))
      retained.push(decodeMessage(value).message);
    return { sessions, retained };
  }

  openSession(clientId: string): void {
    this.removeSession(clientId);
    const session = new SessionProgress(this.#nextSession++);
    this.#sessions.set(clientId, session);
    this.#put(this.#names, numberKey(session.number), Buffer.from(clientId));
    this.#put(this.#meta, NEXT_SESSION, numberKey(this.#nextSession));
  }

  removeSession(clientId: string): void {
    const session = this.#sessions.get(clientId);
    if (session === undefined) return;
    this.#sessions.delete(clientId);
    this.#changed.delete(session);
    for (const arrival of session.arrivals()) this.#letGo(arrival);
    this.#remove(this.#names, numberKey(session.number));
    this.#remove(this.#progress, numberKey(session.number));
    for (const table of [this.#subscriptions, this.#received, this.#released]) {
      const range = {
        start: sessionKey(session.number, 0),
        end: sessionKey(session.number + 1, 0),
      };
      for (const key of table.getKeys(range)) this.#remove(table, Buffer.from(key));
    }
    // What this turn has put is not in the range yet.
    for (const number of session.subscriptions.values()) {
      this.#remove(this.#subscriptions, sessionKey(session.number, number));
    }
  }

  putSubscription(clientId: string, filter: string, qos: QoS): void {
    const session = this.#sessions.get(clientId);
    if (session === undefined) return;
    const number = session.subscriptions.get(filter) ?? session.nextSubscription++;
    session.subscriptions.set(filter, number);
    const value = encodeSubscription(filter, qos);
    this.#put(this.#subscriptions, sessionKey(session.number, number), value);
  }

  deleteSubscription(clientId: string, filter: string): void {
    const session = this.#sessions.get(clientId);
    const number = session?.subscriptions.get(filter);
    if (session === undefined || number === undefined) return;
    session.subscriptions.delete(filter);
    this.#remove(this.#subscriptions, sessionKey(session.number, number));
  }

  append(message: Message, recipients: readonly Recipient[]): void {
    const arrival = ++this.#lastArrival;
    const known = [];
    for (const recipient of recipients) {
      const session = this.#sessions.get(recipient.clientId);
      if (session === undefined) continue;
      session.add(recipient.sequence, arrival);
      this.#changed.add(session);
      known.push({ ...recipient, session: session.number });
    }
    if (known.length === 0) return;
    this.#open.set(arrival, known.length);
    this.#put(this.#messages, numberKey(arrival), encodeMessage(message, known));
  }

  release(clientId: string, sequence: number): void {
    const session = this.#sessions.get(clientId);
    const arrival = session?.settle(sequence);
    if (session === undefined || arrival === undefined) return;
    session.released.add(sequence);
    this.#changed.add(session);
    this.#put(this.#released, sessionKey(session.number, sequence), NOTHING);
    this.#letGo(arrival);
  }

  settle(clientId: string, sequence: number): void {
    const session = this.#sessions.get(clientId);
    if (session === undefined) return;
    if (session.released.delete(sequence)) {
      this.#remove(this.#released, sessionKey(session.number, sequence));
      return;
    }
    const arrival = session.settle(sequence);
    if (arrival === undefined) return;
    this.#changed.add(session);
    this.#letGo(arrival);
  }

  addReceived(clientId: string, packetId: number): void {
    const session = this.#sessions.get(clientId);
    if (session === undefined) return;
    this.#put(this.#received, sessionKey(session.number, packetId), NOTHING);
  }

  deleteReceived(clientId: string, packetId: number): void {
    const session = this.#sessions.get(clientId);
    if (session !== undefined) this.#remove(this.#received, sessionKey(session.number, packetId));
  }

  putRetained(message: Message): void {
    this.#put(this.#retained, textKey(message.topic), encodeMessage(message, []));
  }

  deleteRetained(topic: string): void {
    this.#remove(this.#retained, textKey(topic));
  }

  async commit(): Promise<void> {
    for (const session of this.#changed) {
      const record: ProgressRecord = {
        nextSequence: session.nextSequence,
        cursor: session.cursor,
        outOfOrder: session.outOfOrder(),
      };
      this.#put(this.#progress, numberKey(session.number), encodeProgress(record));
    }
    this.#changed.clear();
    await this.#root.committed;
    await this.#root.flushed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.commit();
    await this.#root.close();
  }

  /** Reads the messages and finds out which of their recipients have not settled them. */
  #loadMessages(
    sessions: ReadonlyMap<number, SessionProgress>,
    written: ReadonlyMap<number, { cursor: number; outOfOrder: Set<number> }>,
  ): Map<number, StoredDelivery[]> {
    const deliveries = new Map<number, StoredDelivery[]>();
    for (const { key, value } of this.#messages.getRange({})) {
      const arrival = numberOfKey(key);
      this.#lastArrival = arrival;
      const { message, recipients } = decodeMessage(value);
      let open = 0;
      for (const { session: number, sequence, qos, retained } of recipients) {
        const session = sessions.get(number);
        const progress = written.get(number);
        const settled =
          progress !== undefined
          && (sequence < progress.cursor || progress.outOfOrder.has(sequence));
        if (session === undefined || settled) continue;
        session.add(sequence, arrival);
        open++;
        const list = deliveries.get(number);
        if (list === undefined) deliveries.set(number, [{ sequence, qos, retained, message }]);
        else list.push({ sequence, qos, retained, message });
      }
      if (open > 0) this.#open.set(arrival, open);
      else this.#remove(this.#messages, numberKey(arrival));
    }
    return deliveries;
  }

  #loadSession(
    clientId: string,
    session: SessionProgress,
    deliveries: StoredDelivery[],
  ): StoredSession {
    const range = { start: sessionKey(session.number, 0), end: sessionKey(session.number + 1, 0) };
    const subscriptions = new Map<string, QoS>();
    for (const { key, value } of this.#subscriptions.getRange(range)) {
      const { filter, qos } = decodeSubscription(value);
      const { number } = partsOfSessionKey(key);
      subscriptions.set(filter, qos);
      session.subscriptions.set(filter, number);
      session.nextSubscription = number + 1;
    }
    const received: number[] = [];
    for (const key of this.#received.getKeys(range)) received.push(partsOfSessionKey(key).number);
    for (const key of this.#released.getKeys(range)) {
      const sequence = partsOfSessionKey(key).number;
      session.released.add(sequence);
      deliveries.push({ sequence, qos: 2, retained: false, message: undefined });
    }
    deliveries.sort((one, other) => one.sequence - other.sequence);
    const { nextSequence } = session;
    return { clientId, nextSequence, subscriptions, received, deliveries };
  }

  /** One recipient less; without any the record goes. */
  #letGo(arrival: number): void {
    const left = (this.#open.get(arrival) ?? 1) - 1;
    if (left > 0) {
      this.#open.set(arrival, left);
    } else {
      this.#open.delete(arrival);
      this.#remove(this.#messages, numberKey(arrival));
    }
  }

  async #checkFormat(directory: string): Promise<void> {
    const found = this.#meta.get(FORMAT);
    if (found === undefined) {
      this.#put(this.#meta, FORMAT, numberKey(FORMAT_NUMBER));
      await this.commit();
      return;
    }
    const number = numberOfKey(found);
    if (number === FORMAT_NUMBER) return;
    await this.#root.close();
    throw new Error(
      `The store in ${directory} has format ${number}, this version of Magpie reads format `
        + `${FORMAT_NUMBER}: use the version that wrote it`,
    );
  }

  /** The promise of a single write tells nothing that {@link commit} does not tell. */
  #put(table: Table, key: Buffer, value: Buffer): void {
    table.put(key, value).catch(ignore);
  }

  #remove(table: Table, key: Buffer): void {
    table.remove(key).catch(ignore);
  }
}

const BINARY = { encoding: 'binary', keyEncoding: 'binary' } as const;
const FORMAT = Buffer.from('format');
const FORMAT_NUMBER = 1;
const NEXT_SESSION = Buffer.from('next-session');
const NOTHING = Buffer.of(0);

function ignore(): void {}
