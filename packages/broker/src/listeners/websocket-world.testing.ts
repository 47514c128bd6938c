/** A WebSocket listener on a free port, with clients. */
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { WebSocket } from 'ws';
import type { Transport } from '../connection/transport.js';
import { Recorder } from './recorder.testing.js';
import { WebSocketListener, type WebSocketListenerOptions } from './websocket-listener.js';

const HOST = '127.0.0.1';

export class WebSocketWorld {
  readonly listener: WebSocketListener;
  /** Connections that were accepted and that nobody has asked for. */
  readonly unclaimed: Transport[] = [];
  port = 0;
  readonly #t: TestContext;
  #wake: () => void = () => {};

  private constructor(t: TestContext, options: Partial<WebSocketListenerOptions>) {
    this.#t = t;
    const defaults = { host: HOST, port: 0, path: '/mqtt', messageBytesMax: () => 4 * 1024 * 1024 };
    this.listener = new WebSocketListener({ ...defaults, ...options });
  }

  /** Listens until the test ends. */
  static async listening(
    t: TestContext,
    options: Partial<WebSocketListenerOptions> = {},
  ): Promise<WebSocketWorld> {
    const world = new WebSocketWorld(t, options);
    t.after(() => world.listener.close());
    const { port } = await world.listener.listen((transport) => {
      world.unclaimed.push(transport);
      t.after(() => transport.destroy());
      world.#wake();
    });
    world.port = port;
    return world;
  }

  /** The transport that was accepted next. */
  async accepted(): Promise<Transport> {
    for (;;) {
      const transport = this.unclaimed.shift();
      if (transport !== undefined) return transport;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** A client that begins its handshake. */
  client({ path = '/mqtt', offers = ['mqtt'] as readonly string[] } = {}): WebSocket {
    const client = new WebSocket(`ws://${HOST}:${this.port}${path}`, [...offers]);
    this.#t.after(() => client.terminate());
    return client;
  }

  /** Both ends of a connection. Make one after the other: who belongs to whom is told by order. */
  async pair(): Promise<{ client: WebSocket; server: Recorder }> {
    const client = this.client();
    const [transport] = await Promise.all([this.accepted(), once(client, 'open')]);
    return { client, server: new Recorder(transport) };
  }

  /** A client that says bytes of its own. */
  async socket(): Promise<Socket> {
    const socket = createConnection({ port: this.port, host: HOST, noDelay: true });
    this.#t.after(() => socket.destroy());
    socket.on('error', () => {}); // a reset is an end too
    await once(socket, 'connect');
    return socket;
  }
}

/** The request of a handshake. Header lines may be given, or left out by `undefined`. */
export function upgrade(headers: Readonly<Record<string, string | undefined>> = {}): string {
  const all: Record<string, string | undefined> = {
    Host: 'broker',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': 'MDEyMzQ1Njc4OWFiY2RlZg==',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Protocol': 'mqtt',
    ...headers,
  };
  let text = 'GET /mqtt HTTP/1.1\r\n';
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined) text += `${name}: ${value}\r\n`;
  }
  return `${text}\r\n`;
}
