import type { LOG_FIELDS, LogFieldName, LogFieldTypes } from './log-fields.js';

export type LogMethod = 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** A kind of log line. */
export interface LogEventSpec {
  readonly level: LogMethod;
  /** What has happened. */
  readonly doc: string;
  /** What the operator can do about it. */
  readonly act?: string;
  readonly fields: readonly LogFieldName[];
  /** Fields that not every line has. */
  readonly optional?: readonly LogFieldName[];
}

/** What a line says of a packet, as far as its type has it. */
const PACKET_FIELDS = [
  'packetId',
  'topic',
  'filters',
  'qos',
  'dup',
  'retain',
  'payloadBytes',
  'cleanSession',
  'keepAliveS',
  'sessionPresent',
  'returnCode',
  'returnCodes',
] as const;

/** Every event of the log. docs/logs.md is made from it. */
export const LOG_EVENTS = {
  // The process.
  starting: { level: 'info', doc: 'Magpie starts', fields: ['version', 'node', 'pid'] },
  'config-read': { level: 'info', doc: 'the configuration file was read', fields: ['file'] },
  'config-warning': {
    level: 'warn',
    doc: 'something in the configuration is allowed and probably not meant',
    act: 'change it, or leave it',
    fields: ['why'],
  },
  'otlp-failed': {
    level: 'warn',
    doc: 'the collector does not take what it is sent (`otlp`); told once until it does',
    act: 'look at the collector, its address and the headers; what was sent meanwhile is lost',
    fields: ['why'],
  },
  'otlp-recovered': { level: 'info', doc: 'the collector takes it again', fields: [] },
  recovering: {
    level: 'info',
    doc: 'what was stored is being read; one line every few seconds',
    fields: ['table', 'done', 'total'],
  },
  'storage-opened': {
    level: 'info',
    doc: 'what was stored is there, and acknowledgements wait for the disk',
    fields: ['dir', 'sessions', 'retainedMessages'],
  },
  'storage-unsafe': {
    level: 'warn',
    doc: 'what was stored is there, and acknowledgements do not wait for the disk',
    act: 'set `storage.sync` to `always` if a power loss must lose nothing',
    fields: ['dir', 'sessions', 'retainedMessages', 'sync'],
  },
  'storage-memory': {
    level: 'info',
    doc: 'nothing is stored on disk: a restart forgets everything',
    fields: ['memory'],
  },
  'directory-mode': {
    level: 'warn',
    doc: 'other users of the machine can reach the data directory',
    act: 'take their rights away with `chmod 700`',
    fields: ['dir', 'mode'],
  },
  exposed: {
    level: 'warn',
    doc: 'who reaches the machine needs no password',
    act: 'configure `authentication`, or listen on loopback addresses',
    fields: [],
  },
  'loopback-only': {
    level: 'info',
    doc: 'no authentication is configured, so nobody outside of the machine may connect',
    fields: [],
  },
  'local-token-missing': {
    level: 'warn',
    doc: 'the file with which commands of this machine prove themselves cannot be written',
    act: 'give those commands a token',
    fields: ['why'],
  },
  listening: {
    level: 'info',
    doc: 'a listener stands',
    fields: ['listener', 'host', 'port'],
    optional: ['path'],
  },
  reloaded: {
    level: 'info',
    doc: 'the configuration was read again and holds',
    fields: ['clientsRevoked', 'sessionsRevoked'],
  },
  'reload-refused': {
    level: 'error',
    doc: 'the new configuration is wrong: nothing has changed',
    act: 'mend the file and reload again',
    fields: ['why'],
  },
  'needs-restart': {
    level: 'warn',
    doc: 'a part of the new configuration holds only after a restart',
    act: 'restart when it suits you',
    fields: ['why'],
  },
  crashed: {
    level: 'fatal',
    doc: 'a bug of Magpie: the process ends',
    act: 'tell us, with this line',
    fields: ['err'],
  },
  closing: { level: 'info', doc: 'Magpie ends', fields: ['signal'] },
  stopped: { level: 'info', doc: 'everything is closed and safe', fields: [] },

  // Connections.
  connected: { level: 'info', doc: 'a client connected', fields: ['clientId', 'address'] },
  disconnected: {
    level: 'info',
    doc: 'a client that had connected is gone',
    fields: ['clientId', 'address', 'reason'],
  },
  'connect-abandoned': {
    level: 'info',
    doc: 'a connection ended between CONNECT and CONNACK',
    fields: ['clientId', 'address', 'reason'],
  },
  closed: {
    level: 'debug',
    doc: 'a connection ended before CONNECT',
    fields: ['address'],
    optional: ['reason'],
  },
  'connect-refused': {
    level: 'warn',
    doc: 'a CONNECT was refused',
    act: 'the cause says what the client has to change',
    fields: ['clientId', 'address', 'returnCode', 'why'],
  },
  'connection-refused': {
    level: 'warn',
    doc: 'a connection was closed unread, since there are too many',
    act: 'look who connects; raise the limit if they all may',
    fields: ['address'],
    optional: ['connectionsMax', 'connectionsPerAddressMax'],
  },
  'connect-throttled': {
    level: 'warn',
    doc: 'a connection was closed unread, since its address connects too often',
    act: 'look for a client that connects in a loop',
    fields: ['address', 'connectsPerAddressMax'],
  },
  'overload-refused': {
    level: 'warn',
    doc: 'a connection was closed unread, since the broker is overloaded',
    act: 'see `overloaded`',
    fields: ['address', 'connections'],
  },
  'accept-failed': {
    level: 'warn',
    doc: 'the system could not give a connection that was asked for',
    act: 'raise the limit on open files (`ulimit -n`) if that is the cause',
    fields: ['err'],
  },
  banned: {
    level: 'warn',
    doc: 'a connection was closed unread, since its address is banned',
    fields: ['address'],
  },
  flapping: {
    level: 'warn',
    doc: 'a client connected too often, and is banned for a while',
    act: 'look for two devices with one client identifier',
    fields: ['clientId', 'address', 'flappingConnectsMax', 'flappingBan'],
    optional: ['err'],
  },
  overloaded: {
    level: 'warn',
    doc: 'the event loop is late or memory short: new connections are refused',
    act: 'give it more of both, or less to do',
    fields: ['eventLoopDelayMs', 'memoryPercent'],
  },
  'overload-over': {
    level: 'info',
    doc: 'new connections are taken again',
    fields: ['eventLoopDelayMs', 'memoryPercent'],
  },
  'publish-rate': {
    level: 'warn',
    doc: 'a client publishes faster than it may',
    act: 'see the limits `publishRate…`',
    fields: ['clientId', 'address'],
  },
  'protocol-error': {
    level: 'warn',
    doc: 'a client sent what the standard forbids: it was closed',
    act: 'tell who makes the client',
    fields: ['address', 'fault'],
    optional: ['clientId', 'clause'],
  },

  'packet-received': {
    level: 'debug',
    doc: 'a packet of a client that is watched came',
    fields: ['clientId', 'address', 'packet'],
    optional: PACKET_FIELDS,
  },
  'packet-sent': {
    level: 'debug',
    doc: 'a packet was sent to a client that is watched',
    fields: ['clientId', 'address', 'packet'],
    optional: PACKET_FIELDS,
  },

  // Locks.
  'publish-denied': {
    level: 'warn',
    doc: 'an access rule, or that there is none, denied a PUBLISH',
    act: 'see the rule, or add one',
    fields: ['clientId', 'address', 'topic', 'qos', 'retain'],
    optional: ['username', 'rule'],
  },
  'subscribe-denied': {
    level: 'warn',
    doc: 'an access rule, or that there is none, denied a subscription',
    act: 'see the rule, or add one',
    fields: ['clientId', 'address', 'filter', 'qos'],
    optional: ['username', 'rule'],
  },
  'subscriptions-revoked': {
    level: 'warn',
    doc: 'new rules took subscriptions away that a session had',
    fields: ['clientId', 'subscriptions'],
    optional: ['username', 'address'],
  },
  'authenticator-failed': {
    level: 'error',
    doc: 'who a client is could not be found out: it was refused',
    act: 'look whether the service or database that is asked stands',
    fields: ['clientId', 'address', 'err'],
  },
  'authorizer-failed': {
    level: 'error',
    doc: 'what a client may could not be found out: its connection was closed',
    act: 'look whether the service that is asked stands',
    fields: ['address', 'err'],
    optional: ['clientId'],
  },
  'will-failed': {
    level: 'error',
    doc: 'a will was not published, since what its client may could not be found out',
    act: 'look whether the service that is asked stands',
    fields: ['clientId', 'err'],
  },
  'certificates-read': {
    level: 'info',
    doc: 'new certificates are in use',
    fields: ['listener'],
  },
  'certificates-refused': {
    level: 'error',
    doc: 'new certificates cannot be used: the old ones stay in use',
    act: 'mend the files; they are read when they change',
    fields: ['listener', 'why'],
  },
  'certificate-warning': {
    level: 'warn',
    doc: 'a certificate, a key or a list can be used, and something about it is bad',
    act: 'the text says what',
    fields: ['listener', 'why'],
  },
  'certificate-revoked': {
    level: 'warn',
    doc: 'the certificate of a client that is connected was revoked: its connection was closed',
    fields: ['listener', 'address', 'serialNumber'],
  },
  'tls-failed': {
    level: 'warn',
    doc: 'a TLS handshake failed',
    act: 'see the guide on TLS; `magpie doctor` shows it from the client’s side',
    fields: ['listener', 'address', 'why'],
  },
  'tls-refused': {
    level: 'warn',
    doc: 'a connection was closed, since too many handshakes are under way',
    act: 'look who connects',
    fields: ['address', 'tlsHandshakesMax'],
  },
  'admin-change': {
    level: 'info',
    doc: 'somebody changed something over HTTP, or tried to',
    fields: ['who', 'via', 'address', 'action', 'status'],
    optional: ['role'],
  },
  'bans-not-saved': {
    level: 'error',
    doc: 'bans hold only until the broker ends',
    act: 'look at the data directory: space, rights',
    fields: ['path', 'err'],
  },

  // The store.
  'store-failed': {
    level: 'error',
    doc: 'the store cannot be written: what needs it is not acknowledged',
    act: 'look at the disk: space, rights, errors; service goes on when it does',
    fields: ['why'],
  },
  'store-failure-detail': {
    level: 'debug',
    doc: 'the error behind `store-failed`',
    fields: ['err'],
  },
  'store-recovered': {
    level: 'warn',
    doc: 'the store can be written again',
    fields: ['downMs', 'retries'],
  },
  'store-lost': {
    level: 'error',
    doc: 'the store cannot be used any more: the broker ends',
    act: 'start it again; what was acknowledged is there',
    fields: ['why'],
  },
  'store-went-back': {
    level: 'warn',
    doc: 'after a power loss the store is at its last synced state',
    act: 'set `storage.sync` to `always` if that must not be',
    fields: [],
  },
  'store-sync-failed': {
    level: 'error',
    doc: 'what was written cannot be made safe against a power loss; it is tried again',
    act: 'look at the disk',
    fields: [],
  },
  'store-sync-recovered': {
    level: 'warn',
    doc: 'what was written is safe against a power loss again',
    fields: [],
  },
  'read-failed': {
    level: 'error',
    doc: 'what waits for a client cannot be read: its connection was closed',
    act: 'look at the disk; `magpie store check` looks at the store',
    fields: ['clientId', 'err'],
  },
  'compaction-began': {
    level: 'info',
    doc: 'the store gives space back to the disk',
    fields: ['fileBytes', 'usedBytes'],
  },
  'compaction-ended': {
    level: 'info',
    doc: 'the store has given space back',
    fields: ['beforeBytes', 'afterBytes', 'durationMs'],
  },
  'compaction-postponed': {
    level: 'warn',
    doc: 'the disk has no room for a compaction; it is tried again',
    act: 'make room on the disk',
    fields: ['neededBytes', 'availableBytes'],
  },
  'compaction-failed': {
    level: 'warn',
    doc: 'a compaction failed; it is tried again',
    act: 'look at the disk',
    fields: [],
  },
  'backup-began': { level: 'info', doc: 'a backup is being written', fields: ['target'] },
  'backup-ended': {
    level: 'info',
    doc: 'a backup stands',
    fields: ['target', 'records', 'bytes'],
  },
  'backup-failed': {
    level: 'warn',
    doc: 'a backup was not written; nothing of it is left',
    act: 'look at the directory it goes to',
    fields: ['target', 'err'],
  },

  // Faults of a program that embeds the broker, and ours.
  'listener-failed': {
    level: 'error',
    doc: 'a function that the program gave to `broker.on` threw',
    act: 'mend the program',
    fields: ['err'],
  },
  'subscriber-failed': {
    level: 'error',
    doc: 'a function that the program gave to `broker.subscribe` threw',
    act: 'mend the program',
    fields: ['filter', 'err'],
  },
  'http-failed': {
    level: 'error',
    doc: 'an HTTP request failed by our fault',
    act: 'tell us, with this line',
    fields: ['err'],
    optional: ['path'],
  },
  'internal-error': {
    level: 'error',
    doc: 'a bug of the broker: a connection was closed, the others go on',
    act: 'tell us, with this line',
    fields: ['address', 'err'],
    optional: ['clientId'],
  },
} as const satisfies Readonly<Record<string, LogEventSpec>>;

type Events = typeof LOG_EVENTS;
export type LogEventName = keyof Events;

type Value<Name extends LogFieldName> = LogFieldTypes[(typeof LOG_FIELDS)[Name]['kind']];
type OptionalOf<E> = E extends { optional: readonly (infer Name)[] } ? Name : never;
type FieldsOf<E extends LogEventSpec> = {
  readonly [Name in E['fields'][number]]: Value<Name>;
} & { readonly [Name in OptionalOf<E> & LogFieldName]?: Value<Name> | undefined };
type NamesOf<Level> = {
  [Name in LogEventName]: Events[Name]['level'] extends Level ? Name : never;
}[LogEventName];

/** What a line of a level says: its event and exactly the fields of that. */
export type LogFields<Level extends LogMethod> =
  | { [Name in NamesOf<Level>]: { readonly event: Name } & FieldsOf<Events[Name]> }[NamesOf<Level>]
  | { readonly event: NamesOf<Level>; readonly leftOut: number };
