/** Servers of streams, for the contract of Transport. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { createWebSocketStream, WebSocketServer } from 'ws';
import type { TestServer } from './transport.testing.js';

export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** A certificate for 127.0.0.1 that nobody has signed but itself. */
export async function selfSigned(): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-certificate-'));
  try {
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const kind = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=magpie';
    const name = '-addext subjectAltName=IP:127.0.0.1';
    const args = [...`${kind} ${name}`.split(' '), '-keyout', key, '-out', cert];
    await promisify(execFile)('openssl', args);
    return { cert: await readFile(cert), key: await readFile(key) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Hands out, in order, what comes. */
class Arrivals {
  readonly #waiting: Duplex[] = [];
  #wake: () => void = () => {};

  add(stream: Duplex): void {
    this.#waiting.push(stream);
    this.#wake();
  }

  async next(): Promise<Duplex> {
    for (;;) {
      const stream = this.#waiting.shift();
      if (stream !== undefined) return stream;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

export function tcpServer(t: TestContext): Promise<TestServer> {
  const arrivals = new Arrivals();
  const server = createTcpServer((socket) => arrivals.add(socket));
  return started(t, server, 'mqtt', arrivals);
}

export function tlsServer(t: TestContext, certificate: Certificate): Promise<TestServer> {
  const arrivals = new Arrivals();
  const options = { ...certificate, ALPNProtocols: ['mqtt'] };
  const server = createTlsServer(options, (socket) => arrivals.add(socket));
  server.on('tlsClientError', () => {}); // a client that refuses the certificate
  return started(t, server, 'mqtts', arrivals);
}

export function webSocketServer(t: TestContext, certificate?: Certificate): Promise<TestServer> {
  const arrivals = new Arrivals();
  const secure = certificate !== undefined;
  const server = secure ? createHttpsServer(certificate) : createHttpServer();
  server.on('tlsClientError', () => {});
  const sockets = new WebSocketServer({ server, handleProtocols: () => 'mqtt' });
  sockets.on('connection', (socket) => arrivals.add(createWebSocketStream(socket)));
  return started(t, server, secure ? 'wss' : 'ws', arrivals);
}

async function started(
  t: TestContext,
  server: Server,
  scheme: string,
  arrivals: Arrivals,
): Promise<TestServer> {
  const sockets = new Set<Duplex>();
  server.on('connection', (socket: Duplex) => sockets.add(socket));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = new URL(`${scheme}://127.0.0.1:${port}`);
  return { url, accept: () => arrivals.next() };
}
