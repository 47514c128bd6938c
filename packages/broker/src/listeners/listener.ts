import type { Transport } from '../connection/transport.js';

/** Where a listener listens, after it does. */
export interface ListenerAddress {
  readonly type: string;
  readonly host: string;
  readonly port: number;
}

/** Takes connections in and hands them on as byte streams. */
export interface Listener {
  /**
   * Begins to listen.
   *
   * @param accept Gets every new connection, before anything was read from it.
   * @throws What the system says, e.g. `EADDRINUSE`.
   */
  listen(accept: (transport: Transport) => void): Promise<ListenerAddress>;
  /** Stops taking connections. Those that stand are not touched. */
  close(): Promise<void>;
}
