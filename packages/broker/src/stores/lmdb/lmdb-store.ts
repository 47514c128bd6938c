import { resolve } from 'node:path';
import type { QoS } from '@magpie/protocol';
import type { Message } from '../../model/message.js';
import type { SessionOwner } from '../../model/principal.js';
import { type Logger, silentLogger } from '../../observe/logger.js';
import type {
  Recipient,
  Store,
  StoredPage,
  StoredReplay,
  StoredState,
  StoredTime,
  StoredWill,
} from '../store.js';
import { StoreLost } from '../store-lost.js';
import { SYNC_INTERVAL_MS, SYNC_MODES, type SyncMode } from '../../config/sync-modes.js';
import { backup, type BackupResult } from './backup.js';
import type { CompactionRules } from './compactor.js';
import { Damage, inWords } from './damage.js';
import { DataDirectory } from './data-directory.js';
import { DiskUse } from './disk-use.js';
import { type Engine, WriteFailure } from './engine.js';
import type { EngineEvent } from './engine-events.js';
import { FORMAT_NUMBER, NEXT_SESSION, prepareFormat } from './format.js';
import { numberKey, sessionKey, sessionTextKey } from './keys.js';
import { LatestStates } from './latest-states.js';
import { LmdbEngine } from './lmdb-engine.js';
import { LeftOver } from './left-over.js';
import { loadState } from './load-state.js';
import { PageReader } from './page-reader.js';
import {
  type RecipientRecord,
  writeMessage,
  writeProgress,
  writeSession,
  writeSubscription,
} from './records.js';
import { RecoveryAborted, type RecoveryOptions } from './recovery.js';
import { SessionProgress } from './session-progress.js';
import { UnwrittenMessages } from './unwritten-messages.js';
import { type BatchBytes, WriteBatch } from './write-batch.js';

export interface LmdbStoreOptions extends RecoveryOptions {
  /** Told when the file is compacted, and when it cannot be. */
  readonly log?: Logger;
  /**
   * Told once, if the store ends before it is closed: nothing can be written any more, see {@link
   * StoreLost}. Whoever commits is told, too.
   */
  readonly onLost?: (error: StoreLost) => void;
  /** Those left out have the defaults `COMPACTION_RULES`. */
  readonly compaction?: Partial<CompactionRules>;
  /**
   * When a commit counts as safe. `always`, the default: it is on disk. `interval`: the system has
   * it, and the disk within {@link syncIntervalMs}; a loss of power takes what is newer, the end of
   * the process nothing. `os`: the system has it; after a loss of power the store is not opened
   * any more, since nobody can tell what is missing.
   */
  readonly sync?: SyncMode;
  /** From one sync to the next with `interval`: 10 to 60,000 ms, 1000 by default. */
  readonly syncIntervalMs?: number;
}

/** What belongs to a store whose engine has a directory. */
interface StoreParts {
  /** Closed with the store. */
  readonly directory?: DataDirectory;
  readonly disk?: DiskUse;
  readonly log?: Logger;
  /** Of {@link LmdbStore.load}. */
  readonly recovery?: RecoveryOptions;
}

/**
 * Keeps everything in an LMDB environment on disk. {@link commit} resolves after the fsync, unless
 * it was opened with another {@link LmdbStoreOptions.sync}.
 *
 * A message is one record, keyed by its arrival: its payload once, and who gets it. What a session
 * has settled is a cursor. A record goes when the last recipient has settled it; what comes and
 * goes between two commits is never written.
 *
 * What is written waits in memory for {@link commit}, which makes all of it one transaction. If
 * that fails nothing is lost: the next one writes it again, in front of what has come since.
 */
export class LmdbStore implements Store {
  readonly name = 'lmdb';
  readonly safeAtOnce = false;
  readonly inMemory = false;
  readonly #engine: Engine;
  readonly #directory: DataDirectory | undefined;
  readonly #disk: DiskUse;
  readonly #log: Logger;
  #sessions = new Map<string, SessionProgress>();
  /** Recipients that have not settled a message, by arrival, where there are several. */
  #open = new Map<number, number>();
  #lastArrival = 0;
  #nextSession = 1;
  /** Below this one, session numbers need not be written down any more. */
  #numberedSessions = 1;
  /** What the next commit writes: everything in order, but for … */
  readonly #batch = new WriteBatch();
  /** … new messages, … */
  readonly #unwritten = new UnwrittenMessages();
  /** … what counts only in its last state, … */
  readonly #latest = new LatestStates();
  /** … and sessions whose record is out of date. */
  readonly #changed = new Set<SessionProgress>();
  /** Batches that are not safe, the oldest first. */
  #unsafe: readonly BatchBytes[] = [];
  /** New messages were collected that who commits did not ask for: they count as new until then. */
  #tookUnasked = false;
  /** The reverse: they were asked for, and are collected when what has failed before is written. */
  #owesCollecting = false;
  /** Messages were let go of with sessions whose end the last commit asked for does not hold. */
  #letGoUnasked = false;
  /** The last write failed: nothing more is collected until it succeeds. */
  #failed = false;
  /** The end of the newest commit. */
  #committed: Promise<void> = Promise.resolve();
  /** Memory of a batch that is safe, for the next. */
  #spare: Uint8Array<ArrayBuffer> | undefined;
  readonly #pages: PageReader;
  readonly #leftOver = new LeftOver();
  readonly #recovery: RecoveryOptions;
  #closing = false;

  private constructor(
    engine: Engine,
    { directory, disk, log = silentLogger, recovery = {} }: StoreParts,
  ) {
    this.#engine = engine;
    this.#directory = directory;
    this.#log = log;
    this.#pages = new PageReader(engine, this.#unwritten);
    this.#disk = disk ?? new DiskUse(log);
    this.#recovery = recovery;
  }

  /**
   * Opens the store in a directory, which is made if it is not there and is this process's alone
   * until the store is closed.
   *
   * @throws {Error} in one clear line: if another process has the directory, if it holds a newer
   * format, if something is missing, or what the system says.
   * @throws {RecoveryAborted} if it was told to end.
   * @throws {RangeError} if `sync` or `syncIntervalMs` is none of those allowed.
   */
  static async open(directory: string, options: LmdbStoreOptions = {}): Promise<LmdbStore> {
    const {
      log = silentLogger,
      compaction = {},
      onLost,
      sync,
      syncIntervalMs,
      ...recovery
    } = options;
    const { onProgress, signal } = recovery;
    const syncing = syncOptions(sync, syncIntervalMs);
    const place = await DataDirectory.open(directory).catch((error: unknown) => {
      if (error instanceof Damage) throw failure('open', resolve(directory), error);
      throw error;
    });
    try {
      const disk = new DiskUse(log, syncing.sync);
      const onEvent = (event: EngineEvent) => {
        if (event.type !== 'checked') disk.take(event);
        else onProgress?.({ what: 'pages', done: event.pages, total: event.total });
      };
      const engine = await LmdbEngine.open(place.path, {
        ...syncing,
        compaction,
        onEvent,
        onLost,
        signal,
      });
      try {
        const store = await LmdbStore.over(engine, { directory: place, disk, log, recovery });
        await place.markAsStore();
        place.serve((request, signal) => store.#answer(request, signal));
        return store;
      } catch (error) {
        await engine.close();
        throw error;
      }
    } catch (error) {
      await place.close();
      throw failure('open', place.path, error);
    }
  }

  /**
   * A store over any engine, which it closes.
   *
   * @throws {Error} if the engine holds a newer format.
   */
  static async over(engine: Engine, parts: StoreParts = {}): Promise<LmdbStore> {
    await prepareFormat(engine);
    return new LmdbStore(engine, parts);
  }

  get hasNewMessages(): boolean {
    return this.#tookUnasked || this.#unwritten.hasNew;
  }

  get hasMessagesUnderWay(): boolean {
    return this.#owesCollecting || this.#letGoUnasked || this.#unwritten.hasCollected;
  }

  get hasChanges(): boolean {
    return this.#changed.size > 0 || !this.#batch.isEmpty || !this.#latest.isEmpty;
  }

  /** What its file takes of the disk. Read it; do not write to it. */
  get disk(): Readonly<DiskUse> {
    return this.#disk;
  }

  /**
   * @throws {Error} in one clear line that names the record, if one is damaged.
   * @throws {RecoveryAborted} if it was told to end.
   */
  async load(): Promise<StoredState> {
    const loaded = await loadState(this.#engine, this.#recovery).catch((error: unknown) => {
      throw failure('load', this.#place(), error);
    });
    this.#sessions = loaded.sessions;
    this.#open = loaded.open;
    this.#lastArrival = loaded.lastArrival;
    this.#nextSession = loaded.nextSession;
    this.#numberedSessions = loaded.nextSession;
    this.#leftOver.add(loaded.leftOver);
    return loaded.state;
  }

  async read(
    clientId: string,
    from: number,
    messagesMax: number,
    bytesMax: number,
  ): Promise<StoredPage> {
    const session = this.#sessions.get(clientId);
    if (session === undefined) return [];
    try {
      return await this.#pages.read(session, from, messagesMax, bytesMax);
    } catch (error) {
      throw failure('read', this.#place(), error);
    }
  }

  openSession(clientId: string, owner?: SessionOwner): void {
    this.removeSession(clientId);
    const session = new SessionProgress(this.#nextSession++);
    this.#sessions.set(clientId, session);
    this.#putSession(session.number, clientId, owner);
    if (this.#nextSession <= this.#numberedSessions) return;
    this.#numberedSessions = this.#nextSession + SESSION_NUMBERS_AHEAD;
    this.#batch.put('meta', NEXT_SESSION, numberKey(this.#numberedSessions));
  }

  removeSession(clientId: string): void {
    const session = this.#sessions.get(clientId);
    if (session === undefined) return;
    this.#sessions.delete(clientId);
    this.#changed.delete(session);
    this.#latest.forget(session);
    this.#leftOver.add(session.arrivals());
    const { number } = session;
    this.#batch.remove('sessions', numberKey(number));
    this.#batch.remove('progress', numberKey(number));
    this.#batch.remove('left', numberKey(number));
    for (const table of ['subscriptions', 'received', 'released', 'replays'] as const) {
      this.#batch.removeRange(table, numberKey(number), numberKey(number + 1));
    }
  }

  putOwner(clientId: string, owner: SessionOwner): void {
    const session = this.#sessions.get(clientId);
    if (session !== undefined) this.#putSession(session.number, clientId, owner);
  }

  putLeft(clientId: string, leftAtMs: number | undefined): void {
    const session = this.#sessions.get(clientId);
    if (session !== undefined) this.#latest.left(session, leftAtMs);
  }

  putSubscription(clientId: string, filter: string, qos: QoS): void {
    const session = this.#sessions.get(clientId);
    if (session === undefined) return;
    this.#batch.beginPut('subscriptions');
    this.#batch.raw(sessionTextKey(session.number, filter));
    this.#batch.beginValue();
    writeSubscription(this.#batch, filter, qos);
    this.#batch.end();
  }

  deleteSubscription(clientId: string, filter: string): void {
    const session = this.#sessions.get(clientId);
    if (session === undefined) return;
    this.#batch.remove('subscriptions', sessionTextKey(session.number, filter));
  }

  append(message: Message, recipients: readonly Recipient[]): void {
    const arrival = this.#lastArrival + 1;
    let known: RecipientRecord[] | undefined;
    for (const { clientId, sequence, qos, retained } of recipients) {
      const session = this.#sessions.get(clientId);
      if (session === undefined) continue;
      if (session.add(sequence, arrival, qos, retained)) this.#changed.add(session);
      const record = { session: session.number, sequence, qos, retained };
      // Mostly it is one: pushed to an empty array it would have room for 17.
      if (known === undefined) known = [record];
      else known.push(record);
    }
    if (known === undefined) return;
    this.#lastArrival = arrival;
    if (known.length > 1) this.#open.set(arrival, known.length);
    this.#unwritten.add(arrival, message, known);
  }

  release(clientId: string, sequence: number): void {
    const session = this.#sessions.get(clientId);
    const arrival = session?.settle(sequence);
    if (session === undefined || arrival === undefined) return;
    session.release(sequence);
    this.#changed.add(session);
    this.#batch.put('released', sessionKey(session.number, sequence), NOTHING);
    this.#letGo(arrival);
  }

  settle(clientId: string, sequence: number): void {
    const session = this.#sessions.get(clientId);
    if (session === undefined) return;
    if (session.complete(sequence)) {
      this.#batch.remove('released', sessionKey(session.number, sequence));
      return;
    }
    const arrival = session.settle(sequence);
    if (arrival === undefined) return;
    // As if the message had never come: of a number that no record has, nothing needs be said.
    if (!this.#letGo(arrival)) this.#changed.add(session);
  }

  addReceived(clientId: string, packetId: number): void {
    const session = this.#sessions.get(clientId);
    if (session === undefined) return;
    this.#batch.put('received', sessionKey(session.number, packetId), NOTHING);
  }

  deleteReceived(clientId: string, packetId: number): void {
    const session = this.#sessions.get(clientId);
    if (session === undefined) return;
    this.#batch.remove('received', sessionKey(session.number, packetId));
  }

  putReplay(clientId: string, replay: StoredReplay): void {
    const session = this.#sessions.get(clientId);
    if (session !== undefined) this.#latest.replay(session, replay.endSequence, replay);
  }

  deleteReplay(clientId: string, endSequence: number): void {
    const session = this.#sessions.get(clientId);
    if (session !== undefined) this.#latest.replay(session, endSequence, undefined);
  }

  putRetained(message: Message, change: number): void {
    this.#latest.retained(message.topic, { message, change });
  }

  deleteRetained(topic: string): void {
    this.#latest.retained(topic, undefined);
  }

  putWill(will: StoredWill): void {
    this.#latest.will(will.number, will);
  }

  deleteWill(number: number): void {
    this.#latest.will(number, undefined);
  }

  putTime(time: StoredTime): void {
    this.#latest.time(time);
  }

  /**
   * Resolves when all writes so far are on disk.
   *
   * @returns A promise that rejects if they are not. They stay in memory, and the next commit
   * writes them again.
   */
  commit(): Promise<void> {
    this.#tookUnasked = false;
    this.#letGoUnasked = false;
    if (this.#failed) this.#owesCollecting = true;
    else this.#collect();
    return this.#writeSoon();
  }

  #writeSoon(): Promise<void> {
    this.#committed = this.#writeAfter(this.#committed);
    return this.#committed;
  }

  /** The layout that it writes. */
  get format(): number {
    return FORMAT_NUMBER;
  }

  /** Its directory, in full. */
  get directory(): string {
    return this.#place();
  }

  /**
   * Copies all that is safe now to a new data directory, while the store is used.
   *
   * @param target Must not be there, or be an empty directory.
   * @param signal Aborted: it ends, and nothing is left of it.
   * @param onProgress Told again and again how much is copied.
   * @throws {Error} in one clear line. Nothing is left of it then.
   */
  async backup(
    target: string,
    signal: AbortSignal = new AbortController().signal,
    onProgress?: (soFar: BackupResult) => void,
  ): Promise<BackupResult> {
    try {
      return await backup(this.#engine, target, signal, onProgress);
    } catch (error) {
      throw failure('back up', this.#place(), error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    await this.#directory?.endRequests();
    try {
      await this.commit();
    } finally {
      await this.#engine.close();
      await this.#directory?.close();
    }
  }

  /** Does what somebody asks at the socket of the directory. */
  async #answer(request: unknown, signal: AbortSignal): Promise<object> {
    const target = (request as { readonly backup?: unknown } | null)?.backup;
    if (typeof target !== 'string') return { failed: 'This version of Magpie cannot do that' };
    this.#log.info({ event: 'backup-began', target }, 'backup begins');
    try {
      const result = await this.backup(target, signal);
      this.#log.info({ event: 'backup-ended', target, ...result }, 'backup has ended');
      return result;
    } catch (error) {
      this.#log.warn({ event: 'backup-failed', target, err: error }, 'backup failed');
      throw error;
    }
  }

  #putSession(number: number, clientId: string, owner: SessionOwner | undefined): void {
    this.#batch.beginPut('sessions');
    this.#batch.number(number);
    this.#batch.beginValue();
    writeSession(this.#batch, { clientId, owner });
    this.#batch.end();
  }

  /** The same between two commits: what is new now is not safe with the one before. */
  #collectUnasked(): void {
    if (this.#unwritten.hasNew) this.#tookUnasked = true;
    if (!this.#leftOver.isEmpty) this.#letGoUnasked = true;
    this.#collect();
  }

  /** Makes a batch of all that has come since the last one. */
  #collect(): void {
    const batch = this.#batch;
    for (const arrival of this.#leftOver.take(LEFT_OVER_PIECE)) this.#letGo(arrival);
    this.#owesCollecting = false;
    this.#unwritten.collect((arrival, message, recipients) => {
      batch.beginPut('messages');
      batch.number(arrival);
      batch.beginValue();
      writeMessage(batch, message, recipients);
      batch.end();
    });
    this.#latest.writeTo(batch);
    for (const session of this.#changed) {
      batch.beginPut('progress');
      batch.number(session.number);
      batch.beginValue();
      writeProgress(batch, session.record());
      batch.end();
    }
    this.#changed.clear();
    if (batch.isEmpty) return;
    this.#unsafe = [...this.#unsafe, batch.take(this.#spare)];
    this.#spare = undefined;
  }

  /**
   * Writes what is not safe when the commit before has ended, however. What failed goes alone at
   * first: as long as that fails, what comes collects, where of many things only the last state
   * counts.
   */
  async #writeAfter(previous: Promise<void>): Promise<void> {
    await previous.catch(() => {}); // told to whoever asked for it
    if (this.#failed) {
      await this.#write();
      this.#collectUnasked();
    }
    await this.#write();
  }

  async #write(): Promise<void> {
    const batches = this.#unsafe;
    if (batches.length === 0) return;
    this.#unsafe = [];
    const { collections } = this.#unwritten;
    try {
      const back = await this.#engine.write(batches);
      this.#unwritten.written(collections);
      this.#failed = false;
      this.#spare = back.find(({ bytes }) => bytes.length <= SPARE_BYTES_MAX)?.bytes;
      // Nobody else may have a reason for the next piece.
      if (!this.#leftOver.isEmpty && !this.#closing) this.#takeNextPiece();
    } catch (error) {
      const failed = failure('write to', this.#place(), error);
      // Their memory is the engine's until it gives it back.
      if (!(error instanceof WriteFailure)) throw new StoreLost(failed.message, { cause: error });
      this.#unsafe = [...error.batches, ...this.#unsafe];
      this.#failed = true;
      throw failed;
    }
  }

  /** Commits unasked; that it fails is told to who commits next. */
  #takeNextPiece(): void {
    this.#collectUnasked();
    this.#writeSoon().catch(() => {});
  }

  /**
   * One recipient less; without any the record goes, if it was written at all.
   *
   * @returns Whether the message is gone and was never written.
   */
  #letGo(arrival: number): boolean {
    const left = (this.#open.get(arrival) ?? 1) - 1;
    if (left > 1) {
      this.#open.set(arrival, left);
      return false;
    }
    this.#open.delete(arrival);
    if (left > 0) return false;
    if (this.#unwritten.forget(arrival)) return true;
    this.#removeMessage(arrival);
    return false;
  }

  #removeMessage(arrival: number): void {
    this.#batch.beginRemove('messages');
    this.#batch.number(arrival);
    this.#batch.end();
  }

  #place(): string {
    return this.#directory?.path ?? 'memory';
  }
}

function failure(what: string, place: string, error: unknown): Error {
  if (error instanceof RecoveryAborted) return error;
  return new Error(`Cannot ${what} the store in ${place}: ${inWords(error, place)}`, {
    cause: error,
  });
}

function syncOptions(sync: SyncMode = 'always', syncIntervalMs: number = SYNC_INTERVAL_MS.default) {
  if (!SYNC_MODES.includes(sync)) {
    throw new RangeError(`sync must be one of ${SYNC_MODES.join(', ')}: current value is ${sync}`);
  }
  const { min, max } = SYNC_INTERVAL_MS;
  if (!Number.isInteger(syncIntervalMs) || syncIntervalMs < min || syncIntervalMs > max) {
    throw new RangeError(
      `syncIntervalMs must be an integer from ${min} to ${max}: current value is ${syncIntervalMs}`,
    );
  }
  return { sync, syncIntervalMs };
}

const NOTHING = new Uint8Array(0);
/** Session numbers are promised to be new by so many at a time. */
const SESSION_NUMBERS_AHEAD = 1024;
const SPARE_BYTES_MAX = 1_048_576;
/** Messages of ended sessions that a commit removes: some milliseconds of the event loop. */
const LEFT_OVER_PIECE = 10_000;
