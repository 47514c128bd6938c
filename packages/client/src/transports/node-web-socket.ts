import { explainTls } from './explain-tls.js';
import { nodeTlsOptions } from './node-tls-options.js';
import type { Transport, TransportHandler, TransportOptions } from './transport.js';
import { type WebSocketLike, WebSocketTransport } from './web-socket-transport.js';

/** Makes a WebSocket; `options` are those of the package `ws`. */
export type WebSocketMaker = new (
  url: string,
  protocols: string[],
  options?: object,
) => WebSocketLike;

/** Where Node.js has WebSockets from. */
export interface WebSocketSources {
  /** The package `ws`; rejects if it is not installed. */
  readonly ws: () => Promise<WebSocketMaker>;
  /** The one of Node.js itself, from version 22 on. */
  readonly own: WebSocketMaker | undefined;
}

/**
 * WebSocket in Node.js: by the package `ws`, if it is installed, since that knows TLS options and
 * headers; otherwise by the one of Node.js itself.
 */
export function openNodeWebSocket(
  server: URL,
  handler: TransportHandler,
  options: TransportOptions,
  sources: WebSocketSources = NODE_SOURCES,
): Transport {
  const transport = new LateTransport(server, handler);
  void transport.connect(sources, options);
  return transport;
}

/** A transport whose socket comes a moment later. */
class LateTransport implements Transport {
  readonly #server: URL;
  readonly #handler: TransportHandler;
  #transport: Transport | undefined;
  #closed = false;

  constructor(server: URL, handler: TransportHandler) {
    this.#server = server;
    this.#handler = {
      opened: () => handler.opened(),
      received: (source, start, end) => handler.received(source, start, end),
      drained: () => handler.drained(),
      closed: (error) => handler.closed(error && explainTls(error, server.host)),
    };
  }

  async connect(sources: WebSocketSources, options: TransportOptions): Promise<void> {
    try {
      const make = await makerOf(sources, this.#server, options);
      if (this.#closed) this.#handler.closed(undefined);
      else this.#transport = new WebSocketTransport(make(), this.#handler);
    } catch (error) {
      this.#handler.closed(error as Error);
    }
  }

  get pendingBytes(): number {
    return this.#transport?.pendingBytes ?? 0;
  }

  write(parts: readonly Uint8Array[]): void {
    this.#transport?.write(parts);
  }

  pause(): void {
    this.#transport?.pause();
  }

  resume(): void {
    this.#transport?.resume();
  }

  close(now: boolean): void {
    this.#closed = true;
    this.#transport?.close(now);
  }
}

/** @throws {Error} if there is no WebSocket, with what to do. */
async function makerOf(
  { ws, own }: WebSocketSources,
  server: URL,
  { tls, headers, localAddress, socketPath }: TransportOptions,
): Promise<() => WebSocketLike> {
  if (socketPath !== undefined) throw new Error('a WebSocket has no socketPath: use mqtt://');
  const url = new URL(server);
  url.username = '';
  url.password = '';
  const maker = await ws().catch(() => undefined);
  if (maker !== undefined) {
    const from = localAddress === undefined ? {} : { localAddress };
    const options = { ...nodeTlsOptions(tls ?? {}), ...from, headers, perMessageDeflate: false };
    return () => new maker(url.href, ['mqtt'], options);
  }
  if (localAddress !== undefined) {
    throw new Error('the WebSocket of Node.js has no localAddress: install the package ws');
  }
  if (own !== undefined) return () => new own(url.href, ['mqtt']);
  throw new Error('this Node.js has no WebSocket: install the package ws');
}

const NODE_SOURCES: WebSocketSources = {
  async ws() {
    const { WebSocket } = await import('ws');
    return WebSocket;
  },
  get own() {
    return (globalThis as { readonly WebSocket?: unknown }).WebSocket as WebSocketMaker | undefined;
  },
};
