import type { UserBook } from './user-book.js';

/**
 * What only the process around a broker can do, since it knows the files. A program that embeds a
 * broker has none.
 */
export interface AdminHost {
  /** Reads configuration, users, rules and certificates again, as SIGHUP has it done. */
  reload(): Promise<ReloadReport>;
  /** The user file; `undefined`: the configuration names none. */
  users(): UserBook | undefined;
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
