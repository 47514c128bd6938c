import type { QoS } from '@magpie/protocol';
import type { SessionOwner } from '../../model/principal.js';
import type {
  StoredDelivery,
  StoredReplay,
  StoredRetained,
  StoredState,
  StoredTime,
  StoredWill,
} from '../store.js';
import { BatchReader } from './batch-reader.js';
import { damage } from './damage.js';
import type { Engine } from './engine.js';
import { NEXT_SESSION, TIME } from './format.js';
import { numberOfKey, partsOfSessionKey, sessionOfKey } from './keys.js';
import { RecordReader } from './record-reader.js';
import {
  type ProgressRecord,
  readMessageHead,
  readProgress,
  readReplay,
  readRetained,
  readSession,
  readSubscription,
  readTime,
  readWill,
  type SessionRecord,
} from './records.js';
import { type RecoveryOptions, throwIfAborted } from './recovery.js';
import { isSettled, SessionProgress } from './session-progress.js';
import type { TableName } from './tables.js';

/** What the tables hold: for the broker, and for the store itself. */
export interface Loaded {
  readonly state: StoredState;
  readonly sessions: Map<string, SessionProgress>;
  /** Recipients that have not settled a message, by arrival, where there are several. */
  readonly open: Map<number, number>;
  /** Arrivals of messages that nobody waits for any more. */
  readonly leftOver: readonly number[];
  readonly lastArrival: number;
  readonly nextSession: number;
}

/**
 * Reads all tables.
 *
 * @throws {Error} naming table and key of a record that is damaged.
 * @throws {RecoveryAborted} if it was told to end.
 */
export async function loadState(engine: Engine, options: RecoveryOptions = {}): Promise<Loaded> {
  const loading = new Loading(engine, options);
  await loading.sessions();
  await loading.messages();
  await loading.wills();
  return loading.loaded();
}

type Take = (key: Uint8Array, record: RecordReader) => void;

/** A session while it is loaded. */
class LoadingSession {
  readonly progress: SessionProgress;
  readonly clientId: string;
  readonly owner: SessionOwner | undefined;
  written: ProgressRecord | undefined;
  leftAtMs: number | undefined;
  readonly subscriptions = new Map<string, QoS>();
  readonly received: number[] = [];
  readonly deliveries: StoredDelivery[] = [];
  readonly replays: StoredReplay[] = [];

  constructor(number: number, { clientId, owner }: SessionRecord) {
    this.progress = new SessionProgress(number);
    this.clientId = clientId;
    this.owner = owner;
  }
}

class Loading {
  readonly #engine: Engine;
  readonly #options: RecoveryOptions;
  /** The one that is read. */
  readonly #record = new RecordReader();
  readonly #sessions = new Map<number, LoadingSession>();
  readonly #retained: StoredRetained[] = [];
  readonly #wills: StoredWill[] = [];
  #time: StoredTime | undefined;
  readonly #open = new Map<number, number>();
  readonly #leftOver: number[] = [];
  #lastArrival = 0;
  #nextSession = 1;

  constructor(engine: Engine, options: RecoveryOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  async sessions(): Promise<void> {
    await this.#each('meta', (key, record) => {
      if (NEXT_SESSION.equals(key)) this.#nextSession = numberOfKey(record.rest());
      else if (TIME.equals(key)) this.#time = readTime(record);
    });
    await this.#each('sessions', (key, record) => {
      const number = numberOfKey(key);
      this.#sessions.set(number, new LoadingSession(number, readSession(record)));
      this.#nextSession = Math.max(this.#nextSession, number + 1);
    });
    await this.#each('progress', (key, record) => {
      const progress = readProgress(record);
      const session = this.#sessions.get(numberOfKey(key));
      if (session === undefined) return;
      session.written = progress;
      session.progress.restore(progress);
    });
    await this.#each('subscriptions', (key, record) => {
      const { filter, qos } = readSubscription(record);
      this.#sessions.get(sessionOfKey(key))?.subscriptions.set(filter, qos);
    });
    await this.#each('received', (key) => {
      const { session, number } = partsOfSessionKey(key);
      this.#sessions.get(session)?.received.push(number);
    });
    await this.#each('released', (key) => this.#released(partsOfSessionKey(key)));
    await this.#each('left', (key, record) => {
      const leftAtMs = record.varint();
      record.expectEnd();
      const session = this.#sessions.get(numberOfKey(key));
      if (session !== undefined) session.leftAtMs = leftAtMs;
    });
    await this.#each('replays', (key, record) => {
      const replay = readReplay(record);
      this.#sessions.get(sessionOfKey(key))?.replays.push(replay); // in order of key
    });
  }

  async messages(): Promise<void> {
    await this.#each('messages', (key, record) => this.#message(numberOfKey(key), record));
    await this.#each('retained', (_key, record) => {
      this.#retained.push(readRetained(record));
    });
  }

  async wills(): Promise<void> {
    await this.#each('wills', (key, record) => {
      this.#wills.push({ number: numberOfKey(key), ...readWill(record) });
    });
  }

  loaded(): Loaded {
    const sessions = new Map<string, SessionProgress>();
    const stored = [];
    for (const session of this.#sessions.values()) {
      const { clientId, progress, subscriptions, received, deliveries } = session;
      sessions.set(clientId, progress);
      // They came in order of arrival, which a late retained message does not keep.
      deliveries.sort((one, other) => one.sequence - other.sequence);
      const { owner, leftAtMs, replays } = session;
      const { nextSequence } = progress;
      stored.push({
        clientId,
        owner,
        leftAtMs,
        nextSequence,
        subscriptions,
        received,
        deliveries,
        replays,
      });
    }
    return {
      state: {
        sessions: stored,
        retained: this.#retained,
        wills: this.#wills,
        time: this.#time,
      },
      sessions,
      open: this.#open,
      leftOver: this.#leftOver,
      lastArrival: this.#lastArrival,
      nextSession: this.#nextSession,
    };
  }

  #message(arrival: number, record: RecordReader): void {
    this.#lastArrival = arrival;
    const { bytes, recipients } = readMessageHead(record);
    let open = 0;
    for (const { session: number, sequence, qos, retained } of recipients) {
      const session = this.#sessions.get(number);
      if (session === undefined) continue;
      if (session.written !== undefined && isSettled(session.written, sequence)) continue;
      session.progress.restorePending(sequence, arrival, qos, retained);
      session.deliveries.push({ sequence, qos, released: false, bytes });
      open++;
    }
    if (open === 0) this.#leftOver.push(arrival);
    else if (open > 1) this.#open.set(arrival, open);
  }

  #released({ session: number, number: sequence }: { session: number; number: number }): void {
    const session = this.#sessions.get(number);
    session?.progress.release(sequence);
    session?.deliveries.push({ sequence, qos: 2, released: true, bytes: 0 });
  }

  /** @throws {Error} naming the record that `take` does not understand. */
  async #each(table: TableName, take: Take): Promise<void> {
    const { signal, onProgress } = this.#options;
    const total = await this.#engine.count(table);
    let done = 0;
    for await (const { bytes, end } of this.#engine.read(table)) {
      throwIfAborted(signal);
      const piece = new BatchReader(bytes, end);
      while (piece.next()) {
        done++;
        this.#record.reset(bytes, piece.valueStart, piece.valueEnd);
        try {
          take(piece.key, this.#record);
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          throw damage(table, piece.key, error.message);
        }
      }
      onProgress?.({ what: table, done, total });
    }
  }
}
