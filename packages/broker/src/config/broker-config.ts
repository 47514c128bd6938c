import type { Ban } from '../model/ban.js';
import type { Limits } from '../model/limits.js';
import type { MetricsOptions } from '../model/metrics-options.js';
import type { SyncMode } from './sync-modes.js';

/**
 * What `magpie broker` runs with, after flags, environment, file and defaults have been put
 * together. Plain data: nothing in it is optional that the broker would have to fill in.
 */
export interface BrokerConfig {
  /** At least one; each stands on its own host and port. */
  readonly listeners: readonly ListenerConfig[];
  /** The HTTP port (health, metrics); `undefined` switches it off. */
  readonly http: HttpConfig | undefined;
  readonly storage: StorageConfig;
  readonly limits: Limits;
  readonly bans: readonly Ban[];
  readonly clients: readonly ClientRuleConfig[];
  readonly metrics: MetricsOptions;
  /** The operator allowed clients without a user name on every address, not on loopback alone. */
  readonly anonymous: boolean;
  /** `undefined`: nobody is asked who he is. */
  readonly authentication: AuthenticationConfig | undefined;
  /** Path of the file of access rules; `undefined`: everybody may do everything. */
  readonly authorization: string | undefined;
  /** Where the way of messages is handed to; `undefined`: nowhere. */
  readonly otlp: OtlpConfig | undefined;
  readonly logLevel: LogLevel;
}

/** A collector of OpenTelemetry. */
export interface OtlpConfig {
  readonly url: string;
  /** Sent with each request. */
  readonly headers: Readonly<Record<string, string>>;
  /** One message in so many. */
  readonly sample: number;
  /** Topic filter; `undefined`: all topics but those that begin with `$`. */
  readonly topic: string | undefined;
}

/** What holds for the clients that have every mark that is given. */
export interface ClientRuleConfig {
  readonly clientIdPrefix?: string | undefined;
  readonly username?: string | undefined;
  readonly packetBytesMax: number;
}

/**
 * Where what must survive the process is kept: in a directory (a relative path starts at the
 * working directory), or nowhere.
 */
export type StorageConfig = DiskStorageConfig | { readonly memory: true };

export interface DiskStorageConfig {
  readonly dir: string;
  readonly sync: SyncMode;
  /** From one sync to the next with `interval`. */
  readonly syncIntervalMs: number;
  /** Where backups are made over HTTP. */
  readonly backups?: string;
}

export interface TcpListenerConfig {
  readonly type: 'tcp';
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Connections the kernel keeps until they are accepted. */
  readonly backlog: number;
  /** `undefined`: what the limits say. */
  readonly clientPacketBytesMax?: number | undefined;
  /** Connections begin with a PROXY protocol header, version 1 or 2. */
  readonly proxyProtocol: boolean;
}

export interface WebSocketListenerConfig {
  readonly type: 'ws';
  readonly host: string;
  readonly port: number;
  readonly backlog: number;
  /** `undefined`: what the limits say. */
  readonly clientPacketBytesMax?: number | undefined;
  readonly path: string;
  /** Web pages that may connect, in lower case; `undefined`: all. */
  readonly origins: readonly string[] | undefined;
}

/** How a listener proves who it is, and what it asks of its clients. Paths of PEM files. */
export interface TlsConfig extends TlsCertificateConfig {
  /** Further certificates, for clients that ask for one of their names (SNI). */
  readonly certificates: readonly TlsCertificateConfig[];
  /** Authorities that client certificates are checked against. */
  readonly ca: string | undefined;
  /** Lists of certificates that were revoked: one of each authority in the chain. */
  readonly crl: string | undefined;
  /** `request`: a client may come without one; what it shows has to be good. */
  readonly clientCertificate: 'none' | 'request' | 'require';
  readonly minVersion: '1.2' | '1.3';
  /** In the words of OpenSSL; `undefined`: what Node.js takes by default. */
  readonly ciphers: string | undefined;
}

/** A certificate with the chain up to its root, and its private key. */
export interface TlsCertificateConfig {
  readonly cert: string;
  readonly key: string;
}

export interface TlsListenerConfig extends TlsConfig {
  readonly type: 'tls';
  readonly host: string;
  readonly port: number;
  readonly backlog: number;
  /** `undefined`: what the limits say. */
  readonly clientPacketBytesMax?: number | undefined;
}

export interface SecureWebSocketListenerConfig extends TlsConfig {
  readonly type: 'wss';
  readonly host: string;
  readonly port: number;
  readonly backlog: number;
  /** `undefined`: what the limits say. */
  readonly clientPacketBytesMax?: number | undefined;
  readonly path: string;
  /** Web pages that may connect, in lower case; `undefined`: all. */
  readonly origins: readonly string[] | undefined;
}

export type ListenerConfig =
  | TcpListenerConfig
  | TlsListenerConfig
  | WebSocketListenerConfig
  | SecureWebSocketListenerConfig;

export interface HttpConfig {
  readonly host: string;
  readonly port: number;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Who says who a client is, at least one: asked in the order certificate, jwt, users, postgres,
 * redis, http. */
export interface AuthenticationConfig {
  /** Path of the file of users. */
  readonly users: string | undefined;
  readonly certificate: { readonly username: 'CN' | 'DNS' | 'email' } | undefined;
  readonly jwt: JwtConfig | undefined;
  readonly postgres: PostgresConfig | undefined;
  readonly redis: RedisConfig | undefined;
  readonly http: HttpAuthenticationConfig | undefined;
}

export interface PostgresConfig {
  readonly url: string;
  readonly query: string;
  readonly tls: boolean;
  /** Path of a PEM file. */
  readonly ca: string | undefined;
  readonly connectionsMax: number;
  readonly timeoutMs: number;
}

export interface RedisConfig {
  readonly url: string;
  /** Path of a PEM file. */
  readonly ca: string | undefined;
  readonly key: string;
  readonly field: string;
  readonly timeoutMs: number;
}

export interface JwtConfig {
  readonly keys: { readonly secret: string } | { readonly file: string } | { readonly url: string };
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
  readonly usernameClaim: string;
}

export interface HttpAuthenticationConfig {
  readonly url: string;
  readonly timeoutMs: number;
  readonly cacheMs: number;
}

/** Something the operator has to change. */
export interface ConfigProblem {
  /** One line that begins with where it stands: `--port`, `MAGPIE_PORT`, `magpie.yaml:3:5: …`. */
  readonly message: string;
  /** It is about a flag itself, so it counts as wrong usage and not as a wrong configuration. */
  readonly usage: boolean;
}
