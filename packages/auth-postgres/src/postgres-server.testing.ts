/** A PostgreSQL server of its own, with TLS, in a folder that goes with the test. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';

/** Debian puts it where an ordinary PATH does not look. */
const DEBIAN = '/usr/lib/postgresql';

export class PostgresServer {
  readonly port: number;
  /** Path of the certificate that the server shows, signed by itself. */
  readonly ca: string;
  readonly #command: { readonly file: string; readonly args: readonly string[] };
  #child: ChildProcess | undefined;

  private constructor(
    port: number,
    ca: string,
    command: { file: string; args: readonly string[] },
  ) {
    this.port = port;
    this.ca = ca;
    this.#command = command;
  }

  static async start(t: TestContext): Promise<PostgresServer> {
    const folder = await mkdtemp(join(tmpdir(), 'magpie-postgres-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const [cert, key] = [join(folder, 'server.crt'), join(folder, 'server.key')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const how = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    const files = ['-keyout', key, '-out', cert];
    execFileSync('openssl', ['req', '-x509', ...how, ...subject, ...files], { stdio: 'ignore' });
    const ca = `${folder}.crt`;
    await copyFile(cert, ca); // the folder will be another user's
    t.after(() => rm(ca));
    // It does not run as root.
    for (const path of [folder, cert, key]) giveAway(path);
    const data = join(folder, 'data');
    const initdb = asUser(binary('initdb'), ['-D', data, '-N', '-A', 'trust', '-U', 'magpie']);
    execFileSync(initdb.file, initdb.args, { stdio: 'ignore' });
    const port = await freePort();
    const settings = {
      port,
      listen_addresses: 'localhost',
      unix_socket_directories: folder,
      fsync: 'off',
      ssl: 'on',
      ssl_cert_file: cert,
      ssl_key_file: key,
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const command = asUser(binary('postgres'), ['-D', data, ...flags]);
    const server = new PostgresServer(port, ca, command);
    t.after(() => server.stop());
    await server.run();
    return server;
  }

  /** Again, with what is in its tables, after {@link stop}. */
  async run(): Promise<void> {
    const { file, args } = this.#command;
    const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    for await (const line of createInterface(child.stderr)) {
      if (line.includes('ready to accept connections')) return;
    }
    throw new Error('PostgreSQL has not started');
  }

  url(host = 'localhost'): string {
    return `postgres://magpie@${host}:${this.port}/postgres`;
  }

  /** Has it neither answer nor close, until {@link goOn}. */
  pause(): void {
    for (const pid of this.#all()) process.kill(pid, 'SIGSTOP');
  }

  goOn(): void {
    for (const pid of this.#all()) process.kill(pid, 'SIGCONT');
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'exit');
    this.goOn();
    child.kill('SIGINT'); // ends its connections
    await closed;
  }

  /** The server and the processes of its connections. */
  #all(): number[] {
    const { pid = 0 } = this.#child ?? {};
    const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], {
      encoding: 'utf8',
    });
    return [pid, ...children.trim().split(/\s+/).map(Number)];
  }
}

function binary(name: string): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN) : [];
  const paths = versions.map((version) => join(DEBIAN, version, 'bin', name));
  return paths.find((path) => existsSync(path)) ?? name;
}

function asUser(file: string, args: readonly string[]): { file: string; args: readonly string[] } {
  if (process.getuid?.() !== 0) return { file, args };
  const who = ['--reuid=postgres', '--regid=postgres', '--clear-groups'];
  return { file: 'setpriv', args: [...who, file, ...args] };
}

function giveAway(path: string): void {
  if (process.getuid?.() !== 0) return;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  chownSync(path, id('-u'), id('-g'));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
