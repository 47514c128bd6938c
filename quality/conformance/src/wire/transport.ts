import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { WebSocket } from 'ws';

/** What a byte stream tells the client above it. */
export interface TransportEvents {
  readonly onData: (chunk: Uint8Array) => void;
  /** The peer broke the transport itself, e.g. sent a text frame. */
  readonly onFault: (message: string) => void;
  /** The peer ended or cut the stream; comes once, and nothing comes after it. */
  readonly onClose: () => void;
}

/** A stream of bytes to a broker, over TCP, TLS or WebSocket. */
export interface Transport {
  /** Starts to deliver; call it once, before the first write. */
  start(events: TransportEvents): void;
  /** Resolves when the bytes have been handed to the network. Never rejects. */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the stream in order. */
  end(): void;
  /** Cuts the stream without any farewell. */
  destroy(): void;
}

export const SUBPROTOCOL = 'mqtt';

/**
 * Opens a stream by URL: `mqtt:` and `tcp:` (port 1883), `mqtts:` and `tls:` (8883), `ws:`, `wss:`.
 *
 * @throws {TypeError} for another scheme.
 * @throws {Error} if the broker cannot be reached within `timeoutMs`.
 */
export async function openTransport(url: string, timeoutMs: number): Promise<Transport> {
  const target = new URL(url);
  switch (target.protocol) {
    case 'mqtt:':
    case 'tcp:':
      return openSocket(target, timeoutMs, false);
    case 'mqtts:':
    case 'tls:':
      return openSocket(target, timeoutMs, true);
    case 'ws:':
    case 'wss:':
      return openWebSocket(target, timeoutMs);
    default:
      throw new TypeError(`The scheme of a broker is mqtt, mqtts, ws or wss: found ${url}`);
  }
}

async function openSocket(target: URL, timeoutMs: number, secure: boolean): Promise<Transport> {
  const host = target.hostname.replace(/^\[|\]$/g, '');
  const port = Number(target.port || (secure ? 8883 : 1883));
  const socket = secure
    ? tls.connect({ host, port, servername: net.isIP(host) === 0 ? host : '' })
    : net.connect({ host, port });
  try {
    await once(socket, secure ? 'secureConnect' : 'connect', {
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (error) {
    socket.destroy();
    throw new Error(`Cannot connect to ${target.host}`, { cause: error });
  }
  socket.setNoDelay(true);
  return new SocketTransport(socket);
}

async function openWebSocket(target: URL, timeoutMs: number): Promise<Transport> {
  // `ws` would send user and password of the URL as HTTP authorization; here they belong to MQTT.
  const url = new URL(target);
  url.username = '';
  url.password = '';
  const socket = new WebSocket(url, SUBPROTOCOL, {
    handshakeTimeout: timeoutMs,
    perMessageDeflate: false,
  });
  try {
    await once(socket, 'open');
  } catch (error) {
    socket.terminate();
    throw new Error(`Cannot connect to ${url.href}`, { cause: error });
  }
  return new WebSocketTransport(socket);
}

class SocketTransport implements Transport {
  readonly #socket: net.Socket;

  constructor(socket: net.Socket) {
    this.#socket = socket;
  }

  start(events: TransportEvents): void {
    let open = true;
    const close = (): void => {
      if (open) events.onClose();
      open = false;
    };
    this.#socket.on('error', () => {}); // a reset is a close; 'close' follows and says so
    this.#socket.on('end', close);
    this.#socket.on('close', close);
    this.#socket.on('data', events.onData);
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.writable) this.#socket.write(bytes, () => resolve());
      else resolve();
    });
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** One binary frame for each write. */
class WebSocketTransport implements Transport {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  start(events: TransportEvents): void {
    this.#socket.on('error', () => {});
    this.#socket.on('close', events.onClose);
    this.#socket.on('message', (data, isBinary) => {
      if (isBinary && Buffer.isBuffer(data)) events.onData(data);
      else events.onFault('The broker sent a text frame (MQTT-6.0.0-1)');
    });
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(bytes, () => resolve());
      else resolve();
    });
  }

  end(): void {
    this.#socket.close();
  }

  destroy(): void {
    this.#socket.terminate();
  }
}
