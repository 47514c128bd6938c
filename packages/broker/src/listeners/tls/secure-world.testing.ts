/** A secure server on a free port, with its authority, and clients that show certificates. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { ClientCertificate } from '../../model/client-certificate.js';
import { type Limits, limitsFrom } from '../../model/limits.js';
import { Admission } from '../../admission/admission.js';
import { Bans } from '../../admission/bans.js';
import { Overload } from '../../admission/overload.js';
import { ManualClock } from '../../model/manual-clock.testing.js';
import { TimerWheel } from '../../model/timer-wheel.js';
import { Counters } from '../../observe/counters.js';
import { RecordingLogger } from '../../observe/recording-logger.testing.js';
import { HandshakeCount, SecureServer, type SecureServerOptions } from './secure-server.js';
import { type Issued, TestAuthority, TestFiles } from './test-authority.testing.js';

export interface Accepted {
  readonly socket: TLSSocket;
  readonly certificate: ClientCertificate | undefined;
}

export class SecureWorld {
  readonly root: TestAuthority;
  /** Has issued the certificate of the server. */
  readonly authority: TestAuthority;
  readonly files: TestFiles;
  readonly clock = new ManualClock({ turns: 'by themselves' });
  readonly counters = new Counters();
  readonly log = new RecordingLogger();
  readonly handshakes = new HandshakeCount();
  readonly server: SecureServer;
  readonly bans: Bans;
  readonly admission: Admission;
  readonly accepted: Accepted[] = [];
  port = 0;
  readonly #t: TestContext;
  #wake: () => void = () => {};

  private constructor(
    t: TestContext,
    made: { root: TestAuthority; authority: TestAuthority; files: TestFiles },
    options: SecureServerOptions,
    limits: Limits,
  ) {
    const { clock, counters, log, handshakes } = this;
    this.#t = t;
    this.root = made.root;
    this.authority = made.authority;
    this.files = made.files;
    const wheel = new TimerWheel(clock);
    const basics = { limits, clock, wheel, counters, log, handshakes };
    this.bans = new Bans({ limits, wallMs: () => clock.wallMs() });
    const overload = new Overload(basics);
    this.admission = new Admission({ ...basics, bans: this.bans, overload });
    const around = { ...basics, admission: this.admission };
    this.server = new SecureServer(options, around);
  }

  /** Listens until the test ends: with a server certificate for `localhost`. */
  static async listening(
    t: TestContext,
    options: Partial<SecureServerOptions> = {},
    limits: Partial<Limits> = {},
  ): Promise<SecureWorld> {
    const root = await TestAuthority.root();
    const authority = await root.intermediate();
    const files = await TestFiles.make(t);
    const server = await authority.issue({
      names: [{ type: 'dns', value: 'localhost' }],
      usage: 'server',
    });
    const pair = await files.pair('server', server);
    await files.write('ca.crt', root.certificate);
    const all: SecureServerOptions = {
      type: 'tls',
      host: '127.0.0.1',
      port: 0,
      backlog: 64,
      protocol: 'mqtt',
      certificates: [],
      ca: files.path('ca.crt'),
      crl: undefined,
      clientCertificate: 'none',
      minVersion: '1.2',
      ciphers: undefined,
      ...pair,
      ...options,
    };
    const world = new SecureWorld(t, { root, authority, files }, all, limitsFrom(limits));
    await world.listen();
    return world;
  }

  async listen(): Promise<void> {
    this.#t.after(() => this.server.close());
    const { port } = await this.server.listen((socket, certificate) => {
      this.#t.after(() => socket.destroy());
      this.accepted.push({ socket, certificate });
      this.#wake();
    });
    this.port = port;
  }

  /** A client that trusts the root; `shown` is its certificate. */
  client(shown?: Issued, options: ConnectionOptions = {}): TLSSocket {
    const socket = connect({
      host: '127.0.0.1',
      port: this.port,
      servername: 'localhost',
      ca: this.root.certificate,
      ...(shown !== undefined && { cert: shown.cert, key: shown.key }),
      ...options,
    });
    this.#t.after(() => socket.destroy());
    return socket;
  }

  /** A client that says bytes of its own. */
  async plain(): Promise<Socket> {
    const socket = createConnection({ port: this.port, host: '127.0.0.1' });
    this.#t.after(() => socket.destroy());
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  }

  /** Connects, and waits until the server has taken the connection. */
  async connected(shown?: Issued, options: ConnectionOptions = {}): Promise<Accepted> {
    const count = this.accepted.length;
    const client = this.client(shown, options);
    client.resume();
    await Promise.all([
      once(client, 'secureConnect'),
      this.until(() => this.accepted.length > count),
    ]);
    return this.accepted[count] as Accepted;
  }

  /** Connects and is closed by the server. @returns The reason in the log. */
  async refused(shown?: Issued, options: ConnectionOptions = {}): Promise<string> {
    const count = this.accepted.length;
    const lines = this.log.of('tls-failed').length;
    const client = this.client(shown, options);
    client.on('error', () => {});
    client.resume();
    await closed(client);
    assert.equal(this.accepted.length, count);
    const [line, ...more] = this.log.of('tls-failed').slice(lines);
    assert.equal(more.length, 0);
    return String(line?.fields['why']);
  }

  /** Resolves once this is so; looked at when the server has taken a connection. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** Resolves when it is closed, whatever went wrong before. */
export async function closed(socket: Socket): Promise<void> {
  socket.on('error', () => {});
  if (socket.closed) return;
  await new Promise((resolve) => {
    socket.once('close', resolve);
  });
}
