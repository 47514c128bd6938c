import {
  connect as connectTcp,
  type IpcNetConnectOpts,
  type Socket,
  type TcpNetConnectOpts,
} from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { explainTls } from './explain-tls.js';
import { FailedTransport } from './failed-transport.js';
import { nodeTlsOptions } from './node-tls-options.js';
import type { Transport, TransportHandler, TransportOptions } from './transport.js';

const OWNER = Symbol('transport');

interface OwnedSocket extends Socket {
  [OWNER]?: TcpTransport;
}

/** MQTT over TCP (`mqtt:`, `tcp:`) or TLS (`mqtts:`, `ssl:`) in Node.js. */
export class TcpTransport implements Transport {
  readonly #socket: Socket;
  readonly #host: string;
  readonly #handler: TransportHandler;
  #error: Error | undefined;

  private constructor(socket: OwnedSocket, host: string, handler: TransportHandler) {
    this.#socket = socket;
    this.#host = host;
    this.#handler = handler;
    socket.setNoDelay(true);
    socket[OWNER] = this;
    socket.on('drain', onDrain);
    socket.on('error', onError);
    socket.on('close', onClose);
  }

  /** Begins to connect; see {@link OpenTransport}. */
  static open(server: URL, handler: TransportHandler, options: TransportOptions): Transport {
    const secure = server.protocol === 'mqtts:' || server.protocol === 'ssl:';
    // A URL keeps an IPv6 address in brackets; sockets want it without.
    const host = server.hostname.replace(/^\[(.*)\]$/, '$1');
    const port = server.port === '' ? (secure ? 8883 : 1883) : Number(server.port);
    try {
      const onread = {
        buffer: READ_BUFFER,
        callback: (bytes: number, buffer: Uint8Array) => {
          handler.received(buffer, 0, bytes);
          return true;
        },
      };
      const socket = secure
        ? connectTls({ ...tlsOptions(host, port, options), onread } as ConnectionOptions)
        : connectTcp({ ...targetOf(host, port, options), onread });
      socket.once(secure ? 'secureConnect' : 'connect', () => handler.opened());
      return new TcpTransport(socket, server.host, handler);
    } catch (error) {
      return new FailedTransport(error, handler); // such as a key that is no PEM
    }
  }

  drained(): void {
    this.#handler.drained();
  }

  failed(error: Error): void {
    this.#error ??= explainTls(error, this.#host);
  }

  closed(): void {
    this.#handler.closed(this.#error);
  }

  get pendingBytes(): number {
    return this.#socket.writableLength;
  }

  write(parts: readonly Uint8Array[]): void {
    const socket = this.#socket;
    if (parts.length === 1) {
      socket.write(parts[0]!);
      return;
    }
    socket.cork();
    for (const part of parts) socket.write(part);
    socket.uncork();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(now: boolean): void {
    if (now) {
      this.#socket.destroy();
      return;
    }
    const socket = this.#socket;
    socket.resume();
    socket.setTimeout(STALL_MS, () => socket.destroy());
    // When all has left, a server that does not hang up, too, is not waited for.
    socket.end(() => socket.setTimeout(LINGER_MS));
  }
}

function targetOf(
  host: string,
  port: number,
  { localAddress, socketPath }: TransportOptions,
): TcpNetConnectOpts | IpcNetConnectOpts {
  if (socketPath !== undefined) return { path: socketPath };
  return { host, port, ...(localAddress === undefined ? {} : { localAddress }) };
}

function tlsOptions(host: string, port: number, options: TransportOptions): ConnectionOptions {
  const { ca, servername, ...given } = options.tls ?? {};
  return {
    host,
    ...targetOf(host, port, options),
    ALPNProtocols: ['mqtt'],
    ...nodeTlsOptions(given),
    ...(ca === undefined ? {} : { ca: [ca].flat().map((pem) => Buffer.from(pem)) }),
    ...(servername === undefined ? {} : { servername }),
  };
}

const LINGER_MS = 2000;
/** How long the last bytes may make no progress: a busy machine or a slow network needs a while. */
const STALL_MS = 10_000;
/**
 * All sockets of the process read into it, one at a time: an idle client has no buffer, and a busy
 * one makes none. What is read is good until the handler returns. No `Buffer`: its
 * views are made by more steps, in JavaScript.
 */
const READ_BUFFER = new Uint8Array(65_536);

// Listeners of all sockets: functions of each would be a good part of what an idle client holds.
function onDrain(this: OwnedSocket): void {
  this[OWNER]?.drained();
}

function onError(this: OwnedSocket, error: Error): void {
  this[OWNER]?.failed(error);
}

function onClose(this: OwnedSocket): void {
  this[OWNER]?.closed();
}
