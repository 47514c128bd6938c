import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { COMPACTION_RULES, type CompactionRules } from './compactor.js';
import { Damage } from './damage.js';
import { type Engine, type Fetched, type Snapshot, WriteFailure } from './engine.js';
import type { EngineEvent } from './engine-events.js';
import type {
  EngineAnswer,
  EngineMessage,
  EngineOptions,
  EngineRequest,
} from './engine-messages.js';
import { StoreLost } from '../store-lost.js';
import type { SyncMode } from '../../config/sync-modes.js';
import { RecoveryAborted, throwIfAborted } from './recovery.js';
import { TABLE_CODES, type TableName } from './tables.js';
import type { BatchBytes } from './write-batch.js';

type AnswerOf<Type extends EngineAnswer['type']> = Extract<EngineAnswer, { readonly type: Type }>;

interface Waiting {
  readonly resolve: (answer: EngineAnswer) => void;
  readonly reject: (error: Error) => void;
}

export interface LmdbEngineOptions {
  /** See {@link EngineOptions}. */
  readonly sync?: SyncMode | 'never';
  readonly syncIntervalMs?: number;
  readonly compaction?: Partial<CompactionRules>;
  readonly onEvent?: (event: EngineEvent) => void;
  /** Told once, if the thread ends before it was asked to. */
  readonly onLost?: ((error: StoreLost) => void) | undefined;
  /** Ends the opening. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * LMDB in a thread of its own. The event loop waits for no disk, and half of what a write costs is
 * off the thread that serves the clients (measured against LMDB's own asynchronous writes: 0.4
 * instead of 1.0 µs a message of 200 B, and an error is an error: a write ends or fails, and never
 * just hangs).
 *
 * The thread keeps the process alive only while something is asked of it.
 */
export class LmdbEngine implements Engine {
  readonly #thread: Worker;
  readonly #waiting: Waiting[] = [];
  readonly #onLost: (error: StoreLost) => void;
  /** Why the thread has ended, or is about to. */
  #lost: Error | undefined;
  #closing = false;

  private constructor(
    directory: string,
    { sync = 'always', syncIntervalMs = 1000, compaction, onEvent, onLost }: LmdbEngineOptions,
  ) {
    this.#onLost = onLost ?? (() => {});
    const rules = { ...COMPACTION_RULES, ...compaction };
    const workerData: EngineOptions = { directory, sync, syncIntervalMs, compaction: rules };
    // Not the flags of the process: some of them, such as --input-type, no file can be run with.
    this.#thread = new Worker(THREAD, { workerData, name: 'magpie-store', execArgv: [] });
    this.#thread.on('message', (message: EngineMessage) => {
      if (message.type === 'event') onEvent?.(message.event);
      else this.#answered(message);
    });
    this.#thread.on('error', ({ message }: Error) => this.#end(lost(`: ${message}`)));
    this.#thread.on('exit', () => this.#end(lost('')));
  }

  /**
   * @param directory Of this process alone, see data-directory.ts.
   * @throws {Error} what LMDB says.
   * @throws {RecoveryAborted} if it was told to end.
   */
  static async open(directory: string, options: LmdbEngineOptions = {}): Promise<LmdbEngine> {
    const { signal } = options;
    throwIfAborted(signal);
    const engine = new LmdbEngine(directory, options);
    // The thread checks the file and answers nothing meanwhile: it can only be ended from outside.
    const abort = () => engine.#end(new RecoveryAborted());
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await engine.#answer('done');
    } catch (error) {
      engine.#closing = true;
      await engine.#thread.terminate();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
    return engine;
  }

  async count(table: TableName): Promise<number> {
    const code = TABLE_CODES[table];
    return (await this.#ask('count', { type: 'count', table: code })).count;
  }

  async *read(table: TableName): AsyncGenerator<BatchBytes> {
    yield* this.#pieces(table, await this.count(table), false);
  }

  async snapshot(): Promise<Snapshot> {
    const { counts } = await this.#ask('snapshot', { type: 'snapshot' });
    return {
      read: (table) => this.#pieces(table, counts[TABLE_CODES[table]]!, true),
      [Symbol.asyncDispose]: async () => {
        await this.#ask('done', { type: 'release' });
      },
    };
  }

  async fetch(table: TableName, numbers: Float64Array, bytesMax: number): Promise<Fetched> {
    const code = TABLE_CODES[table];
    const { piece } = await this.#ask('fetched', { type: 'fetch', table: code, numbers, bytesMax });
    return piece;
  }

  async write(batches: readonly BatchBytes[]): Promise<readonly BatchBytes[]> {
    const memory = batches.map(({ bytes }) => bytes.buffer);
    const { batches: back } = await this.#ask('written', { type: 'write', batches }, memory);
    return back;
  }

  async close(): Promise<void> {
    if (this.#lost !== undefined) return;
    this.#closing = true;
    const ended = once(this.#thread, 'exit');
    await this.#ask('done', { type: 'close' });
    this.#thread.ref();
    await ended;
  }

  async *#pieces(table: TableName, count: number, snapshot: boolean): AsyncGenerator<BatchBytes> {
    const code = TABLE_CODES[table];
    const ask = (after: Uint8Array | undefined) =>
      this.#ask('piece', { type: 'read', table: code, after, bytesMax: PIECE_BYTES, snapshot });
    let records = 0;
    let next: Promise<AnswerOf<'piece'>> | undefined = ask(undefined);
    while (next !== undefined) {
      const { piece }: AnswerOf<'piece'> = await next;
      records += piece.records;
      // One is read while the other is used.
      next = piece.last ? undefined : ask(piece.lastKey);
      next?.catch(() => {}); // told when it is waited for, if it ever is
      yield piece;
    }
    if (records === count) return;
    throw new Damage(`Table ${table} is damaged: it has ${records} records instead of ${count}`);
  }

  #ask<Type extends EngineAnswer['type']>(
    type: Type,
    request: EngineRequest,
    memory: ArrayBuffer[] = [],
  ): Promise<AnswerOf<Type>> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    this.#thread.postMessage(request, memory);
    return this.#answer(type);
  }

  async #answer<Type extends EngineAnswer['type']>(type: Type): Promise<AnswerOf<Type>> {
    if (this.#waiting.length === 0) this.#thread.ref();
    const answer = await new Promise<EngineAnswer>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
    if (answer.type === type) return answer as AnswerOf<Type>;
    if (answer.type === 'failed' && answer.isDamage) throw new Damage(answer.message);
    if (answer.type === 'failed') throw new WriteFailure(answer.message, answer.batches);
    throw new TypeError(`The thread of the store answered ${answer.type} instead of ${type}`);
  }

  #answered(answer: EngineAnswer): void {
    this.#waiting.shift()?.resolve(answer);
    if (this.#waiting.length === 0) this.#thread.unref();
  }

  #end(error: Error): void {
    const isFirst = this.#lost === undefined && !this.#closing;
    this.#lost ??= error;
    if (isFirst && error instanceof StoreLost) this.#onLost(error);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#lost);
  }
}

/** What the thread was given is gone with it. */
function lost(why: string): StoreLost {
  return new StoreLost(`The thread of the store has ended${why}`);
}

/** Bytes of records that are read at a time. */
const PIECE_BYTES = 262_144;
const THREAD = new URL('./engine-thread.js', import.meta.url);
