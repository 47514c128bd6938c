import type { Transport, TransportHandler } from './transport.js';
import { type WebSocketLike, WebSocketTransport } from './web-socket-transport.js';

type WebSocketMaker = new (url: string, protocols: string[]) => WebSocketLike;

/**
 * Begins to connect with the WebSocket of a page, a worker, Deno or Bun.
 *
 * @throws what the browser throws: a page of `https:` may not use `ws:`.
 */
export function openBrowserWebSocket(server: URL, handler: TransportHandler): Transport {
  const { WebSocket } = globalThis as unknown as { WebSocket: WebSocketMaker };
  const url = new URL(server);
  url.username = '';
  url.password = '';
  return new WebSocketTransport(new WebSocket(url.href, ['mqtt']), handler);
}
