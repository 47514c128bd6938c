import { dirname, isAbsolute, join } from 'node:path';
import type { Ban } from '../model/ban.js';
import { limitsFrom } from '../model/limits.js';
import { metricsOptionsFrom } from '../model/metrics-options.js';
import { addressProblems, type WantedAddress } from './address-rules.js';
import type {
  AuthenticationConfig,
  BrokerConfig,
  OtlpConfig,
  ConfigProblem,
  JwtConfig,
  ListenerConfig,
  StorageConfig,
  TlsCertificateConfig,
  TlsConfig,
} from './broker-config.js';
import type { ConfigFile } from './config-file.js';
import type { FileConfig } from './config-schema.js';
import type { FlagValues } from './options.js';
import {
  type Environment,
  type Given,
  misspeltVariables,
  type Settings,
  settingsFromEnv,
  settingsFromFlags,
} from './settings.js';
import { SYNC_INTERVAL_MS } from './sync-modes.js';

/**
 * Puts together what the operator said: a flag beats the environment, which beats the file, which
 * beats the default. Pure: no file is read and no address looked up.
 */

export interface ConfigSources {
  readonly flags: FlagValues;
  readonly env: Environment;
  readonly file: ConfigFile;
}

export type ResolvedConfig =
  | {
      readonly ok: true;
      readonly config: BrokerConfig;
      /** What is odd but does not stop the broker. */
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORTS = { tcp: 1883, tls: 8883, ws: 8083, wss: 8084 } as const;
const DEFAULT_WS_PATH = '/mqtt';
const DEFAULT_HTTP_TIMEOUT_MS = 5000;
const DEFAULT_POSTGRES_QUERY = 'SELECT password FROM users WHERE username = $1';
const DEFAULT_HTTP_PORT = 18083;
const DEFAULT_BACKLOG = 1024;
const DEFAULT_DATA_DIR = './data';

/** @returns Every problem of all sources at once, or a configuration without any. */
export function resolveConfig({ flags, env, file }: ConfigSources): ResolvedConfig {
  const fromFlags = settingsFromFlags(flags);
  const fromEnv = settingsFromEnv(env);
  const misread = [...fromFlags.problems, ...fromEnv.problems, ...file.problems];
  // What could not be read would only repeat itself in the checks of the whole.
  if (misread.length > 0) return { ok: false, problems: misread };

  const settings = preferred(fromFlags.settings, fromEnv.settings);
  const listeners = placeListeners(settings, file);
  const http = placeHttp(settings, file);
  const anonymous = settings.anonymous ?? anonymousInFile(file);
  const authentication = placeAuthentication(file);
  const addresses = [...listeners.map(wantedAddress), ...(http === undefined ? [] : [http])];
  const ambiguous = portProblems(settings, file);
  const isOpen = authentication !== undefined || anonymous?.value === true;
  const problems = [
    ...ambiguous,
    ...(listeners.length === 0 ? [nothingToListenOn(settings)] : []),
    ...(anonymous?.value === false && authentication === undefined
      ? [nobodyMayConnect(anonymous)]
      : []),
    ...certificateProblems(authentication, listeners, file),
    // A port that was given to several listeners is reported once, not as a collision too.
    ...(ambiguous.length === 0 ? addressProblems(addresses, isOpen) : []),
  ];
  if (problems.length > 0) {
    return { ok: false, problems: problems.map((message) => ({ message, usage: false })) };
  }
  return {
    ok: true,
    config: {
      listeners: listeners.map(({ config }) => config),
      http: http && { host: http.host, port: http.port },
      storage: placeStorage(settings, file),
      limits: limitsFrom({ ...file.values.limits, ...settings.limits }),
      bans: bansIn(file),
      clients: file.values.clients ?? [],
      metrics: metricsOptionsFrom(file.values.metrics),
      anonymous: anonymous?.value === true,
      authentication,
      authorization: file.values.authorization && besideFile(file.values.authorization, file),
      otlp: otlpOf(file),
      logLevel: settings.logLevel?.value ?? file.values.log?.level ?? 'info',
    },
    warnings: misspeltVariables(env),
  };
}

function otlpOf({ values }: ConfigFile): OtlpConfig | undefined {
  if (values.otlp === undefined) return undefined;
  const { url, headers = {}, sample = 100, topic } = values.otlp;
  return { url, headers, sample, topic };
}

function bansIn({ values }: ConfigFile): Ban[] {
  return (values.bans ?? []).map(({ until, ...ban }) => {
    const untilMs = until === undefined ? undefined : Date.parse(until);
    return { ...ban, untilMs, source: 'configuration' };
  });
}

function preferred(flags: Settings, env: Settings): Settings {
  return {
    host: flags.host ?? env.host,
    port: flags.port ?? env.port,
    ws: flags.ws ?? env.ws,
    http: flags.http ?? env.http,
    storage: flags.storage ?? env.storage,
    sync: flags.sync ?? env.sync,
    syncInterval: flags.syncInterval ?? env.syncInterval,
    anonymous: flags.anonymous ?? env.anonymous,
    logLevel: flags.logLevel ?? env.logLevel,
    limits: { ...env.limits, ...flags.limits },
  };
}

interface PlacedListener {
  readonly config: ListenerConfig;
  readonly hostOrigin: string;
}

type FileListener = NonNullable<FileConfig['listeners']>[number];

const DEFAULT_LISTENERS: readonly FileListener[] = [{ type: 'tcp' }, { type: 'ws' }];

/**
 * The listeners of the file, or one of tcp and one of ws. A port from outside the file changes the
 * listener of its type, or adds one where the file has none; a host changes all of them.
 */
function placeListeners(settings: Settings, file: ConfigFile): PlacedListener[] {
  const listed = [...(file.values.listeners ?? DEFAULT_LISTENERS)];
  const ports = {
    tcp: settings.port?.value,
    ws: settings.ws?.value,
    tls: undefined,
    wss: undefined,
  };
  for (const type of ['tcp', 'ws'] as const) {
    const wanted = typeof ports[type] === 'number';
    if (wanted && !listed.some((listener) => listener.type === type)) listed.push({ type });
  }
  const placed: PlacedListener[] = [];
  for (const [index, listener] of listed.entries()) {
    const port = ports[listener.type];
    if (port === false) continue;
    const host = settings.host?.value ?? listener.host ?? DEFAULT_HOST;
    placed.push({
      config: listenerConfig(listener, host, port, file),
      hostOrigin: settings.host?.origin ?? `${file.locate(['listeners', index, 'host'])} ${host}`,
    });
  }
  return placed;
}

function listenerConfig(
  listener: FileListener,
  host: string,
  port: number | undefined,
  file: ConfigFile,
): ListenerConfig {
  const { type, backlog = DEFAULT_BACKLOG } = listener;
  const { clientPacketBytesMax } = listener;
  const shared = {
    host,
    backlog,
    port: port ?? listener.port ?? DEFAULT_PORTS[type],
    ...(clientPacketBytesMax !== undefined && { clientPacketBytesMax }),
  };
  switch (listener.type) {
    case 'tcp':
      return { type: 'tcp', ...shared, proxyProtocol: listener.proxyProtocol ?? false };
    case 'tls':
      return { type: 'tls', ...shared, ...tlsConfig(listener, file) };
    case 'ws':
      return { type: 'ws', ...shared, ...webSocketConfig(listener) };
    default:
      return {
        type: 'wss',
        ...shared,
        ...webSocketConfig(listener),
        ...tlsConfig(listener, file),
      };
  }
}

function webSocketConfig({ path, origins }: FileListener & { type: 'ws' | 'wss' }) {
  return {
    path: path ?? DEFAULT_WS_PATH,
    origins: origins?.map((origin) => origin.toLowerCase()),
  };
}

function tlsConfig(listener: FileListener & { type: 'tls' | 'wss' }, file: ConfigFile): TlsConfig {
  const { ca, crl, clientCertificate = 'none', minVersion = '1.2', ciphers } = listener;
  const pairOf = ({ cert, key }: TlsCertificateConfig): TlsCertificateConfig => ({
    cert: besideFile(cert, file),
    key: besideFile(key, file),
  });
  return {
    ...pairOf(listener),
    certificates: (listener.certificates ?? []).map(pairOf),
    ca: ca && besideFile(ca, file),
    crl: crl && besideFile(crl, file),
    clientCertificate,
    minVersion,
    ciphers,
  };
}

function wantedAddress({ config, hostOrigin }: PlacedListener): WantedAddress {
  return { name: config.type, host: config.host, port: config.port, hostOrigin };
}

/** Flags move the port; on which address health and metrics are read is for the file to say. */
function placeHttp(settings: Settings, file: ConfigFile): WantedAddress | undefined {
  const given = settings.http?.value;
  if (given === false) return undefined;
  const { host = DEFAULT_HOST, port = DEFAULT_HTTP_PORT } = file.values.http ?? {};
  const hostOrigin = `${file.locate(['http', 'host'])} ${host}`;
  return { name: 'http', host, port: given ?? port, hostOrigin };
}

function placeStorage(settings: Settings, file: ConfigFile): StorageConfig {
  const { storage: given } = settings;
  const { dir, memory, sync = 'always', syncInterval, backups } = file.values.storage ?? {};
  const syncing = {
    sync: settings.sync?.value ?? sync,
    syncIntervalMs: settings.syncInterval?.value ?? syncInterval ?? SYNC_INTERVAL_MS.default,
    ...(backups !== undefined && { backups: besideFile(backups, file) }),
  };
  if (given !== undefined && 'dir' in given) return { dir: given.dir, ...syncing };
  if (given?.memory ?? memory) return { memory: true };
  return { dir: dir === undefined ? DEFAULT_DATA_DIR : besideFile(dir, file), ...syncing };
}

/** A relative path of the file, seen from the working directory. */
function besideFile(path: string, { name }: ConfigFile): string {
  const folder = dirname(name);
  return isAbsolute(path) || folder === '.' ? path : join(folder, path);
}

function anonymousInFile(file: ConfigFile): Given<boolean> | undefined {
  const value = file.values.authentication?.anonymous;
  if (value === undefined) return undefined;
  return { value, origin: `${file.locate(['authentication', 'anonymous'])} ${value}` };
}

function placeAuthentication(file: ConfigFile): AuthenticationConfig | undefined {
  const { users, certificate, jwt, postgres, redis, http } = file.values.authentication ?? {};
  const given = [users, certificate, jwt, postgres, redis, http].some((one) => one !== undefined);
  if (!given) return undefined;
  return {
    users: users && besideFile(users, file),
    certificate,
    jwt: jwt && {
      keys: jwtKeys(jwt.secret, jwt.jwks ?? '', file),
      issuer: jwt.issuer,
      audience: jwt.audience,
      usernameClaim: jwt.username ?? 'sub',
    },
    postgres: postgres && {
      url: postgres.url,
      query: postgres.query ?? DEFAULT_POSTGRES_QUERY,
      tls: postgres.tls ?? postgres.ca !== undefined,
      ca: postgres.ca && besideFile(postgres.ca, file),
      connectionsMax: postgres.connections ?? 4,
      timeoutMs: postgres.timeout ?? DEFAULT_HTTP_TIMEOUT_MS,
    },
    redis: redis && {
      url: redis.url,
      ca: redis.ca && besideFile(redis.ca, file),
      key: redis.key ?? 'mqtt:user:%u',
      field: redis.field ?? 'password',
      timeoutMs: redis.timeout ?? DEFAULT_HTTP_TIMEOUT_MS,
    },
    http: http && {
      url: http.url,
      timeoutMs: http.timeout ?? DEFAULT_HTTP_TIMEOUT_MS,
      cacheMs: (http.cache ?? 0) * 1000,
    },
  };
}

function jwtKeys(secret: string | undefined, jwks: string, file: ConfigFile): JwtConfig['keys'] {
  if (secret !== undefined) return { secret };
  return /^https?:\/\//.test(jwks) ? { url: jwks } : { file: besideFile(jwks, file) };
}

/** Users by certificates need somebody who asks for certificates. */
function certificateProblems(
  authentication: AuthenticationConfig | undefined,
  listeners: readonly PlacedListener[],
  file: ConfigFile,
): string[] {
  if (authentication?.certificate === undefined) return [];
  const asks = listeners.some(
    ({ config }) => 'clientCertificate' in config && config.clientCertificate !== 'none',
  );
  if (asks) return [];
  const where = file.locate(['authentication', 'certificate']);
  return [`${where} needs a listener of type tls or wss with clientCertificate`];
}

/** One port cannot be meant for two listeners. */
function portProblems({ port, ws }: Settings, file: ConfigFile): string[] {
  const problems: string[] = [];
  for (const [type, given] of Object.entries({ tcp: port, ws })) {
    const count = file.values.listeners?.filter((listener) => listener.type === type).length ?? 0;
    if (count < 2 || given === undefined || given.value === false) continue;
    problems.push(
      `${given.origin} could mean any of ${count} ${type} listeners of ${file.name}: `
        + 'set their ports there',
    );
  }
  return problems;
}

function nothingToListenOn({ ws }: Settings): string {
  return `${ws?.origin ?? 'listeners'} leaves no listener: add one of type tcp, or --port`;
}

function nobodyMayConnect({ origin }: Given<boolean>): string {
  return (
    `${origin} leaves nobody who may connect: add users, certificate, jwt, postgres, redis or `
    + 'http, leave it out (loopback addresses only) or set it to true'
  );
}
