import { type AddressInfo, createServer, type Server } from 'node:net';
import type { IoArena } from '../connection/io-arena.js';
import type { Transport } from '../connection/transport.js';
import { type Logger, silentLogger } from '../observe/logger.js';
import { acceptFailed } from './accept-failed.js';
import type { Listener, ListenerAddress } from './listener.js';
import { ProxyTransport } from './proxy-transport.js';
import { type ConnectionHandle, SocketTransport } from './socket-transport.js';

export interface TcpListenerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Most connections waiting to be accepted. */
  readonly backlog?: number;
  /** Expect a PROXY protocol header (v1 or v2) in front of every connection. */
  readonly proxyProtocol?: boolean;
  /** Told of connections that cannot be accepted. */
  readonly log?: Logger;
}

/** MQTT over TCP. */
export class TcpListener implements Listener {
  readonly #options: TcpListenerOptions;
  readonly #arena: IoArena;
  readonly #onHandle: typeof SocketTransport.onHandle;
  #server: Server | undefined;

  /** @param onHandle Makes a transport of a handle if this Node can: tests play one that cannot */
  constructor(
    options: TcpListenerOptions,
    arena: IoArena,
    onHandle: typeof SocketTransport.onHandle = SocketTransport.onHandle,
  ) {
    this.#options = options;
    this.#arena = arena;
    this.#onHandle = onHandle;
  }

  listen(accept: (transport: Transport) => void): Promise<ListenerAddress> {
    const { host, port, backlog = 511, proxyProtocol = false, log = silentLogger } = this.#options;
    const take = proxyProtocol
      ? (transport: Transport) => accept(new ProxyTransport(transport))
      : accept;
    const server = createServer(
      {
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: KEEP_ALIVE_MS,
        pauseOnConnect: true,
      },
      (socket) => take(SocketTransport.onSocket(socket)),
    );
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, backlog }, () => {
        server.off('error', reject);
        server.on('error', (error) => acceptFailed(log, error));
        this.#acceptHandles(server, take);
        const address = server.address() as AddressInfo;
        resolve({ type: 'tcp', host: address.address, port: address.port });
      });
    });
  }

  async close(): Promise<void> {
    this.#server?.close();
  }

  /**
   * Takes connections before Node makes a socket of them, so that ours is the only one: half the
   * cost of a connect, and shared reads (`bench --only idle`). Not documented; where it is not as
   * expected, everything goes the documented way.
   */
  #acceptHandles(server: Server, accept: (transport: Transport) => void): void {
    const handle = (server as unknown as { _handle?: ServerHandle | null })._handle;
    const documented = handle?.onconnection;
    if (!handle || typeof documented !== 'function') return;
    const arena = this.#arena;
    const onHandle = this.#onHandle;
    handle.onconnection = function onConnection(status, connection): void {
      const transport =
        status === 0 && connection !== undefined ? onHandle(connection, arena) : undefined;
      if (transport === undefined) {
        documented.call(this, status, connection);
        return;
      }
      connection?.setNoDelay?.(true);
      connection?.setKeepAlive?.(true, KEEP_ALIVE_MS / 1000);
      accept(transport);
    };
  }
}

interface ServerHandle {
  onconnection?: (this: ServerHandle, status: number, connection?: ConnectionHandle) => void;
}

/** Silence after which the system probes whether the peer is still there. */
const KEEP_ALIVE_MS = 60_000;
