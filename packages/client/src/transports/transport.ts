/** What a connection tells its client. */
export interface TransportHandler {
  /** The server was reached, TLS and WebSocket handshakes included. */
  opened(): void;
  /** `source[start, end)` is valid while the call runs. */
  received(source: Uint8Array, start: number, end: number): void;
  /** The network has taken what was {@link Transport.write written}. */
  drained(): void;
  /**
   * Once, whatever happened, also if it never opened.
   *
   * @param error What the system says; `undefined` for an orderly end.
   */
  closed(error: Error | undefined): void;
}

/** One connection to a server: a stream of bytes each way. */
export interface Transport {
  /** Sends the parts, in order, in one write if it can. The caller leaves them as they are. */
  write(parts: readonly Uint8Array[]): void;
  /** Bytes handed over that the network has not taken. */
  readonly pendingBytes: number;
  /** Stops and goes on reading; does nothing where that cannot be had (WebSocket in browsers). */
  pause(): void;
  resume(): void;
  /** Sends what was written, then ends; with `now` it just ends. `closed` follows. */
  close(now: boolean): void;
}

/** For `mqtts:` and `wss:` in Node.js; browsers have their own rules. */
export interface TlsOptions {
  /** Certificates of authorities to trust, in PEM, instead of the system's. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[];
  /** Certificate chain and key of this client, in PEM. */
  readonly cert?: string | Uint8Array;
  readonly key?: string | Uint8Array;
  readonly passphrase?: string;
  /** Name that the server's certificate must have, if it is not the host's. */
  readonly servername?: string;
  /** `false` takes any certificate: then anybody can pose as the server. */
  readonly rejectUnauthorized?: boolean;
  /** Looks at the server's certificate instead of comparing its name; an error refuses it. */
  readonly checkServerIdentity?: (host: string) => Error | undefined;
}

export interface TransportOptions {
  readonly tls?: TlsOptions;
  /** Names and values for the WebSocket request in Node.js. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Address of this machine to connect from, in Node.js; without it the system chooses. */
  readonly localAddress?: string;
}

/**
 * Begins to connect. What the network refuses is told by `closed`; a platform that begins nothing
 * may throw instead. Nothing is told before it returns.
 */
export type OpenTransport = (
  server: URL,
  handler: TransportHandler,
  options: TransportOptions,
) => Transport;
