import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Connect, QoS } from '@magpie/protocol';
import { type Broker, createBroker } from '../../broker.js';
import type { BrokerOptions } from '../../broker-options.js';
import { MemoryListener } from '../../memory-listener.testing.js';
import { type Clock, SystemClock } from '../../model/clock.js';
import { limitsFrom } from '../../model/limits.js';
import { type Logger, silentLogger } from '../../observe/logger.js';
import { TestClient } from '../../test-client.testing.js';
import type { ApiEnv } from '../access/access.js';
import { AccountBook } from '../access/account-book.js';
import type { Role } from '../access/role.js';
import { TestHost } from '../host/admin-host.testing.js';
import { apiApp } from './api-app.js';
import { EventStreams } from './event-stream.js';

interface ApiWorldOptions extends Pick<BrokerOptions, 'store' | 'authorizer' | 'authenticator'> {
  readonly log?: Logger;
  /** Of the API; the broker has its own. */
  readonly clock?: Clock;
}

/** An API before a broker in memory, with one token of each role. */
export class ApiWorld {
  readonly broker: Broker;
  readonly book: AccountBook;
  readonly app: OpenAPIHono<ApiEnv>;
  readonly host: TestHost;
  readonly #listener: MemoryListener;
  readonly #tokens: Readonly<Record<Role, string>>;

  private constructor(
    broker: Broker,
    book: AccountBook,
    app: OpenAPIHono<ApiEnv>,
    listener: MemoryListener,
    tokens: Readonly<Record<Role, string>>,
    host: TestHost,
  ) {
    this.broker = broker;
    this.book = book;
    this.app = app;
    this.#listener = listener;
    this.#tokens = tokens;
    this.host = host;
  }

  static async start(
    t: TestContext,
    { log = silentLogger, clock = new SystemClock(), ...options }: ApiWorldOptions = {},
  ): Promise<ApiWorld> {
    const broker = await createBroker({ log, ...options });
    t.after(() => broker.close());
    const listener = new MemoryListener();
    await broker.listen(listener);
    const book = new AccountBook({ accounts: [ADMIN], tokens: [] }, () => Promise.resolve());
    const token = async (role: Role) => (await book.addToken(role, role)).token;
    const tokens = {
      viewer: await token('viewer'),
      operator: await token('operator'),
      admin: await token('admin'),
    };
    const host = new TestHost(t);
    const app = apiApp({
      host,
      broker,
      book,
      source: {
        notReady: () => undefined,
        metrics: () => [{ name: 'magpie_a', help: 'A', type: 'gauge', value: 1 }],
      },
      limits: limitsFrom({}),
      clock,
      version: '1.2.3',
      streams: new EventStreams(clock),
      log,
    });
    return new ApiWorld(broker, book, app, listener, tokens, host);
  }

  /** A connected client with these subscriptions. */
  connect(
    clientId: string,
    ...filters: readonly (readonly [filter: string, qos: QoS])[]
  ): Promise<TestClient> {
    return this.#connected(clientId, {}, filters);
  }

  /** A session with these subscriptions whose client is gone again. */
  async away(
    clientId: string,
    ...filters: readonly (readonly [filter: string, qos: QoS])[]
  ): Promise<void> {
    const client = await this.#connected(clientId, { cleanSession: false }, filters);
    const left = new Promise((resolve) => {
      this.broker.on('disconnected', resolve);
    });
    client.send({ type: 'disconnect' });
    await left;
  }

  /** The client of a session that is kept, connected again. */
  back(clientId: string): Promise<TestClient> {
    return this.#connected(clientId, { cleanSession: false }, []);
  }

  async #connected(
    clientId: string,
    fields: Partial<Connect>,
    filters: readonly (readonly [filter: string, qos: QoS])[],
  ): Promise<TestClient> {
    const client = await TestClient.connected(this.#listener, clientId, fields);
    if (filters.length > 0) await client.subscribe(...filters);
    return client;
  }

  /** @param call `GET /clients` @param as Whose token goes with it. */
  async ask(
    call: string,
    as?: Role,
    init: { readonly json?: unknown; readonly headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const [method = '', path = ''] = call.split(' ');
    const body = typeof init.json === 'string' ? init.json : JSON.stringify(init.json);
    const headers = {
      ...(as !== undefined && { authorization: `Bearer ${this.#tokens[as]}` }),
      ...(init.json !== undefined && {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
      }),
      ...init.headers,
    };
    const request = { method, headers, ...(init.json !== undefined && { body }) };
    return this.app.request(path, request, {});
  }

  /** The `data` of an answer that must be a good one. */
  async data(call: string, as: Role, json?: unknown): Promise<unknown> {
    const response = await this.ask(call, as, { json });
    const body = (await response.json()) as { data?: unknown };
    assert.equal(response.status, 200, JSON.stringify(body));
    return body.data;
  }
}

/** Its password is `correct horse`, hashed as cheaply as can be: there is one for each test. */
const ADMIN = {
  name: 'admin',
  role: 'admin',
  password:
    '$scrypt$ln=4,r=8,p=1$YSBzYWx0IGZvciB0ZXN0cw==$7udV9Sl634nVPRDU9blHGhGqy7pPJG9Aib1LAfZu+Pg=',
} as const;
