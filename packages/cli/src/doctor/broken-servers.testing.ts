import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** A TCP server that does this with each connection; it ends with the test. @returns Its port. */
export async function tcpServer(t: TestContext, serve: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}); // whoever was refused may be gone
    serve(socket);
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return portOf(server.listen(0, '127.0.0.1'));
}

/** An HTTP server that answers upgrades, too, with this. @returns Its port. */
export async function httpServer(
  t: TestContext,
  answer: (response: ServerResponse) => void,
): Promise<number> {
  const server = createHttpServer((_request, response) => answer(response));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return portOf(server.listen(0, '127.0.0.1'));
}

/** A port that nobody listens at. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  const port = await portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * A port whose packets seem to be dropped: its process is stopped and its queue of connections
 * full, so the system answers nothing.
 */
export async function silentPort(t: TestContext): Promise<number> {
  const child = spawn(process.execPath, ['-e', LISTENER], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const port = Number(await firstData(child));
  child.kill('SIGSTOP');
  // Linux takes one more than the queue holds.
  for (let n = 0; n < 2; n++) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    t.after(() => socket.destroy());
    await once(socket, 'connect');
  }
  return port;
}

const LISTENER = `
const server = require('node:net').createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  process.stdout.write(String(server.address().port));
});`;

async function firstData({ stdout }: ChildProcess): Promise<string> {
  const [chunk] = (await once(stdout!, 'data')) as [Buffer];
  return chunk.toString();
}

async function portOf(server: Server): Promise<number> {
  if (!server.listening) await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
