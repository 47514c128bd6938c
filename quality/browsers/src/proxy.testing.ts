import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { type RawData, WebSocket, WebSocketServer } from 'ws';

/** Types of control packets (MQTT 3.1.1, 2.2.1). */
const TYPES = { publish: 3, pubrec: 5, pubrel: 6, pubcomp: 7 } as const;

/** A packet on its way, e.g. the PUBREC of the server. */
export interface PacketOf {
  readonly from: 'client' | 'server';
  readonly type: keyof typeof TYPES;
}

/** A way to the broker that can lose packets, fall silent and break. */
export class Proxy {
  readonly url: string;
  /** Told of each connection that a client opens. */
  onConnection: () => void = () => {};
  readonly #sockets = new Set<WebSocket>();
  readonly #silent = new WeakSet<WebSocket>();
  #lost: PacketOf | undefined;
  #onLost: (() => void) | undefined;

  constructor(port: number) {
    this.url = `ws://127.0.0.1:${port}/mqtt`;
  }

  /** Begins to lose such packets. @returns A promise that resolves when the first is lost. */
  lose(packet: PacketOf): Promise<void> {
    this.#lost = packet;
    return new Promise((resolve) => {
      this.#onLost = resolve;
    });
  }

  loseNothing(): void {
    this.#lost = undefined;
  }

  /** The connections that are there stay, and nothing passes any more. */
  fallSilent(): void {
    for (const socket of this.#sockets) this.#silent.add(socket);
  }

  /** Ends all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  join(inner: WebSocket, outer: WebSocket): void {
    const ends = [
      { from: 'client', socket: inner, other: outer },
      { from: 'server', socket: outer, other: inner },
    ] as const;
    for (const { from, socket, other } of ends) {
      this.#sockets.add(socket);
      socket.on('message', (data) => this.#pass(from, data, other));
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        if (!this.#silent.has(socket)) other.terminate();
      });
    }
    this.onConnection();
  }

  #pass(from: PacketOf['from'], data: RawData, to: WebSocket): void {
    if (this.#silent.has(to)) return;
    const lost = this.#lost;
    if (lost?.from === from && (data as Buffer)[0]! >> 4 === TYPES[lost.type]) this.#onLost?.();
    else to.send(data as Buffer);
  }
}

/** Listens for pages of one site, and goes on to a broker. */
export async function startProxy(t: TestContext, url: string, origin: string): Promise<Proxy> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const proxy = new Proxy((server.address() as AddressInfo).port);
  server.on('connection', (inner) => {
    inner.pause();
    const outer = new WebSocket(url, ['mqtt'], { origin });
    outer.on('open', () => inner.resume());
    proxy.join(inner, outer);
  });
  t.after(() => {
    server.close();
    proxy.cut();
  });
  return proxy;
}
