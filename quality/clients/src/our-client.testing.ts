import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Aedes } from 'aedes';
import { startBroker } from './broker.testing.js';
import { Program } from './program.testing.js';

/** A broker that is really running, and how a client reaches it. */
export interface Running {
  readonly url: string;
}

export async function startMagpie(t: TestContext): Promise<Running> {
  const { host, tcpPort } = await startBroker(t);
  return { url: `mqtt://${host}:${tcpPort}` };
}

export async function startMagpieWebSocket(t: TestContext): Promise<Running> {
  const { host, wsPort } = await startBroker(t);
  return { url: `ws://${host}:${wsPort}/mqtt` };
}

export async function startAedes(t: TestContext): Promise<Running> {
  const aedes = await Aedes.createBroker();
  const server = createServer(aedes.handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    aedes.close();
    server.close();
  });
  return { url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Debian's mosquitto, at a port that was free a moment ago. @param settings Further lines. */
export async function startMosquitto(
  t: TestContext,
  settings: readonly string[] = [],
): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-mosquitto-'));
  t.after(() => rm(folder, { recursive: true }));
  const port = await freePort();
  const config = join(folder, 'mosquitto.conf');
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'max_queued_messages 0',
    ...settings,
  ];
  await writeFile(config, `${lines.join('\n')}\n`);
  Program.start(t, '/usr/sbin/mosquitto', ['-c', config]);
  await answering(port);
  return { url: `mqtt://127.0.0.1:${port}` };
}

async function freePort(): Promise<number> {
  const server = createHttpServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until somebody listens. */
async function answering(port: number): Promise<void> {
  for (;;) {
    const socket = createConnection({ port, host: '127.0.0.1' });
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    } finally {
      socket.destroy();
    }
  }
}
