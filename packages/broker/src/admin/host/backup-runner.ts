import { join } from 'node:path';
import type { Logger } from '../../observe/logger.js';
import type { BackupResult } from '../../stores/lmdb/backup.js';

/** One backup, under way or over. */
export interface BackupState {
  readonly name: string;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  /** Ms since 1970. */
  readonly beganMs: number;
  readonly endedMs: number | undefined;
  /** Copied so far. */
  readonly records: number;
  readonly bytes: number;
  /** Why it failed. */
  readonly problem: string | undefined;
}

/** Copies what is safe now to a new directory. */
export type MakeBackup = (
  target: string,
  signal: AbortSignal,
  onProgress: (soFar: BackupResult) => void,
) => Promise<BackupResult>;

export interface BackupRunnerParts {
  /** Each backup is a directory in it. */
  readonly dir: string;
  readonly make: MakeBackup;
  readonly wallMs: () => number;
  readonly log: Logger;
}

/** Makes backups below one directory, one at a time, and tells how far it is. */
export class BackupRunner {
  readonly #parts: BackupRunnerParts;
  #state: BackupState | undefined;
  #abort = new AbortController();
  #underWay: Promise<void> | undefined;

  constructor(parts: BackupRunnerParts) {
    this.#parts = parts;
  }

  /** The backup that is under way, or the last one; `undefined`: there was none. */
  get state(): BackupState | undefined {
    return this.#state;
  }

  /**
   * Begins a backup; {@link state} tells what becomes of it.
   *
   * @param name Of the new directory: no path.
   * @returns `undefined` if there is one under way.
   */
  start(name: string): BackupState | undefined {
    if (this.#underWay !== undefined) return undefined;
    const beganMs = this.#parts.wallMs();
    const state: BackupState = {
      name,
      state: 'running',
      beganMs,
      endedMs: undefined,
      records: 0,
      bytes: 0,
      problem: undefined,
    };
    this.#state = state;
    this.#abort = new AbortController();
    this.#underWay = this.#run(state).finally(() => {
      this.#underWay = undefined;
    });
    return state;
  }

  /** Ends the one under way; nothing is left of it. @returns Whether there was one. */
  async cancel(): Promise<boolean> {
    const { state } = this.#state ?? {};
    this.#abort.abort();
    await this.#underWay;
    return state === 'running';
  }

  async #run(begun: BackupState): Promise<void> {
    const { dir, make, wallMs, log } = this.#parts;
    const target = join(dir, begun.name);
    const { signal } = this.#abort;
    log.info({ event: 'backup-began', target }, 'backup begins');
    try {
      const result = await make(target, signal, ({ records, bytes }) => {
        this.#state = { ...begun, records, bytes };
      });
      this.#state = { ...begun, ...result, state: 'done', endedMs: wallMs() };
      log.info({ event: 'backup-ended', target, ...result }, 'backup has ended');
    } catch (error) {
      const { records, bytes } = this.#state ?? begun;
      const problem = error instanceof Error ? error.message : String(error);
      const state = signal.aborted ? 'cancelled' : 'failed';
      this.#state = { ...begun, records, bytes, state, endedMs: wallMs(), problem };
      log.warn({ event: 'backup-failed', target, err: error }, 'backup failed');
    }
  }
}
