import type { Clock } from '../../model/clock.js';
import type { EngineEvent } from './engine-events.js';
import { type Metas, SyncNotes } from './sync-notes.js';
import type { BatchBytes } from './write-batch.js';

export interface LazySyncOptions {
  readonly mode: 'interval' | 'os';
  /** What is written is on disk after so long, and the time that the disk takes. */
  readonly intervalMs: number;
  readonly clock: Clock;
  /** Runs a task when no other uses the environment. */
  readonly exclusive: <T>(task: () => Promise<T>) => Promise<T>;
  readonly tell: (event: EngineEvent) => void;
  /** For tests. */
  readonly openNotes?: (path: string) => SyncNotes;
}

/** A state of the environment that is not written over. */
export interface Reader {
  done(): void;
}

/**
 * When an environment comes to the disk whose writes do not wait for it.
 *
 *     write ─ write ─ write ─ write ─ write ─ write ─ write
 *       └── intervalMs ──▶ [ sync ] ── the state at its begin is the point to go back to
 *
 * LMDB alone would be corrupt after a loss of power: it writes over what only older transactions
 * need, and the newest may not be on disk. So a read transaction keeps the *point*, the state that
 * is on disk whole, until a newer one is; and what LMDB notes of its newest transaction counts only
 * while the machine runs, afterwards that of the point does (sync-notes.ts).
 *
 * After a sync that failed the system takes pages for written that are not, and a second sync says
 * nothing of them. So what was written since the point is kept in memory: the environment goes back
 * to the point and gets it again, waits for the disk until that succeeds, and can neither be read
 * nor written before.
 *
 * With `os` there is no point: the file is noted as doubtful until it is closed.
 */
export class LazySync {
  readonly #options: LazySyncOptions;
  #notes: SyncNotes | undefined;
  #point: { readonly metas: Metas; readonly reader: Reader } | undefined;
  /** Written since the point. */
  #kept: BatchBytes[] = [];
  #keptBytes = 0;
  #underWay: Promise<void> | undefined;
  #failure: string | undefined;
  #cancelTimer: (() => void) | undefined;
  #retryMs: number;
  #ended = false;
  #takeReader: () => Reader = () => NOBODY;
  #repay: () => Promise<void> = () => Promise.resolve();

  constructor(options: LazySyncOptions) {
    this.#options = options;
    this.#retryMs = options.intervalMs;
  }

  /** @param repay Writes nothing but what is {@link owed}. */
  bind(takeReader: () => Reader, repay: () => Promise<void>): void {
    this.#takeReader = takeReader;
    this.#repay = repay;
  }

  /** Why the last sync failed, until all of it has been written again. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** What has to be written again, in front of anything else. */
  get owed(): readonly BatchBytes[] {
    return this.#failure === undefined ? [] : this.#kept;
  }

  /** LMDB is about to open the file. */
  opening(): void {
    if (this.#failure === undefined || this.#point === undefined) return;
    this.#notes?.putMetas(this.#point.metas);
  }

  /** LMDB has opened it. @throws {Error} if it cannot be synced: then {@link failure} says why. */
  opened(path: string): void {
    const { mode } = this.#options;
    if (this.#failure !== undefined && this.#point !== undefined) {
      this.#point = { metas: this.#point.metas, reader: this.#takeReader() };
      return;
    }
    this.#notes?.close();
    const { openNotes = (file: string) => new SyncNotes(file) } = this.#options;
    this.#notes = openNotes(path);
    this.#syncNow(mode);
    this.#works();
  }

  /** The file was replaced by one that is on disk and holds the same. */
  replaced(): void {
    this.#failure = undefined;
    this.#point = undefined;
    this.#forget();
  }

  /** Resolves when no more than is allowed waits for the disk. */
  async room(): Promise<void> {
    if (this.#keptBytes > 2 * KEPT_BYTES) await this.#underWay;
  }

  /** A transaction was committed, with what was owed in front. @throws {Error} as the sync does. */
  wrote(batches: readonly BatchBytes[]): void {
    if (this.#failure !== undefined) {
      this.#syncNow(this.#options.mode);
      this.#works();
      return;
    }
    if (this.#options.mode === 'os') return;
    for (const { bytes, end } of batches) {
      // Their memory goes back to whoever wrote.
      this.#kept.push({ bytes: bytes.slice(0, end), end });
      this.#keptBytes += end;
    }
    if (this.#keptBytes > KEPT_BYTES) this.#sync();
    else this.#syncLater();
  }

  /** Resolves when LMDB may close the file, to open it again. */
  async closing(): Promise<void> {
    await this.#underWay;
    this.#point?.reader.done();
    if (this.#point !== undefined) this.#point = { metas: this.#point.metas, reader: NOBODY };
    if (this.#failure === undefined) this.#cancel();
  }

  /** For the last time, before {@link closing}. @throws {Error} if what is owed stays so. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#cancel();
    await this.#underWay;
    if (this.#failure !== undefined) await this.#repay();
  }

  /** LMDB has closed it for the last time. @throws {Error} if it cannot be synced. */
  closed(): void {
    const notes = this.#notes;
    this.#notes = undefined;
    try {
      if (this.#failure === undefined) notes?.sync('clean');
    } catch (error) {
      notes?.distrust(this.#options.mode, this.#point?.metas);
      throw error;
    } finally {
      notes?.close();
    }
  }

  /** Makes what is there now the point. */
  #syncNow(mode: 'interval' | 'os'): void {
    const notes = this.#notes!;
    const metas = notes.metas();
    try {
      notes.sync(mode, metas);
    } catch (error) {
      this.#failed(error);
      throw error;
    }
    if (mode === 'os') return;
    this.#point?.reader.done();
    this.#point = { metas, reader: this.#takeReader() };
    this.#forget();
  }

  #forget(): void {
    this.#kept = [];
    this.#keptBytes = 0;
  }

  #syncLater(): void {
    this.#cancelTimer ??= this.#after(this.#options.intervalMs, () => this.#sync());
  }

  #sync(): void {
    this.#cancel();
    if (this.#underWay !== undefined || this.#failure !== undefined) return;
    this.#underWay = this.#syncMeanwhile().finally(() => {
      this.#underWay = undefined;
    });
  }

  async #syncMeanwhile(): Promise<void> {
    const notes = this.#notes!;
    const metas = notes.metas();
    const next = { metas, reader: this.#takeReader() };
    const [batches, bytes] = [this.#kept.length, this.#keptBytes];
    try {
      await notes.syncMeanwhile('interval', metas);
    } catch (error) {
      next.reader.done();
      this.#failed(error);
      return;
    }
    this.#point?.reader.done();
    this.#point = next;
    this.#kept = this.#kept.slice(batches);
    this.#keptBytes -= bytes;
    if (this.#kept.length > 0 && !this.#ended) this.#syncLater();
  }

  #works(): void {
    if (this.#failure !== undefined) this.#options.tell({ type: 'sync-recovered' });
    this.#failure = undefined;
    this.#retryMs = this.#options.intervalMs;
    this.#cancel();
  }

  #failed(error: unknown): void {
    const { mode, tell } = this.#options;
    const message = error instanceof Error ? error.message : String(error);
    if (this.#failure === undefined) tell({ type: 'sync-failed', message });
    this.#failure = message;
    try {
      this.#notes?.distrust(mode, this.#point?.metas);
    } catch {
      // The note in front of it says the same after a loss of power.
    }
    this.#cancel();
    if (this.#ended) return;
    this.#cancelTimer = this.#after(this.#retryMs, () => this.#retry());
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS_MAX);
  }

  /** Until it succeeds. A write that comes meanwhile tries, too. */
  #retry(): void {
    void this.#options.exclusive(async () => {
      if (this.#failure === undefined) return;
      await this.#repay().catch((error: unknown) => this.#failed(error));
    });
  }

  #cancel(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #after(delayMs: number, task: () => void): () => void {
    return this.#options.clock.after(delayMs, task);
  }
}

const NOBODY: Reader = { done() {} };
/** So much waits for the disk at most before a sync begins; twice that, before writes wait. */
const KEPT_BYTES = 32 * 1024 * 1024;
const RETRY_MS_MAX = 5000;
