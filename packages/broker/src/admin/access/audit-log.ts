import type { Logger } from '../../observe/logger.js';
import type { Role } from './role.js';

/** A change that somebody made, or tried to, over HTTP. */
export interface AuditEntry {
  /** Ms since 1970. */
  readonly atMs: number;
  /** Account, or name of the token. */
  readonly who: string;
  readonly role: Role | undefined;
  readonly via: 'token' | 'session' | 'login';
  readonly address: string;
  /** `POST /api/v1/bans`. */
  readonly action: string;
  /** Status of the answer. */
  readonly status: number;
}

/** Every change over HTTP: a line of the log, and the last ones to be read. */
export class AuditLog {
  readonly #log: Logger;
  readonly #entries: AuditEntry[] = [];

  constructor(log: Logger) {
    this.#log = log;
  }

  add(entry: AuditEntry): void {
    this.#entries.push(entry);
    if (this.#entries.length > ENTRIES_MAX) this.#entries.shift();
    const { atMs: _, ...fields } = entry;
    this.#log.info({ event: 'admin-change', ...fields }, 'a change over HTTP');
  }

  /** The newest first. */
  list(): readonly AuditEntry[] {
    return this.#entries.toReversed();
  }
}

const ENTRIES_MAX = 1000;
