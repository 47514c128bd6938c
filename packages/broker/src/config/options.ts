/**
 * Every setting of `magpie broker` that is one word or number, by its flag.
 *
 * This table is the single source: the flags of the command, their environment variables, the help
 * and docs/configuration.md all come from it. The name in the environment is always the flag's name
 * in capitals, so nobody has to look it up.
 */
export const OPTIONS = {
  config: {
    flag: '--config',
    value: 'FILE',
    env: 'MAGPIE_CONFIG',
    path: undefined,
    kind: 'file',
    default: './magpie.yaml, if it is there',
    doc: 'Read this configuration file.',
  },
  host: {
    flag: '--host',
    value: 'HOST',
    env: 'MAGPIE_HOST',
    path: 'listeners[].host',
    kind: 'host',
    default: '127.0.0.1',
    doc: 'Listen for MQTT on this address: a host name, an IPv4 or an IPv6 address.',
  },
  port: {
    flag: '--port',
    value: 'PORT',
    env: 'MAGPIE_PORT',
    path: 'listeners[].port',
    kind: 'port',
    default: '1883',
    doc: 'Listen for MQTT over TCP on this port; 0 takes any free one.',
  },
  wsPort: {
    flag: '--ws-port',
    value: 'PORT',
    env: 'MAGPIE_WS_PORT',
    path: 'listeners[].port',
    kind: 'port',
    default: '8083',
    doc: 'Listen for MQTT over WebSocket (path /mqtt) on this port; 0 takes any free one.',
  },
  noWs: {
    flag: '--no-ws',
    value: undefined,
    env: 'MAGPIE_NO_WS',
    path: undefined,
    kind: 'switch',
    default: 'off',
    doc: 'Do not listen for WebSocket connections.',
  },
  httpPort: {
    flag: '--http-port',
    value: 'PORT',
    env: 'MAGPIE_HTTP_PORT',
    path: 'http.port',
    kind: 'port',
    default: '18083',
    doc: 'Serve health and metrics over HTTP on this port; 0 takes any free one.',
  },
  noHttp: {
    flag: '--no-http',
    value: undefined,
    env: 'MAGPIE_NO_HTTP',
    path: undefined,
    kind: 'switch',
    default: 'off',
    doc: 'Do not open the HTTP port.',
  },
  dataDir: {
    flag: '--data-dir',
    value: 'DIR',
    env: 'MAGPIE_DATA_DIR',
    path: 'storage.dir',
    kind: 'directory',
    default: './data',
    doc: 'Keep state in this directory, seen from the working directory; it is made if missing.',
  },
  memory: {
    flag: '--memory',
    value: undefined,
    env: 'MAGPIE_MEMORY',
    path: 'storage.memory',
    kind: 'switch',
    default: 'off',
    doc: 'Keep all state in memory and nothing on disk: nothing survives a restart.',
  },
  sync: {
    flag: '--sync',
    value: 'MODE',
    env: 'MAGPIE_SYNC',
    path: 'storage.sync',
    kind: 'sync-mode',
    default: 'always',
    doc: 'When what is acknowledged is on disk: always, interval or os.',
  },
  syncInterval: {
    flag: '--sync-interval',
    value: 'MS',
    env: 'MAGPIE_SYNC_INTERVAL',
    path: 'storage.syncInterval',
    kind: 'sync-interval',
    default: '1000',
    doc: 'With --sync interval, milliseconds from one sync to the next.',
  },
  allowAnonymous: {
    flag: '--allow-anonymous',
    value: undefined,
    env: 'MAGPIE_ALLOW_ANONYMOUS',
    path: 'authentication.anonymous',
    kind: 'switch',
    default: 'on loopback addresses only',
    doc: 'Accept clients without authentication on every address.',
  },
  logLevel: {
    flag: '--log-level',
    value: 'LEVEL',
    env: 'MAGPIE_LOG_LEVEL',
    path: 'log.level',
    kind: 'log-level',
    default: 'info',
    doc: 'Log this and what is graver: debug, info, warn or error.',
  },
  limit: {
    flag: '--limit',
    value: 'NAME=VALUE',
    env: 'MAGPIE_LIMIT',
    path: 'limits',
    kind: 'limits',
    default: 'see the table of limits',
    doc: 'Set a limit by its name; can be repeated. In the environment, commas separate several.',
  },
} as const satisfies Record<string, OptionSpec>;

export interface OptionSpec {
  readonly flag: string;
  /** What stands for the value in the help; `undefined` for a switch, which takes none. */
  readonly value: string | undefined;
  readonly env: string;
  /** Where the same setting stands in magpie.yaml, if it does. */
  readonly path: string | undefined;
  readonly kind:
    | 'file'
    | 'host'
    | 'port'
    | 'switch'
    | 'log-level'
    | 'limits'
    | 'directory'
    | 'sync-mode'
    | 'sync-interval';
  /** In words, for the help and the reference page. */
  readonly default: string;
  readonly doc: string;
}

export type OptionName = keyof typeof OPTIONS;

/** Flags as they were given, unread: a text, several of them, or `true` for a switch. */
export type FlagValues = { readonly [Name in OptionName]?: string | readonly string[] | true };

/** All rows of {@link OPTIONS} in their order, with the type of a row. */
export function optionEntries(): readonly (readonly [OptionName, OptionSpec])[] {
  return Object.entries(OPTIONS) as [OptionName, OptionSpec][];
}
