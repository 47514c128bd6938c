import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { LogLevel } from '../../config/broker-config.js';
import { silentLogger } from '../../observe/logger.js';
import type { AdminHost, DiskStatus, ReloadReport } from './admin-host.js';
import { BackupRunner } from './backup-runner.js';
import { UserBook } from './user-book.js';

/** The process around a broker, as a test wants it: with a user file that holds `ali` and `bo`. */
export class TestHost implements AdminHost {
  report: ReloadReport = {
    changes: ['limits.inflightMax: 32 → 7'],
    restart: [],
    warnings: [],
    clientsRevoked: 1,
    sessionsRevoked: 2,
  };
  hasUsers = true;
  disk: DiskStatus | undefined = {
    directory: 'data',
    format: 3,
    disk: {
      sync: 'always',
      fileBytes: 2000,
      usedBytes: 1000,
      compactions: 1,
      compactionsFailed: 0,
      compactionMs: 5.5,
      syncFailed: 0,
    },
  };
  backups: BackupRunner | undefined = new BackupRunner({
    dir: 'backups',
    wallMs: () => Date.UTC(2030, 0, 1),
    log: silentLogger,
    make: (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('it was cancelled')));
      }),
  });
  readonly #t: TestContext;
  #level: LogLevel = 'info';
  #book: UserBook | undefined;

  constructor(t: TestContext) {
    this.#t = t;
  }

  reload(): Promise<ReloadReport> {
    return Promise.resolve(this.report);
  }

  store(): DiskStatus | undefined {
    return this.disk;
  }

  logLevel(): LogLevel {
    return this.#level;
  }

  setLogLevel(level: LogLevel): void {
    this.#level = level;
  }

  users(): UserBook | undefined {
    if (this.hasUsers) this.#book ??= this.#newBook();
    return this.hasUsers ? this.#book : undefined;
  }

  #newBook(): UserBook {
    const dir = mkdtempSync(join(tmpdir(), 'magpie-host-'));
    this.#t.after(() => rmSync(dir, { recursive: true }));
    const path = join(dir, 'passwd');
    writeFileSync(path, ['ali', 'bo'].map((name) => `${name}:${HASH}\n`).join(''));
    return new UserBook(path, () => Promise.resolve());
  }
}

const HASH =
  '$scrypt$ln=4,r=8,p=1$YSBzYWx0IGZvciB0ZXN0cw==$7udV9Sl634nVPRDU9blHGhGqy7pPJG9Aib1LAfZu+Pg=';
