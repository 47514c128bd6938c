import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Broker, createBroker, silentLogger, SystemClock } from '@magpie/broker';
import { type AdminHost, openAccounts, startAdminServer } from '@magpie/broker/server';
import { type Client, connect } from '@magpie/client';
import { arrayLog, type CommandRun, runInProcess, type Said } from '../command.testing.js';

/** A broker with its HTTP port, and a directory with the token for commands. */
export class AdminWorld {
  readonly broker: Broker;
  /** Of the HTTP port. */
  readonly url: string;
  readonly dir: string;
  readonly #t: TestContext;
  readonly #mqtt: string;

  private constructor(t: TestContext, broker: Broker, url: string, dir: string, mqtt: string) {
    this.#t = t;
    this.broker = broker;
    this.url = url;
    this.dir = dir;
    this.#mqtt = mqtt;
  }

  static async start(t: TestContext): Promise<AdminWorld> {
    const dir = await mkdtemp(join(tmpdir(), 'magpie-admin-'));
    t.after(() => rm(dir, { recursive: true }));
    const broker = await createBroker();
    t.after(() => broker.close());
    const { port } = await broker.listen({ type: 'tcp', port: 0 });
    const { book } = await openAccounts(dir);
    const server = await startAdminServer({
      host: '127.0.0.1',
      port: 0,
      version: '1.2.3',
      source: { notReady: () => undefined, metrics: () => [] },
      log: silentLogger,
      api: { broker, book, limits: broker.limits, clock: new SystemClock(), host: hostWithLog() },
    });
    t.after(() => server.close());
    const url = `http://127.0.0.1:${server.port}`;
    return new AdminWorld(t, broker, url, dir, `mqtt://127.0.0.1:${port}`);
  }

  /** Runs `magpie …` with the token of the directory. */
  run(args: readonly string[], run: CommandRun = {}): Promise<Said> {
    const env = { MAGPIE_API: this.url, MAGPIE_DATA_DIR: this.dir, ...run.env };
    return runInProcess(args, { ...run, env });
  }

  /** A connected client; it is ended with the test. */
  async connect(clientId: string): Promise<Client> {
    const client = await connect(this.#mqtt, { clientId, reconnect: false });
    this.#t.after(() => client.end());
    return client;
  }

  /** Resolves when the broker has ended a connection. */
  disconnected(): Promise<unknown> {
    const target = new EventTarget();
    const ended = once(target, 'ended');
    this.broker.on('disconnected', () => void target.dispatchEvent(new Event('ended')));
    return ended;
  }
}

/** A process that has a log, and no files. */
function hostWithLog(): AdminHost {
  const log = arrayLog(() => {});
  return {
    reload: () => assert.fail(),
    users: () => undefined,
    store: () => undefined,
    backups: undefined,
    logLevel: () => log.level(),
    setLogLevel: (level) => log.setLevel(level),
  };
}
