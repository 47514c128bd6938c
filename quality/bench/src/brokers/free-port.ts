import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A TCP port on loopback that nobody used a moment ago, for programs that cannot choose one. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Resolves with true once the port takes connections, with false when `isLate` says so before.
 */
export async function portOpens(
  host: string,
  port: number,
  isLate: () => boolean,
): Promise<boolean> {
  while (!isLate()) {
    if (await takesConnections(host, port)) return true;
    await delay(RETRY_MS);
  }
  return false;
}

const RETRY_MS = 20;

function takesConnections(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
