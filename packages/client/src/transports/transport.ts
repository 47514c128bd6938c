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
  /**
   * Sends the parts, in order, in one write if it can. The caller leaves them as they are until
   * nothing is pending.
   */
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
  /** Lowest and highest version that is spoken. Default: those of Node.js. */
  readonly minVersion?: TlsVersion;
  readonly maxVersion?: TlsVersion;
  /** Cipher suites as OpenSSL lists them, `A:B`. Default: those of Node.js. */
  readonly ciphers?: string;
  /** Protocol that is asked for by ALPN. Default: `mqtt`, and none for WebSocket. */
  readonly alpn?: string;
  /** A key that client and server share, instead of certificates; needs TLS 1.2. */
  readonly psk?: PreSharedKey;
}

export type TlsVersion = 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

export interface PreSharedKey {
  /** By which the server knows which key it is. */
  readonly identity: string;
  readonly key: Uint8Array;
}

export interface TransportOptions {
  readonly tls?: TlsOptions;
  /** Names and values for the WebSocket request in Node.js. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Address of this machine to connect from, in Node.js; without it the system chooses. */
  readonly localAddress?: string;
  /** Unix socket to connect to instead of host and port, in Node.js. */
  readonly socketPath?: string;
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
