import type { LogLevel } from '../../config/broker-config.js';
import type { DiskUse } from '../../stores/lmdb/disk-use.js';
import type { BackupRunner } from './backup-runner.js';
import type { UserBook } from './user-book.js';

/**
 * What only the process around a broker can do, since files and log are its own. A program that
 * embeds a broker has none.
 */
export interface AdminHost {
  /** Reads configuration, users, rules and certificates again, as SIGHUP has it done. */
  reload(): Promise<ReloadReport>;
  /** The user file; `undefined`: the configuration names none. */
  users(): UserBook | undefined;
  /** What the store has on disk; `undefined`: it is in memory. */
  store(): DiskStatus | undefined;
  /** `undefined`: the configuration names no directory for backups, or there is nothing on disk. */
  readonly backups: BackupRunner | undefined;
  /** From which level on lines are logged. */
  logLevel(): LogLevel;
  /** Holds from the next line on. */
  setLogLevel(level: LogLevel): void;
}

/** A store on disk. */
export interface DiskStatus {
  /** The data directory. */
  readonly directory: string;
  /** The layout that is written. */
  readonly format: number;
  readonly disk: Pick<
    DiskUse,
    | 'sync'
    | 'fileBytes'
    | 'usedBytes'
    | 'compactions'
    | 'compactionsFailed'
    | 'compactionMs'
    | 'syncFailed'
  >;
}

/** What a reload has done, or why it has done nothing: a line for each reason. */
export type ReloadReport = Reloaded | { readonly refused: readonly string[] };

export interface Reloaded {
  /** What the configuration has otherwise now; files that it names were read again in any case. */
  readonly changes: readonly string[];
  /** What it has otherwise, and waits for a restart. */
  readonly restart: readonly string[];
  readonly warnings: readonly string[];
  /** Connections that ended: their clients are not let in any more. */
  readonly clientsRevoked: number;
  /** Sessions that have lost subscriptions. */
  readonly sessionsRevoked: number;
}
