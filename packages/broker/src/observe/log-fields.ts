/** What a field of a log line holds. */
export interface LogFieldSpec {
  readonly kind: keyof LogFieldTypes;
  readonly doc: string;
}

/** The type of a field's value, by its kind. */
export interface LogFieldTypes {
  readonly text: string;
  readonly number: number;
  readonly flag: boolean;
  /** An `Error`; a line of JSON has its `type`, `message` and `stack`. */
  readonly error: unknown;
}

/**
 * Every field of a log line but `level`, `time`, `msg` and `event`. A name means the same in
 * every event.
 */
export const LOG_FIELDS = {
  action: { kind: 'text', doc: 'method and path of an HTTP request' },
  address: { kind: 'text', doc: 'address of the peer' },
  afterBytes: { kind: 'number', doc: 'size of the file after, bytes' },
  availableBytes: { kind: 'number', doc: 'room on the disk, bytes' },
  beforeBytes: { kind: 'number', doc: 'size of the file before, bytes' },
  bytes: { kind: 'number', doc: 'size of what was written' },
  clause: { kind: 'text', doc: 'number of the statement of the standard that was broken' },
  cleanSession: { kind: 'flag', doc: 'Clean Session of CONNECT' },
  clientId: { kind: 'text', doc: 'client identifier' },
  clientsRevoked: { kind: 'number', doc: 'connections whose credentials hold no more' },
  connections: { kind: 'number', doc: 'connections that are open' },
  connectionsMax: { kind: 'number', doc: 'the limit of this name' },
  connectionsPerAddressMax: { kind: 'number', doc: 'the limit of this name' },
  connectsPerAddressMax: { kind: 'number', doc: 'the limit of this name' },
  dir: { kind: 'text', doc: 'data directory' },
  done: { kind: 'number', doc: 'records that were read' },
  downMs: { kind: 'number', doc: 'how long the store failed, ms' },
  dup: { kind: 'flag', doc: 'the DUP flag' },
  durationMs: { kind: 'number', doc: 'how long it took, ms' },
  err: { kind: 'error', doc: 'the error, with its stack' },
  eventLoopDelayMs: { kind: 'number', doc: 'delay of the event loop, ms' },
  fault: { kind: 'text', doc: 'what the peer did wrong: see docs/errors.md' },
  file: { kind: 'text', doc: 'path of the configuration file' },
  fileBytes: { kind: 'number', doc: 'size of the store’s file, bytes' },
  filter: { kind: 'text', doc: 'topic filter' },
  filters: { kind: 'text', doc: 'topic filters of a packet' },
  flappingBan: { kind: 'number', doc: 'the limit of this name, s' },
  flappingConnectsMax: { kind: 'number', doc: 'the limit of this name' },
  host: { kind: 'text', doc: 'address that is listened on' },
  keepAliveS: { kind: 'number', doc: 'Keep Alive of CONNECT, s' },
  leftOut: { kind: 'number', doc: 'lines of this event that were not written within a second' },
  listener: { kind: 'text', doc: '`tcp`, `ws`, `tls`, `wss` or `http`' },
  memory: { kind: 'flag', doc: 'nothing is stored on disk' },
  memoryPercent: { kind: 'number', doc: 'memory in use, % of what may be used' },
  mode: { kind: 'text', doc: 'mode of a directory, octal' },
  neededBytes: { kind: 'number', doc: 'room that is needed on the disk, bytes' },
  node: { kind: 'text', doc: 'version of Node.js' },
  packet: { kind: 'text', doc: 'type of a control packet' },
  packetId: { kind: 'number', doc: 'packet identifier' },
  path: { kind: 'text', doc: 'of a file, a WebSocket listener or an HTTP request' },
  payloadBytes: { kind: 'number', doc: 'length of a payload' },
  pid: { kind: 'number', doc: 'process identifier' },
  port: { kind: 'number', doc: 'port that is listened on' },
  qos: { kind: 'number', doc: 'QoS 0, 1 or 2' },
  reason: { kind: 'text', doc: 'why a connection was closed' },
  records: { kind: 'number', doc: 'records of a store' },
  retain: { kind: 'flag', doc: 'the RETAIN flag' },
  retainedMessages: { kind: 'number', doc: 'retained messages there are' },
  retries: { kind: 'number', doc: 'how often the store was tried' },
  returnCode: { kind: 'number', doc: 'return code in CONNACK' },
  returnCodes: { kind: 'text', doc: 'return codes in SUBACK' },
  role: { kind: 'text', doc: '`viewer`, `operator` or `admin`' },
  rule: { kind: 'text', doc: 'the access rule that denied: its file and line' },
  serialNumber: { kind: 'text', doc: 'serial number of a certificate, hexadecimal' },
  sessionPresent: { kind: 'flag', doc: 'Session Present of CONNACK' },
  sessions: { kind: 'number', doc: 'sessions there are' },
  sessionsRevoked: { kind: 'number', doc: 'sessions that lost subscriptions' },
  signal: { kind: 'text', doc: 'signal that ended the process' },
  status: { kind: 'number', doc: 'status of an HTTP answer' },
  subscriptions: { kind: 'number', doc: 'subscriptions that were taken away' },
  sync: { kind: 'text', doc: '`storage.sync`: `interval` or `os`' },
  table: { kind: 'text', doc: 'what is read from the store' },
  target: { kind: 'text', doc: 'directory that a backup is written to' },
  tlsHandshakesMax: { kind: 'number', doc: 'the limit of this name' },
  topic: { kind: 'text', doc: 'topic name' },
  total: { kind: 'number', doc: 'records there are to read' },
  usedBytes: { kind: 'number', doc: 'bytes of the store’s file that hold something' },
  username: { kind: 'text', doc: 'user that authentication vouches for' },
  version: { kind: 'text', doc: 'version of Magpie' },
  via: { kind: 'text', doc: '`token`, `session` or `login`' },
  who: { kind: 'text', doc: 'account, or name of a token' },
  why: { kind: 'text', doc: 'the cause, in words' },
} as const satisfies Readonly<Record<string, LogFieldSpec>>;

export type LogFieldName = keyof typeof LOG_FIELDS;
