import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Transport } from '../connection/transport.js';
import type { ClientCertificate } from '../model/client-certificate.js';
import type { Clock } from '../model/clock.js';
import { type Logger, silentLogger } from '../observe/logger.js';
import { acceptFailed } from './accept-failed.js';
import type { Listener, ListenerAddress } from './listener.js';
import type { SecureServer } from './tls/secure-server.js';
import { WebSocketTransport } from './websocket-transport.js';

export interface WebSocketListenerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** The only path that is upgraded. */
  readonly path: string;
  readonly backlog?: number;
  /** Web pages that may connect, by their `Origin`; `undefined`: all. */
  readonly origins?: readonly string[] | undefined;
  /** Largest WebSocket message taken, in bytes; asked for each connection. */
  readonly messageBytesMax: () => number;
  /** Told of connections that cannot be accepted. */
  readonly log?: Logger;
}

export interface SecureWebSockets {
  readonly server: SecureServer;
  readonly clock: Clock;
}

/**
 * MQTT over WebSocket, with the subprotocol `mqtt` (MQTT 3.1.1, chapter 6); over TLS where a secure
 * server does the listening.
 */
export class WebSocketListener implements Listener {
  readonly #options: WebSocketListenerOptions;
  readonly #secure: SecureWebSockets | undefined;
  /** Secure connections that are no WebSockets yet, with the end of their patience. */
  readonly #waiting = new Map<Duplex, () => void>();
  readonly #certificates = new WeakMap<Duplex, ClientCertificate>();
  #server: Server | undefined;
  #webSockets: WebSocketServer | undefined;

  /** @param secure Where it listens over TLS: its host and port are those of that server. */
  constructor(options: WebSocketListenerOptions, secure?: SecureWebSockets) {
    this.#options = options;
    this.#secure = secure;
  }

  async listen(accept: (transport: Transport) => void): Promise<ListenerAddress> {
    const { host, port, backlog = 511, messageBytesMax, log = silentLogger } = this.#options;
    const server = createServer({
      noDelay: true,
      keepAlive: true,
      maxHeaderSize: 16_384,
      requestTimeout: HTTP_TIMEOUT_MS,
      headersTimeout: HTTP_TIMEOUT_MS,
      connectionsCheckingInterval: HTTP_TIMEOUT_MS / 2,
    });
    this.#server = server;
    this.#webSockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      autoPong: false,
      maxPayload: messageBytesMax(),
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
    server.on('request', (_request, response) => {
      response.writeHead(426, {
        Connection: 'Upgrade, close',
        Upgrade: 'websocket',
        'Content-Type': 'text/plain',
      });
      response.end('This port speaks MQTT over WebSocket\n');
    });
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head, accept));
    const secure = this.#secure;
    if (secure !== undefined) {
      const { address, port: bound } = await secure.server.listen((socket, certificate) => {
        if (certificate !== undefined) this.#certificates.set(socket, certificate);
        this.#await(socket, secure.clock);
        server.emit('connection', socket);
      });
      return { type: 'wss', host: address, port: bound };
    }
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, backlog }, () => {
        server.off('error', reject);
        server.on('error', (error) => acceptFailed(log, error));
        const address = server.address() as AddressInfo;
        resolve({ type: 'ws', host: address.address, port: address.port });
      });
    });
  }

  async close(): Promise<void> {
    this.#server?.close();
    this.#server?.closeAllConnections(); // those that are no WebSockets yet
    this.#secure?.server.close();
    for (const socket of this.#waiting.keys()) socket.destroy();
  }

  /** A server that does not listen itself does not look after its time-outs either. */
  #await(socket: Duplex, clock: Clock): void {
    const cancel = clock.after(HTTP_TIMEOUT_MS, () => socket.destroy());
    this.#waiting.set(socket, cancel);
    socket.once('close', () => this.#arrived(socket));
  }

  #arrived(socket: Duplex): void {
    this.#waiting.get(socket)?.();
    this.#waiting.delete(socket);
  }

  /** The limit may have changed: what stands keeps its own. */
  #limitMessages(): void {
    const { options } = this.#webSockets ?? {};
    if (options !== undefined) options.maxPayload = this.#options.messageBytesMax();
  }

  #upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    accept: (transport: Transport) => void,
  ): void {
    socket.on('error', () => socket.destroy());
    const [path] = (request.url ?? '').split('?');
    if (path !== this.#options.path) {
      refuse(socket, '404 Not Found', `MQTT is at ${this.#options.path}`);
    } else if (!offersMqtt(request)) {
      refuse(socket, '400 Bad Request', `The subprotocol must be ${SUBPROTOCOL}`);
    } else if (!this.#isWelcome(request)) {
      refuse(socket, '403 Forbidden', 'Pages of this origin may not connect');
    } else {
      this.#limitMessages();
      this.#webSockets?.handleUpgrade(request, socket, head, (webSocket: WebSocket) => {
        this.#arrived(socket);
        const certificate = this.#certificates.get(socket);
        accept(new WebSocketTransport(webSocket, socket as Socket, certificate));
      });
    }
  }

  /** Browsers say which page asks, and no page can keep them from it. Other clients say nothing. */
  #isWelcome({ headers: { origin } }: IncomingMessage): boolean {
    const { origins } = this.#options;
    return origins === undefined || origin === undefined || origins.includes(origin.toLowerCase());
  }
}

/** MQTT-6.0.0-3: the client offers `mqtt`. */
function offersMqtt(request: IncomingMessage): boolean {
  const offered = request.headers['sec-websocket-protocol'] ?? '';
  return offered.split(',').some((protocol) => protocol.trim() === SUBPROTOCOL);
}

function refuse(socket: Duplex, status: string, text: string): void {
  const body = `${text}\n`;
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\n`
      + `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

const SUBPROTOCOL = 'mqtt';
const HTTP_TIMEOUT_MS = 10_000;
