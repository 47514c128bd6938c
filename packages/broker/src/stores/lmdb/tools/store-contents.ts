import type { QoS } from '@magpie/protocol';
import type { Message } from '../../../model/message.js';
import type { SessionOwner } from '../../../model/principal.js';
import type { StoredReplay, StoredRetained, StoredTime, StoredWill } from '../../store.js';
import { expectKnownFormat, FORMAT, TIME } from '../format.js';
import { numberKey, numberOfKey, partsOfSessionKey, sessionOfKey } from '../keys.js';
import { readAnyRetained } from '../migration.js';
import { RecordReader } from '../record-reader.js';
import {
  type ProgressRecord,
  readMessage,
  readMessageHead,
  readProgress,
  readReplay,
  readRetained,
  readSession,
  readSubscription,
  readTime,
  readWill,
} from '../records.js';
import { isSettled } from '../session-progress.js';
import type { TableName } from '../tables.js';
import { type Finding, recordFinding } from './finding.js';
import type { StoredRecord } from './store-file.js';

/** Where the records come from. */
export interface RecordSource {
  records(table: TableName): Iterable<StoredRecord>;
}

/** What is kept of a session beside what belongs to it. */
export interface ContentsSession {
  readonly clientId: string;
  readonly owner: SessionOwner | undefined;
  readonly leftAtMs: number | undefined;
  /** The next sequence number, if one was noted; what belongs to the session may be above. */
  readonly nextSequence: number;
}

/** Something that belongs to a session. */
type Owned<T> = T & { readonly clientId: string };

/** Who is still to get a message. */
export interface OpenRecipient {
  readonly clientId: string;
  readonly sequence: number;
  readonly qos: 1 | 2;
  readonly retained: boolean;
}

/** A message with those who are still to get it, which may be nobody. Its payload is a view. */
export interface OpenMessage {
  readonly message: Message;
  readonly recipients: readonly OpenRecipient[];
}

/**
 * What the records of a store mean. Sessions are in memory, each with what it has settled; all else
 * is read piece by piece. What cannot be read is told and left out, and so is what belongs to a
 * session that cannot be read.
 *
 * @throws {Error} if the format is newer; and what `onFinding` throws.
 */
export class StoreContents {
  readonly #source: RecordSource;
  readonly #onFinding: (finding: Finding) => void;
  readonly #record = new RecordReader();
  readonly #sessions = new Map<number, SessionParts>();
  /** Numbers of sessions that something belongs to, and that are not there. */
  readonly #missing = new Set<number>();
  #time: StoredTime | undefined;
  #format: number | undefined;

  constructor(source: RecordSource, onFinding: (finding: Finding) => void) {
    this.#source = source;
    this.#onFinding = onFinding;
    this.#readMeta();
    this.#readSessions();
  }

  /** `undefined`: the store does not say it. */
  get format(): number | undefined {
    return this.#format;
  }

  get time(): StoredTime | undefined {
    return this.#time;
  }

  *sessions(): Generator<ContentsSession> {
    for (const { clientId, owner, leftAtMs, progress } of this.#sessions.values()) {
      const nextSequence = Math.max(progress?.nextSequence ?? 0, progress?.cursor ?? 0);
      yield { clientId, owner, leftAtMs, nextSequence };
    }
  }

  *subscriptions(): Generator<Owned<{ readonly filter: string; readonly qos: QoS }>> {
    yield* this.#owned('subscriptions', sessionOfKey, (_, record) => readSubscription(record));
  }

  /** QoS 2 packet identifiers that wait for their PUBREL. */
  *received(): Generator<Owned<{ readonly packetId: number }>> {
    yield* this.#owned('received', sessionOfKey, (key) => {
      return { packetId: partsOfSessionKey(key).number };
    });
  }

  /** Messages of which only a PUBREL is due. */
  *released(): Generator<Owned<{ readonly sequence: number }>> {
    yield* this.#owned('released', sessionOfKey, (key) => {
      return { sequence: partsOfSessionKey(key).number };
    });
  }

  *replays(): Generator<Owned<StoredReplay>> {
    yield* this.#owned('replays', sessionOfKey, (_, record) => readReplay(record));
  }

  /** In order of arrival. */
  *messages(): Generator<OpenMessage> {
    yield* this.#decoded('messages', (_, record, value) => {
      const { recipients } = readMessageHead(record);
      const open: OpenRecipient[] = [];
      for (const { session: number, sequence, qos, retained } of recipients) {
        const session = this.#sessions.get(number); // it may have been removed since
        if (session === undefined) continue;
        if (session.progress !== undefined && isSettled(session.progress, sequence)) continue;
        open.push({ clientId: session.clientId, sequence, qos, retained });
      }
      return { message: readMessage(record.reset(value)), recipients: open };
    });
  }

  *retained(): Generator<StoredRetained> {
    let change = 0;
    yield* this.#decoded('retained', (_, record, value) => {
      if (this.#format !== 1) return readRetained(record);
      return { message: readAnyRetained(record, value), change: ++change };
    });
  }

  *wills(): Generator<StoredWill> {
    yield* this.#decoded('wills', (key, record) => {
      return { number: numberOfKey(key), ...readWill(record) };
    });
  }

  #readMeta(): void {
    for (const { key, value } of this.#source.records('meta')) {
      try {
        if (FORMAT.equals(key)) this.#format = numberOfKey(value);
        else if (TIME.equals(key)) this.#time = readTime(this.#record.reset(value));
      } catch (error) {
        this.#told('meta', key, error);
      }
    }
    if (this.#format !== undefined) expectKnownFormat(this.#format);
  }

  #readSessions(): void {
    const sessions = this.#decoded('sessions', (key, record) => {
      return { number: numberOfKey(key), ...readSession(record) };
    });
    for (const { number, clientId, owner } of sessions) {
      this.#sessions.set(number, { clientId, owner, leftAtMs: undefined, progress: undefined });
    }
    const progress = this.#ofSessions('progress', numberOfKey, (_, record) => {
      return readProgress(record);
    });
    for (const [session, record] of progress) session.progress = record;
    const left = this.#ofSessions('left', numberOfKey, (_, record) => {
      const leftAtMs = record.varint();
      record.expectEnd();
      return leftAtMs;
    });
    for (const [session, leftAtMs] of left) session.leftAtMs = leftAtMs;
  }

  *#owned<T extends object>(
    table: TableName,
    sessionOf: (key: Uint8Array) => number,
    decode: Decode<T>,
  ): Generator<Owned<T>> {
    for (const [{ clientId }, decoded] of this.#ofSessions(table, sessionOf, decode)) {
      yield { clientId, ...decoded };
    }
  }

  /** What belongs to sessions, with each. */
  *#ofSessions<T>(
    table: TableName,
    sessionOf: (key: Uint8Array) => number,
    decode: Decode<T>,
  ): Generator<[SessionParts, T]> {
    const decoded = this.#decoded(table, (key, record, value) => {
      return { number: sessionOf(key), decoded: decode(key, record, value) };
    });
    for (const { number, decoded: part } of decoded) {
      const session = this.#sessions.get(number);
      if (session !== undefined) yield [session, part];
      else if (!this.#missing.has(number)) {
        this.#missing.add(number);
        this.#onFinding(recordFinding('sessions', numberKey(number), 'it is missing'));
      }
    }
  }

  *#decoded<T>(table: TableName, decode: Decode<T>): Generator<T> {
    for (const { key, value } of this.#source.records(table)) {
      let decoded: T;
      try {
        decoded = decode(key, this.#record.reset(value), value);
      } catch (error) {
        this.#told(table, key, error);
        continue;
      }
      yield decoded;
    }
  }

  /** @throws What is no problem of the record. */
  #told(table: TableName, key: Uint8Array, error: unknown): void {
    if (!(error instanceof RangeError)) throw error;
    this.#onFinding(recordFinding(table, key, error.message));
  }
}

type Decode<T> = (key: Uint8Array, record: RecordReader, value: Uint8Array) => T;

interface SessionParts {
  readonly clientId: string;
  readonly owner: SessionOwner | undefined;
  leftAtMs: number | undefined;
  progress: ProgressRecord | undefined;
}
