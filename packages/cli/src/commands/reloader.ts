import type { Broker, BrokerChange, BrokerChanged } from '@magpie/broker';
import {
  type AuthenticatorChain,
  type BrokerConfig,
  reloadPlan,
  type ReloadReport,
  type ResolvedConfig,
  TlsFileError,
} from '@magpie/broker/server';
import type { Log } from '../log.js';
import { openAuthentication } from './open-authentication.js';
import { readRules } from './read-rules.js';
import { ServeFailure } from './serve-failure.js';

export interface ReloaderOptions {
  readonly broker: Broker;
  /** What the broker runs with. */
  readonly config: BrokerConfig;
  readonly authenticator: AuthenticatorChain | undefined;
  /** Reads the configuration again, from where it came. */
  readonly read: () => Promise<ResolvedConfig>;
  readonly log: Log;
}

/**
 * Reads configuration, users and certificates again while the broker runs.
 *
 *     read ──▶ compare ──▶ open all files ──▶ broker.reload
 *       └─────────┴──────────────┴───────────────┴──▶ refused: one log line for each reason, and
 *                                                     nothing has changed
 */
export class Reloader {
  readonly #options: ReloaderOptions;
  #config: BrokerConfig;
  #authenticator: AuthenticatorChain | undefined;
  #underWay: Promise<ReloadReport> | undefined;
  /** Reloads and changes of users: one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  /** How often it was asked to. */
  #asked = 0;

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.#config = options.config;
    this.#authenticator = options.authenticator;
  }

  /** The file of users that is in use; `undefined`: there is none. */
  get userFile(): string | undefined {
    return this.#config.authentication?.users;
  }

  /**
   * One at a time; who asks meanwhile gets one more behind it. Never rejects for bad files.
   *
   * @returns What the last of them has done.
   */
  reload(): Promise<ReloadReport> {
    this.#asked++;
    this.#underWay ??= this.#next(() => this.#run()).finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  /**
   * The file of users was written: reads again who may log in, and nothing else.
   *
   * @throws {ServeFailure} if that cannot be used; nothing has changed then.
   */
  usersChanged(): Promise<void> {
    return this.#next(async () => {
      if (this.userFile === undefined) return; // the configuration was read again meanwhile
      await this.#use({
        authentication: { authenticator: await openAuthentication(this.#config) },
      });
    });
  }

  #next<T>(task: () => Promise<T>): Promise<T> {
    const next = this.#last.then(task);
    this.#last = next.catch(() => {});
    return next;
  }

  async #run(): Promise<ReloadReport> {
    for (;;) {
      const seen = this.#asked;
      const report = await this.#once();
      if (seen === this.#asked) return report;
    }
  }

  async #once(): Promise<ReloadReport> {
    const { log, read } = this.#options;
    const resolved = await read();
    if (!resolved.ok) return this.#refuse(resolved.problems.map(({ message }) => message));
    const { config, changes, restart, problems } = reloadPlan(this.#config, resolved.config);
    if (problems.length > 0) return this.#refuse(problems);
    try {
      const { clientsRevoked, revocations } = await this.#change(config);
      for (const why of resolved.warnings) log.warn({ event: 'config-warning', why }, why);
      for (const why of restart) {
        log.warn({ event: 'needs-restart', why }, `needs a restart: ${why}`);
      }
      const sessionsRevoked = revocations.length;
      log.info({ event: 'reloaded', clientsRevoked, sessionsRevoked }, 'configuration read again');
      const { warnings } = resolved;
      return { changes, restart, warnings, clientsRevoked, sessionsRevoked };
    } catch (error) {
      if (!(error instanceof ServeFailure) && !(error instanceof TlsFileError)) throw error;
      return this.#refuse(error.message.split('\n'));
    }
  }

  /** @throws What the files and `broker.reload` say: nothing has changed then. */
  async #change(config: BrokerConfig): Promise<BrokerChanged> {
    const change = await changeOf(config, this.#options.broker);
    const changed = await this.#use(change);
    // What was set over HTTP stays, unless the file says another one.
    const { logLevel } = config;
    if (logLevel !== this.#config.logLevel) this.#options.log.setLevel(logLevel);
    this.#config = config;
    return changed;
  }

  async #use(change: Change): Promise<BrokerChanged> {
    const { authenticator } = change.authentication;
    let unused = authenticator;
    try {
      const changed = await this.#options.broker.reload(change);
      unused = this.#authenticator;
      this.#authenticator = authenticator;
      return changed;
    } finally {
      await unused?.close();
    }
  }

  /** Lets go of what the authenticator in use holds open. The broker has been closed. */
  async close(): Promise<void> {
    await this.#last;
    await this.#authenticator?.close();
  }

  #refuse(reasons: readonly string[]): ReloadReport {
    for (const why of reasons) {
      this.#options.log.error(
        { event: 'reload-refused', why },
        `the configuration was not read again, nothing has changed: ${why}`,
      );
    }
    return { refused: reasons };
  }
}

type Change = BrokerChange & {
  readonly authentication: { readonly authenticator: AuthenticatorChain | undefined };
};

/** @throws {ServeFailure} naming everything that is wrong with any of the files. */
async function changeOf(config: BrokerConfig, broker: Broker): Promise<Change> {
  const { authorization, limits, bans, clients: clientRules } = config;
  const [authenticator, rules] = await Promise.allSettled([
    openAuthentication(config),
    authorization === undefined
      ? undefined
      : readRules(authorization, (text, file) => broker.readRules(text, file)),
  ]);
  const failed = [authenticator, rules].filter((one) => one.status === 'rejected');
  const other = failed.find(({ reason }) => !(reason instanceof ServeFailure));
  if (other !== undefined) throw other.reason;
  if (authenticator.status === 'rejected' || rules.status === 'rejected') {
    if (authenticator.status === 'fulfilled') await authenticator.value?.close();
    throw new ServeFailure(failed.map(({ reason }) => (reason as Error).message).join('\n'));
  }
  return {
    limits,
    bans,
    clientRules,
    authentication: { authenticator: authenticator.value },
    ...(rules.value && { rules: rules.value }),
    certificates: config.listeners.filter((listener) => 'cert' in listener),
  };
}
