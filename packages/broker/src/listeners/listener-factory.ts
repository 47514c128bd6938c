import type { IoArena } from '../connection/io-arena.js';
import type { Limits } from '../model/limits.js';
import type { Logger } from '../observe/logger.js';
import type { Listener } from './listener.js';
import { TcpListener } from './tcp-listener.js';
import { TlsListener } from './tls-listener.js';
import type { SecureServers, TlsListenOptions } from './tls/secure-servers.js';
import { WebSocketListener, type WebSocketListenerOptions } from './websocket-listener.js';

/** A listener that the broker knows, by its options; or one of your own. */
export type ListenOptions = (
  | {
      readonly type: 'tcp';
      readonly host?: string;
      readonly port?: number;
      readonly backlog?: number;
      readonly proxyProtocol?: boolean;
    }
  | {
      readonly type: 'ws';
      readonly host?: string;
      readonly port?: number;
      readonly path?: string;
      /** Web pages that may connect, by their `Origin` in lower case. By default all. */
      readonly origins?: readonly string[] | undefined;
      readonly backlog?: number;
    }
  | ({ readonly type: 'tls' } & TlsListenOptions)
  | ({
      readonly type: 'wss';
      readonly path?: string;
      readonly origins?: readonly string[] | undefined;
    } & TlsListenOptions)
  | Listener
) & {
  /** Largest packet that its clients are sent, in bytes; see the limit of that name. */
  readonly clientPacketBytesMax?: number | undefined;
};

export interface ListenerFactoryOptions {
  readonly log: Logger;
  readonly limits: Limits;
  readonly arena: IoArena;
  readonly secureServers: SecureServers;
}

/** Makes listeners from their options. */
export class ListenerFactory {
  readonly #log: Logger;
  readonly #limits: Limits;
  readonly #arena: IoArena;
  readonly #secureServers: SecureServers;

  constructor({ log, limits, arena, secureServers }: ListenerFactoryOptions) {
    this.#log = log;
    this.#limits = limits;
    this.#arena = arena;
    this.#secureServers = secureServers;
  }

  /**
   * One of your own is given back as it is.
   *
   * @throws {TypeError} if the type is none that is known.
   */
  make(options: ListenOptions): Listener {
    if ('listen' in options) return options;
    const { host = '127.0.0.1' } = options;
    switch (options.type) {
      case 'tcp':
        return new TcpListener(
          { ...options, host, port: options.port ?? 1883, log: this.#log },
          this.#arena,
        );
      case 'ws':
        return new WebSocketListener(this.#webSocketOptions(options, 8083));
      case 'tls':
        return new TlsListener(this.#secureServers.add(options, 'mqtt'), this.#arena);
      case 'wss': {
        const secure = this.#secureServers.addForWebSockets(options);
        return new WebSocketListener(this.#webSocketOptions(options, 8084), secure);
      }
      default: {
        const { type }: { type: unknown } = options;
        throw new TypeError(
          `A listener must be of type tcp, tls, ws or wss: its type is ${String(type)}`,
        );
      }
    }
  }

  #webSocketOptions(
    options: Exclude<ListenOptions, Listener> & { readonly type: 'ws' | 'wss' },
    usualPort: number,
  ): WebSocketListenerOptions {
    const { host = '127.0.0.1', port = usualPort, path = '/mqtt', origins, backlog } = options;
    const messageBytesMax = () => this.#limits.packetBytesMax + WEBSOCKET_SLACK_BYTES;
    return {
      host,
      port,
      path,
      origins,
      messageBytesMax,
      log: this.#log,
      ...(backlog !== undefined && { backlog }),
    };
  }
}

/** A WebSocket message may hold several packets: the last ones need not be the largest. */
const WEBSOCKET_SLACK_BYTES = 64 * 1024;
