/** A Redis server of its own, with TLS, in a folder that goes with the test. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';

export const PASSWORD = 'of the server';

export class RedisServer {
  readonly port: number;
  readonly tlsPort: number;
  /** Path of the certificate that the server shows, signed by itself. */
  readonly ca: string;
  readonly #child: ChildProcess;

  private constructor(ports: readonly [number, number], ca: string, child: ChildProcess) {
    [this.port, this.tlsPort] = ports;
    this.ca = ca;
    this.#child = child;
  }

  static async start(t: TestContext, ports?: readonly [number, number]): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'magpie-redis-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const [cert, key] = [join(folder, 'server.crt'), join(folder, 'server.key')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const how = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    const files = ['-keyout', key, '-out', cert];
    execFileSync('openssl', ['req', '-x509', ...how, ...subject, ...files], { stdio: 'ignore' });
    const [port, tlsPort] = ports ?? [await freePort(), await freePort()];
    const settings = {
      port,
      'tls-port': tlsPort,
      'tls-cert-file': cert,
      'tls-key-file': key,
      'tls-auth-clients': 'no',
      bind: '127.0.0.1',
      dir: folder,
      save: '',
      requirepass: PASSWORD,
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const child = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'inherit'] });
    const server = new RedisServer([port, tlsPort], cert, child);
    t.after(() => server.stop());
    const lines = createInterface(child.stdout);
    for await (const line of lines) if (line.includes('Ready to accept')) break;
    child.stdout.resume();
    return server;
  }

  get url(): string {
    return `redis://:${encodeURIComponent(PASSWORD)}@127.0.0.1:${this.port}`;
  }

  secureUrl(host = 'localhost'): string {
    return `rediss://:${encodeURIComponent(PASSWORD)}@${host}:${this.tlsPort}`;
  }

  /** Has it neither answer nor close, until {@link goOn}. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  goOn(): void {
    this.#child.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const closed = once(this.#child, 'exit');
    this.goOn();
    this.#child.kill('SIGTERM');
    await closed;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
