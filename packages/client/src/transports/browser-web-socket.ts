import type { Transport, TransportHandler } from './transport.js';
import { type WebSocketLike, WebSocketTransport } from './web-socket-transport.js';

type WebSocketMaker = new (url: string, protocols: string[]) => WebSocketLike;

/** Begins to connect with the WebSocket of a page, a worker, Deno or Bun. */
export function openBrowserWebSocket(server: URL, handler: TransportHandler): Transport {
  const { WebSocket } = globalThis as unknown as { WebSocket: WebSocketMaker };
  const url = new URL(server);
  url.username = '';
  url.password = '';
  return WebSocketTransport.open(() => new WebSocket(url.href, ['mqtt']), handler);
}
